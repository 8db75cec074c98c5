package dev.weir.admin;

import dev.weir.cluster.Cluster;
import dev.weir.net.Clock;
import dev.weir.net.Loops;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Gates;
import dev.weir.pool.Permits;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import dev.weir.route.Loads;
import dev.weir.session.Replication;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks every loop about what it owns and puts the answers together. A question runs on the loop
 * that owns the thing; its answer is immutable, and whoever asked goes on when the last has come.
 * The loops do not stop for each other, so the parts of an answer are of slightly different
 * moments.
 */
final class Survey {
    private final Control control;
    private final Loops loops;
    private final Pools pools;
    private final Sessions sessions;
    private final Permits consoles;
    private final Operations operations;
    private final Clock clock;
    private final Statistics statistics;

    /** How one client is shown; null leaves it out. */
    interface ClientView<C, T> {
        /**
         * Looks at it, on its loop.
         *
         * @param waitNanos how long it has waited for a server connection, 0 if it does not wait
         */
        @Nullable T of(C client, long waitNanos);
    }

    Survey(
            Control control,
            Loops loops,
            Pools pools,
            Sessions sessions,
            Permits consoles,
            Operations operations,
            Clock clock) {
        this.clock = clock;
        this.operations = operations;
        this.control = control;
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.consoles = consoles;
        this.statistics = new Statistics(this);
    }

    Control control() {
        return control;
    }

    Clock clock() {
        return clock;
    }

    Statistics statistics() {
        return statistics;
    }

    Operations operations() {
        return operations;
    }

    Gates gates() {
        return pools.gates();
    }

    /** The loops in their fixed order; a loop's index is its name for operators. */
    Loops loops() {
        return loops;
    }

    /** The pools, by database and user. */
    List<ClientPool> pools() {
        var sorted = new ArrayList<>(pools.all());
        Comparator<PoolKey> order =
                Comparator.comparing(PoolKey::database).thenComparing(PoolKey::user);
        sorted.sort(Comparator.comparing(ClientPool::key, order));
        return sorted;
    }

    /** How many clients are at the console. */
    int consoles() {
        return consoles.used();
    }

    /** Asks each loop; the answers are in the order of the loops. */
    <T> CompletableFuture<List<T>> ofLoops(Function<EventLoop, T> question) {
        var asked = new ArrayList<CompletableFuture<T>>();
        for (EventLoop loop : loops.all()) {
            asked.add(CompletableFuture.supplyAsync(() -> question.apply(loop), loop));
        }
        return joined(asked);
    }

    /** The transactions of one loop on the nodes of a cluster; to be looked at on that loop. */
    Loads loads(EventLoop loop, Cluster cluster) {
        return sessions.routes(loop).loads(cluster);
    }

    /** Asks each shard of each pool; the answers are in the order of {@link #pools}. */
    <T> CompletableFuture<List<T>> ofShards(Function<ClientShard, T> question) {
        var asked = new ArrayList<CompletableFuture<T>>();
        for (ClientPool pool : pools()) {
            for (ClientShard shard : pool.shards()) {
                asked.add(CompletableFuture.supplyAsync(() -> question.apply(shard), shard.loop()));
            }
        }
        return joined(asked);
    }

    /** Looks at each session; the answers are in the order in which the clients came. */
    <T> CompletableFuture<List<T>> ofSessions(ClientView<Session, T> view) {
        return ofLoops(
                        loop -> {
                            var views = new Views<Session, T>(loop, view);
                            sessions.forEach(
                                    loop,
                                    session ->
                                            views.add(
                                                    session,
                                                    session.waiter(),
                                                    session.hello().id()));
                            return views.seen;
                        })
                .thenApply(Survey::inOrder);
    }

    /** Looks at each replication client. */
    <T> CompletableFuture<List<T>> ofReplications(ClientView<Replication, T> view) {
        return ofLoops(
                        loop -> {
                            var views = new Views<Replication, T>(loop, view);
                            sessions.forEachReplication(
                                    loop, client -> views.add(client, client, client.hello().id()));
                            return views.seen;
                        })
                .thenApply(Survey::inOrder);
    }

    /** What is seen of the clients of one loop, by their ids. */
    private final class Views<C, T> {
        private final Map<Waiter, Long> waiters;
        private final ClientView<C, T> view;
        private final long now = clock.nanoTime();
        private final Map<Long, T> seen = new HashMap<>();

        Views(EventLoop loop, ClientView<C, T> view) {
            this.waiters = waiters(loop);
            this.view = view;
        }

        void add(C client, Waiter waiter, long id) {
            Long since = waiters.get(waiter);
            T one = view.of(client, since == null ? 0 : now - since);
            if (one != null) {
                seen.put(id, one);
            }
        }
    }

    private static <T> List<T> inOrder(List<Map<Long, T>> parts) {
        var all = new TreeMap<Long, T>();
        parts.forEach(all::putAll);
        return List.copyOf(all.values());
    }

    /** The clients at the console. */
    CompletableFuture<List<SocketRow>> ofConsoles() {
        return joined(operations.consoles().stream().map(Console::socket).toList())
                .thenApply(rows -> rows.stream().flatMap(List::stream).toList());
    }

    static <T> List<T> both(List<T> some, List<T> others) {
        var all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    private Map<Waiter, Long> waiters(EventLoop loop) {
        var all = new IdentityHashMap<Waiter, Long>();
        for (ClientPool pool : pools.all()) {
            for (ClientShard shard : pool.shards()) {
                if (shard.loop() == loop) {
                    all.putAll(shard.waiters());
                }
            }
        }
        return all;
    }

    /** Counts the sessions of a loop by what {@code group} says of them; on that loop. */
    Map<String, Integer> count(EventLoop loop, Function<Session, String> group) {
        var counts = new HashMap<String, Integer>();
        sessions.forEach(loop, session -> counts.merge(group.apply(session), 1, Integer::sum));
        return counts;
    }

    private static <T> CompletableFuture<List<T>> joined(List<CompletableFuture<T>> asked) {
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> asked.stream().map(CompletableFuture::join).toList());
    }
}
