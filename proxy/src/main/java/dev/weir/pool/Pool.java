package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.Opener;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.config.Database;
import dev.weir.config.LoadBalanceHosts;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.log.ConnectionName;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server connections of one database and user, on one or more shards.
 *
 * <p>Where the database has nodes, there is one such pool for each node, and one more for the
 * clients, which has no connections: the home. All of them have shards on the same loops.
 *
 * <p>What is here is shared by loops and touched only when a connection is opened or closed, when a
 * shard starves, or when a client logs in; the data plane runs in the shards (docs/adr/0001).
 */
public final class Pool {
    /** A pool has at most one shard for so many connections. */
    private static final int CONNECTIONS_PER_SHARD = 8;

    /** A pool opens its next shard when it has so many clients per shard. */
    private static final int CLIENTS_PER_SHARD = 32;

    /** How many different sets of startup parameters are remembered as known to be good. */
    private static final int WELCOMES_MAX = 1_000;

    private static final Duration RETRY_MIN = Duration.ofMillis(100);

    private static final Logger log = LoggerFactory.getLogger(Pool.class);

    private final PoolKey key;
    private final Pools pools;
    private final Permits databasePermits;
    private final Permits userPermits;
    private final Permits permits = new Permits();
    private final List<PoolShard> shards = new CopyOnWriteArrayList<>();
    private final List<EventLoop> loops;

    /** The pool of the clients, in that of a node; else this one. */
    private final Pool home;

    private final List<Pool> nodePools = new CopyOnWriteArrayList<>();
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger opening = new AtomicInteger();
    private final AtomicInteger pinned = new AtomicInteger();
    private final AtomicInteger nextHost = new AtomicInteger();
    private final AtomicLong hungry = new AtomicLong();
    private final ConcurrentHashMap<ParameterSet, ParameterSet> welcomes =
            new ConcurrentHashMap<>();

    private volatile Database database;
    private volatile PoolSettings settings;
    private volatile @Nullable Nodes nodes;
    private volatile @Nullable Outage outage;
    private volatile Life life = Life.SERVING;
    private long emptySinceNanos;

    /*
     *   SERVING ⇄ REMOVED ──▶ GONE
     *      └──empty for long───▲
     */
    private enum Life {
        SERVING,
        /** Its database is not configured any more: its clients end between transactions. */
        REMOVED,
        /** Forgotten: nobody may enter. */
        GONE
    }

    /**
     * The server could not be reached, or refused the login; when to try again.
     *
     * @param credential the version of the credential that was refused
     */
    private record Outage(
            ServerFailure failure, long retryNanos, Duration pause, long credential) {}

    Pool(
            PoolKey key,
            Pools pools,
            Database database,
            PoolSettings settings,
            Permits databasePermits,
            Permits userPermits,
            @Nullable Nodes nodes,
            List<EventLoop> loops) {
        this.key = key;
        this.pools = pools;
        this.database = database;
        this.settings = settings;
        this.databasePermits = databasePermits;
        this.userPermits = userPermits;
        this.nodes = nodes;
        this.loops = loops;
        this.home = this;
        addShard();
    }

    /** The pool of one node, with shards where {@code home} has them. */
    Pool(Pool home, int node) {
        this.key = home.key.onNode(node);
        this.pools = home.pools;
        this.database = home.database;
        this.settings = home.settings;
        this.databasePermits = home.databasePermits;
        this.userPermits = home.userPermits;
        this.nodes = home.nodes;
        this.loops = home.loops;
        this.home = home;
        synchronized (home) {
            home.shards.forEach(this::addShardLike);
            home.nodePools.add(this);
        }
    }

    public PoolKey key() {
        return key;
    }

    public PoolSettings settings() {
        return settings;
    }

    public Database database() {
        return database;
    }

    public PoolMode mode() {
        return settings.mode();
    }

    CancelSender cancels() {
        return pools.cancels();
    }

    RandomGenerator random() {
        return pools.random();
    }

    Opener connector() {
        return pools.connector();
    }

    /** How many server connections there are, in any state. */
    public int size() {
        return permits.used();
    }

    /** How many of them are being opened. */
    public int opening() {
        return opening.get();
    }

    void opening(int more) {
        opening.addAndGet(more);
    }

    public List<PoolShard> shards() {
        return shards;
    }

    // --- nodes --------------------------------------------------------------------------------

    /** The pool of its clients. */
    Pool home() {
        return home;
    }

    /** The nodes among which the connections of this pool's clients go; null if it has its own. */
    @Nullable Nodes nodes() {
        return home == this ? nodes : null;
    }

    /** The pool of a node of this one's, made when it is needed first. */
    Pool onNode(int node) {
        assert home == this : key;
        for (Pool pool : nodePools) {
            if (pool.key.node() == node && !pool.isGone()) {
                return pool;
            }
        }
        return pools.onNode(this, node);
    }

    /** The address of the node whose pool this is, or of the primary; null without nodes. */
    private @Nullable ServerAddress nodeAddress() {
        Nodes all = nodes;
        if (all == null) {
            return null;
        }
        int node = home == this ? Math.max(0, all.primary()) : key.node();
        return all.address(node);
    }

    /** Whether its node is one of the database's. */
    boolean isAtNodeOf(Database database) {
        ServerAddress address = nodeAddress();
        return database.cluster() != null && address != null && database.hosts().contains(address);
    }

    /** Clients that wait here for the primary go on to where it is. */
    void followPrimary() {
        for (PoolShard shard : shards) {
            shard.loop().execute(home == this ? shard::fill : shard::sendHome);
        }
    }

    private void doubtNode() {
        Nodes all = nodes;
        if (all != null && home != this) {
            all.hint(key.node());
        }
    }

    /** As logs call it. */
    private String name() {
        String name = key.database() + "/" + key.user();
        return home == this ? name : name + "@" + nodeAddress();
    }

    // --- clients ------------------------------------------------------------------------------

    /**
     * Counts a new client in and says on which shard it lives: the one with the fewest. Null if the
     * pool is gone.
     */
    @Nullable PoolShard enter() {
        synchronized (this) {
            if (life == Life.GONE) {
                return null;
            }
            int count = clients.incrementAndGet();
            int most = Math.min(loops.size(), shardsMax(settings.poolSize()));
            if (shards.size() < most && count > shards.size() * CLIENTS_PER_SHARD) {
                addShard();
            }
        }
        PoolShard least = shards.getFirst();
        for (PoolShard shard : shards) {
            if (shard.clients().get() < least.clients().get()) {
                least = shard;
            }
        }
        least.clients().incrementAndGet();
        return least;
    }

    private int shardsMax(int poolSize) {
        return poolSize == 0
                ? Long.SIZE
                : Math.clamp(poolSize / CONNECTIONS_PER_SHARD, 1, Long.SIZE);
    }

    private void addShard() {
        int index = shards.size();
        EventLoop loop = loops.get(Math.floorMod(key.hashCode() + index, loops.size()));
        var shard = new PoolShard(this, index, loop);
        shards.add(shard);
        nodePools.forEach(pool -> pool.addShardLike(shard));
    }

    private void addShardLike(PoolShard shard) {
        shards.add(new PoolShard(this, shards.size(), shard));
    }

    /** Counts a client of a shard out. */
    public void leave(PoolShard shard) {
        shard.clients().decrementAndGet();
        clients.decrementAndGet();
    }

    public int clients() {
        return clients.get();
    }

    /** Takes one of the {@code max_pinned} places. */
    public boolean tryPin() {
        int limit = pinnedMax();
        while (true) {
            int now = pinned.get();
            if (now >= limit) {
                return false;
            }
            if (pinned.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Whether one more session may be pinned. */
    public boolean mayPin() {
        return pinned.get() < pinnedMax();
    }

    /** The most sessions that may hold a server connection of their own. */
    public int pinnedMax() {
        return settings.maxPinned();
    }

    public void unpin() {
        pinned.decrementAndGet();
    }

    public int pinned() {
        return pinned.get();
    }

    /** What the server reports to a client with these startup parameters, if that is known. */
    public @Nullable ParameterSet welcome(ParameterSet startup) {
        return welcomes.get(startup);
    }

    /** Remembers that a server accepted these startup parameters, and what it reported. */
    public void learnWelcome(ParameterSet startup, ParameterSet reported) {
        if (welcomes.size() >= WELCOMES_MAX) {
            welcomes.clear();
        }
        welcomes.put(startup, reported);
    }

    // --- limits and hunger --------------------------------------------------------------------

    boolean takePermits(boolean reserve) {
        PoolSettings now = settings;
        int limit =
                now.poolSize() == 0 ? 0 : now.poolSize() + (reserve ? now.reservePoolSize() : 0);
        if (!permits.tryTake(limit)) {
            return false;
        }
        if (!databasePermits.tryTake(now.maxDbConnections())) {
            permits.free();
            pools.evictIdle(this);
            return false;
        }
        if (!userPermits.tryTake(now.maxUserConnections())) {
            databasePermits.free();
            permits.free();
            pools.evictIdle(this);
            return false;
        }
        return true;
    }

    void freePermits() {
        userPermits.free();
        databasePermits.free();
        permits.free();
        feed();
        PoolSettings now = settings;
        if (now.maxDbConnections() > 0 || now.maxUserConnections() > 0) {
            pools.feed();
        }
    }

    /** Tells hungry shards that a permit may be free; who still finds none says so again. */
    void feed() {
        long who = hungry.get() == 0 ? 0 : hungry.getAndSet(0);
        for (PoolShard shard : shards) {
            if ((who & 1L << shards.indexOf(shard)) != 0) {
                shard.loop().execute(shard::fill);
            }
        }
    }

    /** A shard has waiters and found no permit. */
    void hungry(int shard) {
        long bit = 1L << shard;
        if ((hungry.get() & bit) == 0
                && (hungry.getAndUpdate(word -> word | bit) & bit) == 0
                && shards.size() > 1) {
            for (PoolShard other : shards) {
                if (other != shards.get(shard)) {
                    other.loop().execute(other::evictIdle);
                }
            }
        }
    }

    /** A shard has no waiters any more, or is about to look again. */
    void fed(int shard) {
        long bit = 1L << shard;
        if ((hungry.get() & bit) != 0) {
            hungry.updateAndGet(word -> word & ~bit);
        }
    }

    /** Closes one idle connection, on whichever shard has any. */
    void evictIdle(int from) {
        if (from < shards.size()) {
            PoolShard shard = shards.get(from);
            shard.loop()
                    .execute(() -> {
                        if (!shard.evictIdle()) {
                            evictIdle(from + 1);
                        }
                    });
        }
    }

    /** Whether another shard has waiters and no permit. */
    boolean isHungry(int shard) {
        return (hungry.get() & ~(1L << shard)) != 0;
    }

    /** So many connections a shard may keep while another has waiters and no permit. */
    int fairShare() {
        int count = shards.size();
        return (settings.poolSize() + count - 1) / count;
    }

    // --- reaching the server ------------------------------------------------------------------

    /** Where the next connection goes. */
    ServerTarget nextTarget() {
        return target(database.serverParameters());
    }

    /** Where a connection with startup parameters of its own goes: replication. */
    public ServerTarget target(Map<String, String> parameters) {
        Database now = database;
        ServerAddress node = nodeAddress();
        List<ServerAddress> hosts = node == null ? now.hosts() : List.of(node);
        int turn =
                settings.loadBalanceHosts() == LoadBalanceHosts.DISABLE
                        ? nextHost.get()
                        : nextHost.getAndIncrement();
        PoolSettings rules = settings;
        return new ServerTarget(
                now,
                hosts.get(Math.floorMod(turn, hosts.size())),
                key.user(),
                parameters,
                rules.serverConnectTimeout(),
                rules.connectQuery(),
                new ServerTarget.LoginRules(
                        rules.serverAllowCleartext(), rules.serverScramIterationsMax()),
                rules.sockets());
    }

    /** The failure to tell to clients, while it is too early to try again. */
    @Nullable ServerFailure failureNow() {
        Outage now = outage;
        return now != null && lasts(now) ? now.failure : null;
    }

    /** A refused password is not tried again before its time, unless there is another one. */
    private boolean lasts(Outage now) {
        return pools.clock().nanoTime() - now.retryNanos < 0
                && !(now.failure.isRefusedLogin() && now.credential != credentialVersion());
    }

    private long credentialVersion() {
        return pools.connector().credentialVersion(database, key.user());
    }

    void failed(ServerFailure failure) {
        Outage before = outage;
        if (before != null && lasts(before)) {
            return; // opened together with the one that told of the outage
        }
        Duration most = settings.serverLoginRetry();
        Duration pause = before == null ? RETRY_MIN : before.pause.multipliedBy(2);
        if (pause.compareTo(most) > 0 || failure.isRefusedLogin()) {
            pause = most;
        }
        if (settings.loadBalanceHosts() == LoadBalanceHosts.DISABLE) {
            nextHost.getAndIncrement();
        }
        long retry = pools.clock().nanoTime() + pause.toNanos();
        outage = new Outage(failure, retry, pause, credentialVersion());
        doubtNode();
        log.warn(
                "{} pool={} sqlstate={} error=\"{}\" retry_ms={}",
                failure.isRefusedLogin() ? "server_login_refused" : "server_unreachable",
                name(),
                failure.sqlState(),
                failure.message(),
                pause.toMillis());
    }

    /** Says in the log why a connection is closed. */
    void closes(ServerConnection connection, String reason) {
        if (pools.config().get(Settings.LOG_DISCONNECTIONS) && log.isInfoEnabled()) {
            long age = pools.clock().nanoTime() - connection.openedNanos();
            log.info(
                    "{} closing because: {} (age={}s)",
                    connection.logName(),
                    reason,
                    TimeUnit.NANOSECONDS.toSeconds(age));
        }
    }

    /**
     * A connection is no more.
     *
     * @param byServer whether the server ended it
     */
    void lost(boolean byServer) {
        alive.decrementAndGet();
        if (byServer) {
            doubtNode();
        }
    }

    void reachable(ServerConnection connection) {
        alive.incrementAndGet();
        if (pools.config().get(Settings.LOG_CONNECTIONS) && log.isInfoEnabled()) {
            log.info(
                    "{} new connection to server (from {})",
                    connection.logName(),
                    ConnectionName.shown(connection.localAddress()));
        }
        if (outage != null) {
            outage = null;
            log.info("server_reachable pool={} pid={}", name(), connection.processId());
        }
    }

    /** Whether the operator lets nobody have a connection now. */
    boolean isPaused() {
        return pools.gates().isPaused(key.database());
    }

    /** Whether nobody will get one any more. */
    boolean isShuttingDown() {
        return pools.gates().isShuttingDown();
    }

    Duration waitNotify() {
        return pools.waitNotify();
    }

    /** Whether the pool has no connection that somebody could wait for. */
    boolean hasNoConnection() {
        return alive.get() == 0;
    }

    /** Whether it is time to see if the server is back. */
    boolean mustProbe() {
        Outage now = outage;
        return now != null && home.clients.get() > 0 && !lasts(now);
    }

    boolean wantsMinimum() {
        return settings.minPoolSize() > 0
                && life == Life.SERVING
                && (home.clients.get() > 0 || database.forcedUser() != null);
    }

    // --- lifecycle ----------------------------------------------------------------------------

    private void become(Life next) {
        assert Thread.holdsLock(this);
        assert life != Life.GONE : next;
        life = next;
    }

    /** Takes over a new configuration; connections to a changed server end between transactions. */
    synchronized void configure(
            Database next, PoolSettings nextSettings, @Nullable Nodes nextNodes) {
        if (life == Life.GONE) {
            return;
        }
        become(Life.SERVING);
        boolean moved =
                isElsewhere(next, database)
                        || (nodes == null) != (nextNodes == null)
                        || nextSettings.routing().route() != settings.routing().route();
        database = next;
        settings = nextSettings;
        nodes = nextNodes;
        if (moved) {
            outage = null;
            recycle();
        }
    }

    private boolean isElsewhere(Database next, Database now) {
        return nodes == null && !next.hosts().equals(now.hosts())
                || !next.dbname().equals(now.dbname())
                || !next.serverParameters().equals(now.serverParameters())
                || !Objects.equals(next.connectQuery(), now.connectQuery())
                || !Objects.equals(next.authQuery(), now.authQuery())
                || !Objects.equals(next.authDbname(), now.authDbname())
                || !Objects.equals(next.loadBalanceHosts(), now.loadBalanceHosts());
    }

    /** Its database is not configured any more. */
    synchronized void remove() {
        if (life == Life.SERVING) {
            become(Life.REMOVED);
            recycle();
        }
    }

    /** Whether its clients are to go as soon as they are between transactions. */
    public boolean isRemoved() {
        return life == Life.REMOVED;
    }

    boolean isGone() {
        return life == Life.GONE;
    }

    /**
     * Whether the pool can be forgotten, and from then on is: it has neither client nor connection,
     * and its database was removed or the time is up. 0 = never.
     */
    synchronized boolean mayGo(long autoIdleNanos, long idleNanos) {
        long now = pools.clock().nanoTime();
        if (home != this) {
            return mayGoFromHome();
        }
        if (clients.get() > 0 || size() > 0 || hasConnectionsToNodes()) {
            emptySinceNanos = now;
            return false;
        }
        if (emptySinceNanos == 0) {
            emptySinceNanos = now;
        }
        long empty = now - emptySinceNanos;
        boolean over =
                life == Life.REMOVED
                        || database.auto() && autoIdleNanos > 0 && empty > autoIdleNanos
                        || idleNanos > 0 && empty > idleNanos;
        if (over) {
            become(Life.GONE);
            nodePools.forEach(Pool::goWithHome);
        }
        return over;
    }

    private boolean hasConnectionsToNodes() {
        for (Pool pool : nodePools) {
            if (pool.size() > 0) {
                return true;
            }
        }
        return false;
    }

    private boolean mayGoFromHome() {
        assert Thread.holdsLock(this);
        if (life == Life.REMOVED && size() == 0) {
            become(Life.GONE);
            home.nodePools.remove(this);
        }
        return life == Life.GONE;
    }

    private synchronized void goWithHome() {
        if (life != Life.GONE) {
            become(Life.GONE);
        }
    }

    /** Replaces every connection: idle ones now, others when they come back. */
    void recycle() {
        welcomes.clear();
        for (PoolShard shard : shards) {
            shard.loop().execute(shard::recycle);
        }
    }

    /** Whether one of its hosts has this name. */
    boolean isAt(String host) {
        ServerAddress node = nodeAddress();
        for (ServerAddress address : node == null ? database.hosts() : List.of(node)) {
            if (address.host().equals(host)) {
                return true;
            }
        }
        return false;
    }

    /** Replaces the connections to addresses that a host does not have any more. */
    void abandon(String host, Set<InetAddress> addresses) {
        for (PoolShard shard : shards) {
            shard.loop().execute(() -> shard.abandon(host, addresses));
        }
    }

    /** Looks at the gates again. */
    void pause() {
        for (PoolShard shard : shards) {
            shard.loop().execute(shard::gate);
        }
    }

    void tick() {
        for (PoolShard shard : shards) {
            shard.loop().execute(shard::tick);
        }
    }

    void shutDown() {
        for (PoolShard shard : shards) {
            shard.loop().execute(shard::shutDown);
        }
    }
}
