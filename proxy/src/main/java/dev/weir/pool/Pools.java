package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.Connector;
import dev.weir.config.Config;
import dev.weir.config.Database;
import io.netty.channel.EventLoop;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** All pools of this process, made when their first client comes. */
public final class Pools implements AutoCloseable {
    /** How often housekeeping runs: timeouts are this exact. */
    private static final long TICK_MILLIS = 333;

    private final Connector connector;
    private final CancelSender cancels;
    private final List<EventLoop> loops;
    private final ConcurrentHashMap<PoolKey, Pool> pools = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Permits> databasePermits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Permits> userPermits = new ConcurrentHashMap<>();
    private volatile Config config;
    private @Nullable ScheduledFuture<?> ticking;

    public Pools(Config config, Connector connector, CancelSender cancels, List<EventLoop> loops) {
        this.config = config;
        this.connector = connector;
        this.cancels = cancels;
        this.loops = loops;
    }

    /** Starts the housekeeping, and the pools that keep connections without a client. */
    public void start() {
        ticking =
                loops.getFirst()
                        .scheduleAtFixedRate(
                                this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        for (Database database : config.databases()) {
            String user = database.forcedUser();
            if (user != null) {
                pool(database, user);
            }
        }
    }

    /** The pool of a database for a client's user; a database's own user comes first. */
    public Pool pool(Database database, String clientUser) {
        String forced = database.forcedUser();
        var key = new PoolKey(database.name(), forced == null ? clientUser : forced);
        return pools.computeIfAbsent(
                key,
                _ ->
                        new Pool(
                                key,
                                this,
                                database,
                                config.poolSettings(database, key.user()),
                                databasePermits.computeIfAbsent(
                                        database.name(), _ -> new Permits()),
                                userPermits.computeIfAbsent(key.user(), _ -> new Permits()),
                                loops));
    }

    public Collection<Pool> all() {
        return pools.values();
    }

    public CancelSender cancels() {
        return cancels;
    }

    Connector connector() {
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
