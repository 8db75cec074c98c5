package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.Opener;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.error.EndReason;
import dev.weir.metrics.Limit;
import dev.weir.net.Clock;
import dev.weir.net.HostNames;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All pools of this process, created when their first client comes. */
public final class Pools
        implements AutoCloseable, Reloadable, HostNames.Changes, Surroundings.Neighbours {
    /** The interval of housekeeping, and so the precision of timeouts. */
    private static final long TICK_MILLIS = 333;

    private static final Logger log = LoggerFactory.getLogger(Pools.class);

    private final Surroundings surroundings;
    private final Function<String, @Nullable Nodes> nodes;
    private final ConcurrentHashMap<Id, ClientPool> pools = new ConcurrentHashMap<>();
    private final SharedPermits databasePermits = new SharedPermits();
    private final SharedPermits userPermits = new SharedPermits();
    private volatile Consumer<PoolKey> poolGone = _ -> {};
    private volatile Config config;
    private @Nullable ScheduledFuture<?> ticking;

    /** The key by which a pool is found. */
    private record Id(PoolKey key, Use use) {
        /**
         * Without the use: its hash code, and so the order of pools, would differ from run to run.
         */
        @Override
        public int hashCode() {
            return key.hashCode();
        }
    }

    /**
     * @param nodes gives the nodes of a database by its name; null if it has none
     */
    public Pools(
            Config config,
            Opener opener,
            CancelSender cancels,
            List<EventLoop> loops,
            Function<String, @Nullable Nodes> nodes,
            Clock clock,
            RandomGenerator chance) {
        this(config, opener, cancels, loops, nodes, clock, chance, LeaseObserver.Source.NONE);
    }

    /**
     * @param nodes gives the nodes of a database by its name; null if it has none
     * @param observers supplies the observers of connections
     */
    public Pools(
            Config config,
            Opener opener,
            CancelSender cancels,
            List<EventLoop> loops,
            Function<String, @Nullable Nodes> nodes,
            Clock clock,
            RandomGenerator chance,
            LeaseObserver.Source observers) {
        this.config = config;
        this.nodes = nodes;
        this.surroundings =
                new Surroundings(
                        opener,
                        cancels,
                        loops,
                        new Gates(this::gateMoved),
                        () -> this.config,
                        this,
                        clock,
                        chance,
                        new Allowance(config, loops),
                        observers,
                        new ConcurrentHashMap<>());
    }

    /** The memory that the clients of all pools may use, and do use. */
    public Allowance allowance() {
        return surroundings.allowance();
    }

    /** Starts the housekeeping, and the pools that keep connections without a client. */
    public void start() {
        ticking =
                surroundings
                        .loops()
                        .getFirst()
                        .scheduleAtFixedRate(
                                this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        openForced();
    }

    /** The pools that keep connections without a client. */
    private void openForced() {
        for (Database database : config.databases()) {
            String user = database.forcedUser();
            if (user != null && config.poolSettings(database, user).minPoolSize() > 0) {
                pool(new Id(new PoolKey(database.name(), user), Use.CLIENTS));
            }
        }
    }

    /**
     * Counts a client in, and returns the shard of its pool that it lives on; null if the database
     * is no longer configured, or {@code max_pools} are in use. {@link ClientPool#leave} counts it
     * out.
     */
    public @Nullable ClientShard enter(String database, String clientUser) {
        Database entry = config.database(database);
        if (entry == null) {
            return null;
        }
        if (entry.auto() && !hasDatabase(database)) {
            log.info("registered new auto-database: {}", database);
        }
        return enter(new Id(key(entry, clientUser), Use.CLIENTS));
    }

    /**
     * Counts in a part of Weir itself that wants connections that are never leased to clients. Such
     * a pool is always created on the same loop.
     *
     * @param user the user that logs in to the server
     */
    public @Nullable ClientShard enter(String database, String user, Use use) {
        return enter(new Id(new PoolKey(database, user), use));
    }

    private @Nullable ClientShard enter(Id id) {
        while (true) {
            ClientPool pool = pool(id);
            ClientShard shard = pool == null ? null : pool.enter();
            if (pool == null || shard != null) {
                return shard;
            }
        }
    }

    private @Nullable ClientPool pool(Id id) {
        ClientPool pool = pools.get(id);
        return pool != null && !pool.isGone() ? pool : create(id);
    }

    /** Holds the same lock as {@link #configure}, so that no pool misses a change. */
    private synchronized @Nullable ClientPool create(Id id) {
        Database database = config.database(id.key.database());
        ClientPool known = pools.get(id);
        if (database == null || known != null || !hasRoom()) {
            return known;
        }
        var pool =
                new ClientPool(
                        id.key,
                        id.use,
                        terms(id, database),
                        databasePermits.join(id.key.database()),
                        userPermits.join(id.key.user()),
                        surroundings);
        pools.put(id, pool);
        allowance().meters().reaches(Limit.POOLS, pools.size());
        return pool;
    }

    /** Whether there may be one more pool; if need be, forgets the one that was empty longest. */
    private boolean hasRoom() {
        int most = config.get(Settings.MAX_POOLS);
        if (most == 0 || pools.size() < most) {
            return true;
        }
        Map.Entry<Id, ClientPool> oldest = null;
        for (Map.Entry<Id, ClientPool> one : pools.entrySet()) {
            boolean isOlder = oldest == null || one.getValue().isEmptyLonger(oldest.getValue());
            if (isOlder && one.getValue().isEmpty()) {
                oldest = one;
            }
        }
        if (oldest != null && oldest.getValue().goesIfEmpty()) {
            forget(oldest.getKey());
            return true;
        }
        allowance().meters().refuses(Limit.POOLS);
        return false;
    }

    private Terms terms(Id id, Database database) {
        var settings = id.use.settings(config, database, id.key.user());
        return new Terms(
                database,
                settings,
                id.use.isRouted() ? nodes.apply(database.name()) : null,
                id.use.startup(config, database),
                id.use.isExempt(),
                id.use.retryPauseMax(settings));
    }

    /** The key of a client's pool; the {@code user=} of a database takes precedence. */
    private static PoolKey key(Database database, String clientUser) {
        String forced = database.forcedUser();
        return new PoolKey(database.name(), forced == null ? clientUser : forced);
    }

    /** A database has another primary: waiting clients wait for that, and connections follow. */
    public void primaryChanged(String database, int before) {
        for (ClientPool pool : of(database)) {
            if (pool.use().isRouted()) {
                pool.primaryChanged(before);
            }
        }
    }

    /** A node that did not answer does so again: those who wait need not wait for the next try. */
    public void answersAgain(String database, int node) {
        for (ClientPool pool : of(database)) {
            pool.answersAgain(node);
        }
    }

    // --- RELOAD -------------------------------------------------------------------------------

    @Override
    public Runnable prepare(Config next) {
        return () -> configure(next);
    }

    private synchronized void configure(Config next) {
        config = next;
        surroundings.allowance().config(next);
        pools.forEach((id, pool) -> {
            Database database = next.database(id.key.database());
            boolean isClients = id.use == Use.CLIENTS;
            if (database == null || isClients && !id.key.equals(key(database, id.key.user()))) {
                pool.remove();
            } else {
                pool.terms(terms(id, database));
            }
        });
        openForced();
    }

    /** Forgets pools that are empty and whose database was removed or whose time is up. */
    private synchronized void forgetEmpty() {
        long autoNanos = config.get(Settings.AUTODB_IDLE_TIMEOUT).toNanos();
        long anyNanos = config.get(Settings.POOL_IDLE_TIMEOUT).toNanos();
        pools.forEach((id, pool) -> {
            if (pool.mayGo(autoNanos, anyNanos)) {
                forget(id);
            }
        });
    }

    private void forget(Id gone) {
        pools.remove(gone);
        databasePermits.leave(gone.key.database());
        userPermits.leave(gone.key.user());
        if (gone.use == Use.CLIENTS) {
            poolGone.accept(gone.key);
        }
    }

    /** How many there are. */
    public int size() {
        return pools.size();
    }

    /** Whether a database has a pool. Any thread may ask. */
    public boolean hasDatabase(String name) {
        return databasePermits.has(name);
    }

    /** Whether this pool of clients exists. Any thread may ask. */
    public boolean has(PoolKey key) {
        return pools.containsKey(new Id(key, Use.CLIENTS));
    }

    /**
     * Calls {@code told} with each pool of clients that is forgotten, on any thread; by then a new
     * pool with the same key may exist.
     */
    public void whenPoolGone(Consumer<PoolKey> told) {
        poolGone = told;
    }

    // --- the operator -------------------------------------------------------------------------

    /** The gates between clients and databases. */
    public Gates gates() {
        return surroundings.gates();
    }

    /** Whether the operator lets no new client in: DISABLE. */
    public boolean isDisabled(String database) {
        return gates().of(database).has(Gate.Cause.DISABLE);
    }

    private void gateMoved(@Nullable String database) {
        of(database).forEach(ClientPool::gateMoved);
    }

    /** Replaces the connections of a database at the next opportunity; null = of all databases. */
    public void reconnect(@Nullable String database) {
        of(database).forEach(pool -> pool.recycle(EndReason.CONFIG_CHANGED));
    }

    @Override
    public void renew(String database) {
        reconnect(database);
    }

    /** The pools of clients. */
    public Collection<ClientPool> all() {
        var clients = new ArrayList<ClientPool>();
        for (ClientPool pool : pools.values()) {
            if (pool.use() == Use.CLIENTS) {
                clients.add(pool);
            }
        }
        return clients;
    }

    /**
     * All pools of a database, including those of Weir's own.
     *
     * @param database null = of all databases
     */
    public List<ClientPool> of(@Nullable String database) {
        var found = new ArrayList<ClientPool>();
        for (ClientPool pool : pools.values()) {
            if (database == null || pool.key().database().equals(database)) {
                found.add(pool);
            }
        }
        return found;
    }

    // --- host names ---------------------------------------------------------------------------

    @Override
    public boolean isUsed(String host) {
        for (ClientPool pool : pools.values()) {
            for (NodePool node : pool.nodePools()) {
                if (node.size() > 0 && node.hosts().has(host)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void gone(String host, Set<InetAddress> addresses) {
        onNodePools(pool -> {
            if (pool.hosts().has(host)) {
                pool.abandon(host, addresses);
            }
        });
    }

    // --- limits that span pools ---------------------------------------------------------------

    @Override
    public void feed() {
        onNodePools(NodePool::feed);
    }

    @Override
    public void evictIdle(PoolKey needy, boolean isOfUser, Quota by) {
        List<NodePool> others = new ArrayList<>();
        onNodePools(pool -> {
            PoolKey key = pool.key();
            boolean isUnderIt =
                    isOfUser
                            ? key.user().equals(needy.user())
                            : key.database().equals(needy.database());
            if (isUnderIt && pool.size() > 0 && !pool.has(by)) {
                others.add(pool);
            }
        });
        evictOne(others.iterator(), by);
    }

    /** The first of these that has an idle connection closes it. */
    private static void evictOne(Iterator<NodePool> others, Quota by) {
        if (others.hasNext()) {
            others.next().evictIdle(() -> evictOne(others, by));
        } else {
            by.gaveWay();
        }
    }

    private void onNodePools(Consumer<NodePool> action) {
        for (ClientPool pool : pools.values()) {
            pool.nodePools().forEach(action);
        }
    }

    // --- life ---------------------------------------------------------------------------------

    private void tick() {
        gates().expire(surroundings.clock().nanoTime());
        pools.values().forEach(ClientPool::tick);
        forgetEmpty();
    }

    @Override
    public void close() {
        if (ticking != null) {
            ticking.cancel(false);
        }
        pools.values().forEach(ClientPool::shutDown);
    }
}
