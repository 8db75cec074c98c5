package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.Opener;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.net.Clock;
import dev.weir.net.HostNames;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All pools of this process, made when their first client comes. */
public final class Pools implements AutoCloseable, Reloadable, HostNames.Changes {
    /** How often housekeeping runs: timeouts are this exact. */
    private static final long TICK_MILLIS = 333;

    private final Opener connector;
    private final CancelSender cancels;
    private final List<EventLoop> loops;
    private final Function<String, @Nullable Nodes> nodes;
    private final Clock clock;
    private final RandomGenerator random;
    private final ConcurrentHashMap<PoolKey, Pool> pools = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Permits> databasePermits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Permits> userPermits = new ConcurrentHashMap<>();
    private final Gates gates = new Gates();
    private volatile Config config;
    private @Nullable ScheduledFuture<?> ticking;

    /**
     * @param nodes the nodes of a database by its name; null if it has none
     * @param clock on which the timers of the loops run, too
     */
    public Pools(
            Config config,
            Opener connector,
            CancelSender cancels,
            List<EventLoop> loops,
            Function<String, @Nullable Nodes> nodes,
            Clock clock,
            RandomGenerator random) {
        this.config = config;
        this.connector = connector;
        this.cancels = cancels;
        this.loops = loops;
        this.nodes = nodes;
        this.clock = clock;
        this.random = random;
    }

    Config config() {
        return config;
    }

    /** Starts the housekeeping, and the pools that keep connections without a client. */
    public void start() {
        ticking =
                loops.getFirst()
                        .scheduleAtFixedRate(
                                this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        openForced();
    }

    /** The pools that keep connections without a client. */
    private void openForced() {
        for (Database database : config.databases()) {
            String user = database.forcedUser();
            if (user != null) {
                pool(database.name(), user);
            }
        }
    }

    /**
     * Counts a client in, and says on which shard of its pool it lives; null if the database is not
     * configured any more. {@link Pool#leave} counts it out.
     */
    public @Nullable PoolShard enter(String database, String clientUser) {
        while (true) {
            Pool pool = pool(database, clientUser);
            PoolShard shard = pool == null ? null : pool.enter();
            if (pool == null || shard != null) {
                return shard;
            }
        }
    }

    /** The pool of a database for a client's user; a database's own user comes first. */
    private @Nullable Pool pool(String name, String clientUser) {
        Database database = config.database(name);
        if (database == null) {
            return null;
        }
        Pool pool = pools.get(key(database, clientUser));
        return pool != null && !pool.isGone() ? pool : made(name, clientUser);
    }

    /** Under the lock of {@link #configure}, so that no pool misses a change. */
    private synchronized @Nullable Pool made(String name, String clientUser) {
        Database database = config.database(name);
        if (database == null) {
            return null;
        }
        return pools.computeIfAbsent(
                key(database, clientUser),
                key ->
                        new Pool(
                                key,
                                this,
                                database,
                                config.poolSettings(database, key.user()),
                                databasePermits.computeIfAbsent(name, _ -> new Permits()),
                                userPermits.computeIfAbsent(key.user(), _ -> new Permits()),
                                nodes.apply(name),
                                loops));
    }

    /** The pool of one node, made when it is needed first. */
    synchronized Pool onNode(Pool home, int node) {
        Pool before = pools.get(home.key().onNode(node));
        if (before != null && !before.isGone()) {
            return before;
        }
        var pool = new Pool(home, node);
        pools.put(pool.key(), pool);
        return pool;
    }

    /** A database has another primary: who waits for it waits there, connections follow. */
    public void primaryChanged(String database, int before) {
        for (Pool pool : pools.values()) {
            PoolKey key = pool.key();
            if (key.database().equals(database) && key.node() == before && before >= 0) {
                pool.followPrimary();
            }
        }
        for (Pool pool : pools.values()) {
            PoolKey key = pool.key();
            if (key.database().equals(database) && key.node() == PoolKey.NO_NODE) {
                pool.followPrimary();
            }
        }
    }

    private static PoolKey key(Database database, String clientUser) {
        String forced = database.forcedUser();
        return new PoolKey(database.name(), forced == null ? clientUser : forced);
    }

    // --- RELOAD -------------------------------------------------------------------------------

    @Override
    public Runnable prepare(Config next) throws ConfigException {
        var problems = new ArrayList<Problem>();
        for (Database now : config.databases()) {
            Database then = next.database(now.name());
            if (then != null && now.forcedUser() != null && then.forcedUser() == null) {
                problems.add(
                        new Problem(
                                next.file().toString(),
                                0,
                                "database \""
                                        + now.name()
                                        + "\": user: cannot be taken away by RELOAD"
                                        + " (losing forced user not supported)"));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return () -> configure(next);
    }

    private synchronized void configure(Config next) {
        config = next;
        for (Pool pool : pools.values()) {
            PoolKey key = pool.key();
            Database database = next.database(key.database());
            if (database == null || !key.home().equals(key(database, key.user()))) {
                pool.remove();
            } else if (key.node() != PoolKey.NO_NODE && !pool.isAtNodeOf(database)) {
                pool.remove();
                pool.followPrimary();
            } else {
                pool.configure(
                        database,
                        next.poolSettings(database, key.user()),
                        nodes.apply(key.database()));
            }
        }
        openForced();
    }

    /** Forgets pools that are empty: of a removed database, or for as long as the limits say. */
    private synchronized void forgetEmpty() {
        long autoNanos = config.get(Settings.AUTODB_IDLE_TIMEOUT).toNanos();
        long anyNanos = config.get(Settings.POOL_IDLE_TIMEOUT).toNanos();
        for (Pool pool : pools.values()) {
            if (pool.mayGo(autoNanos, anyNanos)) {
                pools.remove(pool.key());
                forgetPermits(pool.key());
            }
        }
    }

    private void forgetPermits(PoolKey gone) {
        boolean database = false;
        boolean user = false;
        for (PoolKey key : pools.keySet()) {
            database |= key.database().equals(gone.database());
            user |= key.user().equals(gone.user());
        }
        if (!database) {
            databasePermits.remove(gone.database());
        }
        if (!user) {
            userPermits.remove(gone.user());
        }
    }

    // --- the operator -------------------------------------------------------------------------

    /** What the operator has closed. */
    public Gates gates() {
        return gates;
    }

    /**
     * Stops or starts leasing: idle connections are closed at once, others when they come back.
     *
     * @param database null = all
     */
    public void pause(@Nullable String database, boolean on) {
        if (database == null) {
            gates.pauseAll(on);
        } else {
            gates.pause(database, on);
        }
        for (Pool pool : pools.values()) {
            if (database == null || pool.key().database().equals(database)) {
                pool.pause();
            }
        }
    }

    /** Leases nothing any more: the process ends when all connections have come back. */
    public void shutDown() {
        gates.shutDown();
        pools.values().forEach(Pool::pause);
    }

    /** Replaces the connections of a database at the next chance; null = of all. */
    public void reconnect(@Nullable String database) {
        for (Pool pool : pools.values()) {
            if (database == null || pool.key().database().equals(database)) {
                pool.recycle();
            }
        }
    }

    // --- host names ---------------------------------------------------------------------------

    @Override
    public boolean isUsed(String host) {
        for (Pool pool : pools.values()) {
            if (pool.size() > 0 && pool.isAt(host)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void gone(String host, Set<InetAddress> addresses) {
        for (Pool pool : pools.values()) {
            if (pool.isAt(host)) {
                pool.abandon(host, addresses);
            }
        }
    }

    public Collection<Pool> all() {
        return pools.values();
    }

    /** How long clients wait before they are told so; zero = for ever. */
    Duration waitNotify() {
        return config.get(Settings.QUERY_WAIT_NOTIFY);
    }

    public CancelSender cancels() {
        return cancels;
    }

    Clock clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    Opener connector() {
        return connector;
    }

    /** Wakes the shards that found a limit exhausted which spans pools. */
    void feed() {
        for (Pool pool : pools.values()) {
            pool.feed();
        }
    }

    /** Asks other pools for a connection they do not use, since a limit spans them. */
    void evictIdle(Pool needy) {
        for (Pool pool : pools.values()) {
            boolean shared =
                    pool.key().database().equals(needy.key().database())
                            || pool.key().user().equals(needy.key().user());
            if (pool != needy && shared && pool.size() > 0) {
                pool.evictIdle(0);
            }
        }
    }

    private void tick() {
        for (Pool pool : pools.values()) {
            pool.tick();
        }
        forgetEmpty();
    }

    @Override
    public void close() {
        if (ticking != null) {
            ticking.cancel(false);
        }
        for (Pool pool : pools.values()) {
            pool.shutDown();
        }
    }
}
