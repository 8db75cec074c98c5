package dev.weir.session;

import dev.weir.backend.CancelSender;
import dev.weir.catalog.Catalog;
import dev.weir.catalog.CatalogReading;
import dev.weir.cluster.Cluster;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.login.ClientLog;
import dev.weir.net.LoopClock;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Pools;
import dev.weir.route.CausalToken;
import dev.weir.route.LoopRoutes;
import dev.weir.sql.Texts;
import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the sessions of this process share: settings, clusters, cancel keys, a part per loop. */
final class SessionContext {
    private final CancelSender cancelSender;
    private final Function<String, @Nullable Cluster> clusters;
    private final CancelRegistry cancels;
    private final ConcurrentHashMap<String, Catalog> catalogs = new ConcurrentHashMap<>();
    private final Consumer<Runnable> background;
    private final ConcurrentHashMap<Object, CausalToken> tokens = new ConcurrentHashMap<>();
    private final Map<EventLoop, OnLoop> loops = new IdentityHashMap<>();
    private final BooleanSupplier refusesSimpleQuery = this::isSimpleQueryDisabled;
    private volatile Config config;

    /** Whether a token has been forgotten: a new one may take its place. */
    private volatile boolean forgetsTokens;

    /** What the sessions of one loop share; used on that loop only. */
    record OnLoop(Texts texts, LoopClock clock, LoopRoutes routes) {
        private static OnLoop of(EventLoop loop, RandomGenerator random) {
            var clock = new LoopClock(loop);
            var texts = new Texts(random.nextLong());
            return new OnLoop(texts, clock, new LoopRoutes(random));
        }
    }

    /**
     * @param clusters gives the cluster of a database that has several nodes
     * @param background runs what would block a loop
     * @param random chooses among replicas, and the numbers of cancel keys
     */
    SessionContext(
            Config config,
            CancelSender cancelSender,
            List<EventLoop> all,
            Function<String, @Nullable Cluster> clusters,
            RandomGenerator random,
            Consumer<Runnable> background) {
        this.config = config;
        this.background = background;
        this.cancelSender = cancelSender;
        this.clusters = clusters;
        this.cancels = new CancelRegistry(random);
        for (EventLoop loop : all) {
            loops.put(loop, OnLoop.of(loop, random));
        }
    }

    void config(Config next) {
        config = next;
        catalogs.values().forEach(Catalog::defines); // its server may have changed
    }

    OnLoop onLoop(EventLoop loop) {
        OnLoop mine = loops.get(loop);
        if (mine == null) {
            throw new IllegalArgumentException("a loop that is not ours: " + loop);
        }
        return mine;
    }

    /** The texts of a new session. */
    ClientTexts texts(Turn turn) {
        boolean routes = clusters.apply(turn.pool().key().database()) != null;
        return new ClientTexts(
                turn.parameters(),
                onLoop(turn.loop()).texts(),
                turn::names,
                routes,
                turn.sharesCustomSettings());
    }

    // --- catalogs -------------------------------------------------------------------------------

    /** What is known of the catalog of a pool's database. */
    Catalog catalog(ClientPool pool) {
        return catalogs.computeIfAbsent(pool.key().database(), _ -> new Catalog());
    }

    /** The catalogs of all databases that have had clients, by database. Any thread may ask. */
    Map<String, Catalog> catalogs() {
        return new TreeMap<>(catalogs);
    }

    /**
     * Forgets what was kept for a pool that is gone, unless it exists again.
     *
     * @param pools the present pools
     */
    void forget(PoolKey gone, Pools pools) {
        String database = gone.database();
        catalogs.computeIfPresent(
                database, (_, known) -> pools.hasDatabase(database) ? known : null);
        if (tokens.containsKey(gone) || tokens.containsKey(database)) {
            forgetsTokens = true; // before it is done: whoever comes next must know
            tokens.computeIfPresent(gone, (_, known) -> pools.has(gone) ? known : null);
            tokens.computeIfPresent(
                    database, (_, known) -> pools.hasDatabase(database) ? known : null);
        }
    }

    /** Lends a connection for reading the catalog; false if the session keeps it. */
    boolean lendsForCatalog(Turn turn, Lease lease) {
        return CatalogReading.lend(lease, turn.catalog(), turn.shard(), background);
    }

    /** Has the catalog of a pool's database read by a shard, once it is told to look. */
    CatalogErrand learnCatalog(
            ClientPool pool, ClientShard shard, Runnable known, BooleanSupplier isGivenUp) {
        return new CatalogErrand(shard, catalog(pool), background, known, isGivenUp);
    }

    // --- routing --------------------------------------------------------------------------------

    /** The routing of a new session; null if its database has only one node. */
    @Nullable Routing routing(Turn turn, Flow flow, ClientRun run, ClientTexts texts) {
        Cluster cluster = clusters.apply(turn.pool().key().database());
        if (cluster == null || turn.dedicated() != null) {
            return null; // a dedicated connection goes to the primary
        }
        LoopRoutes routes = onLoop(turn.loop()).routes();
        return new Routing(
                turn, flow, cluster, routes, texts, token(turn.pool(), turn.loop()), run);
    }

    /** The token of a new session in a pool: its own, or the one that its scope shares. */
    private CausalToken token(ClientPool pool, EventLoop loop) {
        return switch (pool.settings().routing().causalReads()) {
            case SESSION, OFF -> new CausalToken();
            case USER -> tokens.computeIfAbsent(pool.key(), _ -> newToken(loop));
            case GLOBAL -> tokens.computeIfAbsent(pool.key().database(), _ -> newToken(loop));
        };
    }

    private CausalToken newToken(EventLoop loop) {
        return forgetsTokens ? CausalToken.inDoubt(loop.ticker().nanoTime()) : new CausalToken();
    }

    // --- settings -------------------------------------------------------------------------------

    private boolean isSimpleQueryDisabled() {
        return config.get(Settings.DISABLE_PQEXEC);
    }

    /** Whether a client that sends a Query is disconnected; asked for each Query. */
    BooleanSupplier refusesSimpleQuery() {
        return refusesSimpleQuery;
    }

    /** The notice that every client gets after its login; empty = none. */
    String loginNotice() {
        return config.get(Settings.LOGIN_NOTIFY_MESSAGE);
    }

    int peerId() {
        return config.get(Settings.PEER_ID);
    }

    SessionLimits limits() {
        return SessionLimits.of(config);
    }

    // --- cancel ---------------------------------------------------------------------------------

    CancelRegistry cancels() {
        return cancels;
    }

    CancelSender cancelSender() {
        return cancelSender;
    }

    long cancelWaitMillis() {
        long millis = config.get(Settings.CANCEL_WAIT_TIMEOUT).toMillis();
        return millis == 0 ? Integer.MAX_VALUE : millis;
    }

    // --- the log --------------------------------------------------------------------------------

    /** A client is told an error that ends its session. */
    void failed(ClientHello hello, Refusal why) {
        ClientLog.error(config, hello.logName(), why);
    }

    /**
     * A client's session has ended.
     *
     * @param ageNanos how long it lasted
     */
    void closed(ClientHello hello, String reason, long ageNanos) {
        ClientLog.closed(config, hello.logName(), reason, ageNanos);
    }
}
