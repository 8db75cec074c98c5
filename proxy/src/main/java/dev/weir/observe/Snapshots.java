package dev.weir.observe;

import dev.weir.audit.Audit;
import dev.weir.cluster.Clusters;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.metrics.Exemplars;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.Loops;
import dev.weir.pool.Allowance;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.LeaseSnapshot;
import dev.weir.pool.NodeShard;
import dev.weir.pool.OutageSnapshot;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import dev.weir.session.ClientSnapshot;
import dev.weir.session.Sessions;
import dev.weir.statements.StatementSnapshot;
import dev.weir.statements.Statements;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Takes the snapshots. What belongs to a loop is looked at on that loop; whoever asked continues
 * when the last answer has come. The loops do not wait for each other, so the parts of an answer
 * are of slightly different moments.
 */
public final class Snapshots {
    private static final Comparator<PoolKey> BY_NAME =
            Comparator.comparing(PoolKey::database).thenComparing(PoolKey::user);

    private static final Comparator<ClientSnapshot> BY_ARRIVAL =
            Comparator.comparing(ClientSnapshot::isReplication)
                    .thenComparingLong(ClientSnapshot::id);

    /** How many shards one task looks at: a loop has clients to serve in between. */
    private static final int SHARDS_AT_ONCE = 64;

    private final Loops loops;
    private final Pools pools;
    private final Sessions sessions;
    private final Statements statements;
    private final Audit audit;
    private final NodeSnapshots nodes;

    public Snapshots(
            Loops loops,
            Pools pools,
            Sessions sessions,
            Clusters clusters,
            Statements statements,
            Audit audit) {
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.statements = statements;
        this.audit = audit;
        this.nodes = new NodeSnapshots(clusters);
    }

    // --- clients and servers ------------------------------------------------------------------

    /** The clients in the order in which they came, replication clients last. */
    public CompletableFuture<List<ClientSnapshot>> clients() {
        return ofLoops(loop -> sessions.clients(loop, waiting(loop)))
                .thenApply(
                        parts -> parts.stream().flatMap(List::stream).sorted(BY_ARRIVAL).toList());
    }

    /** Who is waiting for a server connection on a loop, and since when; on that loop. */
    private Map<Waiter, Long> waiting(EventLoop loop) {
        var all = new IdentityHashMap<Waiter, Long>();
        shardsOn(loop)
                .forEach(shard -> {
                    all.putAll(shard.waiters());
                    all.putAll(shard.waitersForPin());
                });
        return all;
    }

    /** How many clients each user has, replication clients excepted. */
    public CompletableFuture<Map<String, Integer>> clientsByUser() {
        return ofLoops(sessions::clientsByUser)
                .thenApply(parts -> {
                    Map<String, Integer> all = new TreeMap<>();
                    parts.forEach(part ->
                            part.forEach((user, count) -> all.merge(user, count, Integer::sum)));
                    return all;
                });
    }

    /** The server connections, by database and user. */
    public CompletableFuture<List<ServerSnapshot>> servers() {
        return ofLoops(this::serversByShard)
                .thenApply(parts -> {
                    Map<ClientShard, List<ServerSnapshot>> all = new IdentityHashMap<>();
                    parts.forEach(all::putAll);
                    return sortedPools().stream()
                            .flatMap(pool -> pool.shards().stream())
                            .flatMap(shard -> all.getOrDefault(shard, List.of()).stream())
                            .toList();
                });
    }

    private Map<ClientShard, List<ServerSnapshot>> serversByShard(EventLoop loop) {
        Map<Long, ClientSnapshot> holders = sessions.holders(loop);
        Map<ClientShard, List<ServerSnapshot>> all = new IdentityHashMap<>();
        for (ClientShard shard : shardsOn(loop)) {
            var servers = new ArrayList<ServerSnapshot>();
            for (LeaseSnapshot lease : shard.servers()) {
                servers.add(new ServerSnapshot(lease, holders.get(lease.connection().id())));
            }
            all.put(shard, servers);
        }
        return all;
    }

    // --- pools and loops ----------------------------------------------------------------------

    /** The pools, by database and user. */
    public List<PoolSnapshot> pools() {
        return sortedPools().stream().map(PoolSnapshot::of).toList();
    }

    /** The hosts to which no connection can be opened, by database and user. */
    public List<OutageSnapshot> outages() {
        var all = new ArrayList<OutageSnapshot>();
        pools.of(null).forEach(pool -> all.addAll(pool.outages()));
        all.sort(
                Comparator.comparing((OutageSnapshot one) -> one.pool().database())
                        .thenComparing(one -> one.pool().user()));
        return all;
    }

    /** The databases of a configuration, in its order, then others that have pools. */
    public List<DatabaseSnapshot> databases(Config config) {
        return new DatabaseSnapshots(config, pools()).all(config, pools.gates());
    }

    /** Whether all databases are paused. */
    public boolean isAllPaused() {
        return pools.gates().isAllPaused();
    }

    /** The parts of all pools, in the order of {@link #pools}. */
    public CompletableFuture<List<ShardSnapshot>> shards() {
        return ofShards(Snapshots::shard);
    }

    private static ShardSnapshot shard(ClientShard shard) {
        ClientPool pool = shard.pool();
        return new ShardSnapshot(PoolSnapshot.of(pool), pool.shards().indexOf(shard), shard.read());
    }

    /** What each database has counted since the start, and has now. */
    public CompletableFuture<Map<String, Readings>> readings() {
        return ofShards(shard -> Map.entry(shard.pool().key().database(), shard.read()))
                .thenApply(parts -> {
                    Map<String, Readings> all = new TreeMap<>();
                    parts.forEach(
                            part -> all.merge(part.getKey(), part.getValue(), Readings::plus));
                    return all;
                });
    }

    /** The loops in their fixed order. */
    public CompletableFuture<List<LoopSnapshot>> loops() {
        return ofLoops(this::loop);
    }

    /** What the loops have to do, in the same order. */
    public CompletableFuture<List<LoopLoad>> loads() {
        return ofLoops(this::load);
    }

    private LoopSnapshot loop(EventLoop loop) {
        Readings readings = Readings.ZERO;
        int count = 0;
        for (ClientShard shard : shardsOn(loop)) {
            readings = readings.plus(shard.read());
            count += 1 + PoolSnapshot.of(shard.pool()).nodes();
        }
        String transport = loops.transport().name().toLowerCase(Locale.ROOT);
        LoopLoad load = load(loop);
        return new LoopSnapshot(
                load.index(), transport, count, load.clients(), load.pendingTasks(), readings);
    }

    private LoopLoad load(EventLoop loop) {
        return new LoopLoad(
                loops.all().indexOf(loop),
                sessions.clientsByUser(loop).values().stream().mapToInt(n -> n).sum(),
                loop instanceof SingleThreadEventExecutor single ? single.pendingTasks() : 0);
    }

    // --- statements ---------------------------------------------------------------------------

    /** What statements have cost, those that took most time in sum first. */
    public CompletableFuture<List<StatementSnapshot>> statements() {
        return statements.all();
    }

    /** Spans of calls for each bucket of {@code Timing.QUERY}, by database. */
    public CompletableFuture<Map<String, Exemplars>> exemplars() {
        return statements.exemplars();
    }

    // --- limits -------------------------------------------------------------------------------

    /**
     * How far each limit is used, in the order of the table.
     *
     * @param consoles how many clients the console has
     */
    public CompletableFuture<List<LimitSnapshot>> limits(Control control, int consoles) {
        Config config = control.config();
        int clients = control.clients();
        int logins = control.logins();
        return ofLoops(sessions::mostOfAnyClient)
                .thenApply(parts -> {
                    Map<Limit, Long> used = new EnumMap<>(Limit.class);
                    parts.forEach(part ->
                            part.forEach((limit, most) -> used.merge(limit, most, Math::max)));
                    Allowance allowance = pools.allowance();
                    used.put(Limit.CLIENT_CONNECTIONS, (long) clients);
                    used.put(Limit.LOGIN_CONNECTIONS, (long) logins);
                    used.put(Limit.CONSOLE_CONNECTIONS, (long) consoles);
                    used.put(Limit.EVENT_STREAMS, meters().entered(Limit.EVENT_STREAMS));
                    used.put(Limit.HELD_CLIENTS, (long) allowance.heldClients());
                    used.put(Limit.AUDIT_QUEUE, audit.waitingBytes());
                    used.put(Limit.POOLS, (long) pools.size());
                    used.put(Limit.BUFFER_MEMORY, allowance.buffers().used());
                    used.put(Limit.STATEMENT_MEMORY, allowance.statements().used());
                    return Stream.of(Limit.values())
                            .map(limit -> limit(config, limit, used.getOrDefault(limit, 0L)))
                            .toList();
                });
    }

    /** How far limits are used, for those who look after one of them. */
    public LimitMeters meters() {
        return pools.allowance().meters();
    }

    private LimitSnapshot limit(Config config, Limit limit, long used) {
        Allowance allowance = pools.allowance();
        long value =
                switch (limit) {
                    case BUFFER_MEMORY -> allowance.buffers().limit();
                    case STATEMENT_MEMORY -> allowance.statements().limit();
                    default -> config.get(limit.setting()).longValue();
                };
        LimitMeters meters = allowance.meters();
        long most = Math.max(used, meters.most(limit));
        return new LimitSnapshot(limit, value, used, most, meters.refusals(limit));
    }

    // --- catalogs -----------------------------------------------------------------------------

    /** What is known of the catalog of each database that has had clients. */
    public CompletableFuture<List<CatalogSnapshot>> catalogs(Config config) {
        return readings()
                .thenApply(readings -> {
                    var all = new ArrayList<CatalogSnapshot>();
                    sessions.catalogs()
                            .forEach((database, catalog) -> {
                                Readings read = readings.getOrDefault(database, Readings.ZERO);
                                all.add(
                                        new CatalogSnapshot(
                                                database,
                                                config.get(Settings.STATE_CHECK),
                                                catalog.closure(),
                                                catalog.readNanos(),
                                                catalog.tookNanos(),
                                                catalog.failure(),
                                                read.get(Metric.WIPES)));
                            });
                    return all;
                });
    }

    // --- nodes --------------------------------------------------------------------------------

    /** The nodes of all databases with nodes, by database. */
    public CompletableFuture<List<NodeSnapshot>> nodes() {
        return ofShards(pools.all(), Snapshots::readingsOfNodes)
                .thenApply(parts -> {
                    Map<PoolKey, Readings> all = new HashMap<>();
                    parts.forEach(part ->
                            part.forEach((node, read) -> all.merge(node, read, Readings::plus)));
                    return nodes.all(all);
                });
    }

    private static Map<PoolKey, Readings> readingsOfNodes(ClientShard shard) {
        Map<PoolKey, Readings> all = new HashMap<>();
        for (NodeShard node : shard.nodes()) {
            if (node.pool().key().node() >= 0) {
                all.put(node.pool().key(), node.read());
            }
        }
        return all;
    }

    /** Who follows the primaries, by database. */
    public List<StandbySnapshot> standbys() {
        return nodes.standbys();
    }

    /** Where transactions went and why, by database, node and reason; zeros are left out. */
    public CompletableFuture<List<RouteSnapshot>> routes() {
        return ofLoops(loop -> nodes.routes(sessions.routes(loop))).thenApply(nodes::joined);
    }

    // --- asking -------------------------------------------------------------------------------

    private List<ClientPool> sortedPools() {
        var sorted = new ArrayList<>(pools.all());
        sorted.sort(Comparator.comparing(ClientPool::key, BY_NAME));
        return sorted;
    }

    private List<ClientShard> shardsOn(EventLoop loop) {
        var all = new ArrayList<ClientShard>();
        for (ClientPool pool : pools.all()) {
            for (ClientShard shard : pool.shards()) {
                if (shard.loop() == loop) {
                    all.add(shard);
                }
            }
        }
        return all;
    }

    private <T> CompletableFuture<List<T>> ofLoops(Function<EventLoop, T> question) {
        var asked = new ArrayList<CompletableFuture<T>>();
        for (EventLoop loop : loops.all()) {
            asked.add(CompletableFuture.supplyAsync(() -> question.apply(loop), loop));
        }
        return joined(asked);
    }

    /** Asks for each shard, in the order of {@link #pools}. */
    private <T> CompletableFuture<List<T>> ofShards(Function<ClientShard, T> question) {
        return ofShards(sortedPools(), question);
    }

    private static <T> CompletableFuture<List<T>> ofShards(
            Iterable<ClientPool> pools, Function<ClientShard, T> question) {
        var shards = new ArrayList<ClientShard>();
        pools.forEach(pool -> shards.addAll(pool.shards()));
        Map<EventLoop, List<Integer>> places = new IdentityHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            places.computeIfAbsent(shards.get(i).loop(), _ -> new ArrayList<>()).add(i);
        }
        var asked = new ArrayList<CompletableFuture<Map<Integer, T>>>();
        places.forEach((loop, all) -> {
            for (int from = 0; from < all.size(); from += SHARDS_AT_ONCE) {
                List<Integer> some = all.subList(from, Math.min(from + SHARDS_AT_ONCE, all.size()));
                asked.add(
                        CompletableFuture.supplyAsync(
                                () -> {
                                    Map<Integer, T> answers = HashMap.newHashMap(some.size());
                                    for (int place : some) {
                                        answers.put(place, question.apply(shards.get(place)));
                                    }
                                    return answers;
                                },
                                loop));
            }
        });
        return joined(asked)
                .thenApply(parts -> {
                    Map<Integer, T> all = new TreeMap<>();
                    parts.forEach(all::putAll);
                    return List.copyOf(all.values());
                });
    }

    private static <T> CompletableFuture<List<T>> joined(List<CompletableFuture<T>> asked) {
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> asked.stream().map(CompletableFuture::join).toList());
    }
}
