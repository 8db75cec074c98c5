package dev.weir.admin;

import dev.weir.net.Loops;
import dev.weir.pool.Gates;
import dev.weir.pool.Permits;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolShard;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import dev.weir.session.Session;
import dev.weir.session.Sessions;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
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

    /** How one session is shown; null leaves it out. */
    interface SessionRow {
        /**
         * Makes the row, on the session's loop.
         *
         * @param waitNanos how long it has waited for a server connection, 0 if it does not wait
         */
        @Nullable Row of(Session session, long waitNanos);
    }

    Survey(
            Control control,
            Loops loops,
            Pools pools,
            Sessions sessions,
            Permits consoles,
            Operations operations) {
        this.operations = operations;
        this.control = control;
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.consoles = consoles;
    }

    Control control() {
        return control;
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
    List<Pool> pools() {
        var sorted = new ArrayList<>(pools.all());
        sorted.sort((a, b) -> {
            int byDatabase = a.key().database().compareTo(b.key().database());
            return byDatabase != 0 ? byDatabase : a.key().user().compareTo(b.key().user());
        });
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

    /** Asks each shard of each pool; the answers are in the order of {@link #pools}. */
    <T> CompletableFuture<List<T>> ofShards(Function<PoolShard, T> question) {
        var asked = new ArrayList<CompletableFuture<T>>();
        for (Pool pool : pools()) {
            for (PoolShard shard : pool.shards()) {
                asked.add(CompletableFuture.supplyAsync(() -> question.apply(shard), shard.loop()));
            }
        }
        return joined(asked);
    }

    /** Makes a row of each session; they are in the order in which the clients came. */
    CompletableFuture<List<Row>> ofSessions(SessionRow question) {
        return ofLoops(loop -> rows(loop, question))
                .thenApply(parts -> {
                    var all = new TreeMap<Long, Row>();
                    parts.forEach(all::putAll);
                    return List.copyOf(all.values());
                });
    }

    private Map<Long, Row> rows(EventLoop loop, SessionRow question) {
        Map<Waiter, Long> waiters = waiters(loop);
        long now = System.nanoTime();
        var rows = new HashMap<Long, Row>();
        sessions.forEach(
                loop,
                session -> {
                    Long since = waiters.get(session);
                    Row row = question.of(session, since == null ? 0 : now - since);
                    if (row != null) {
                        rows.put(session.hello().id(), row);
                    }
                });
        return rows;
    }

    private Map<Waiter, Long> waiters(EventLoop loop) {
        var all = new IdentityHashMap<Waiter, Long>();
        for (Pool pool : pools.all()) {
            for (PoolShard shard : pool.shards()) {
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
