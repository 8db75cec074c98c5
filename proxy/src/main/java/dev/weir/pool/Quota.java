package dev.weir.pool;

import dev.weir.config.PoolSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections a {@link NodePool} may have over all loops, by its own limit and by the
 * limits that span pools; and which of its shards starve. Thread-safe; used only when a connection
 * is opened or closed, or when a shard has waiting clients and no connection for them.
 */
final class Quota {
    /** How long to wait for another pool to close a connection; that normally takes less time. */
    private static final long GIVES_WAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Permits own = new Permits();
    private final Permits beside = new Permits();
    private final Permits database;
    private final Permits user;

    /** When another pool was asked to close a connection; 0 = never, or it has answered. */
    private final AtomicLong othersAskedNanos = new AtomicLong();

    /** One bit for each shard that has waiting clients and found no permit. */
    private final AtomicLong hungry = new AtomicLong();

    /** The answer to a request for a permit. */
    enum Answer {
        TAKEN,
        /** The pool has as many connections as it may have. */
        POOL_IS_FULL,
        /** The database has, counting all its pools. */
        DATABASE_IS_FULL,
        /** The user has, counting all its pools. */
        USER_IS_FULL
    }

    Quota(Permits database, Permits user) {
        this.database = database;
        this.user = user;
    }

    /**
     * Takes a permit to open a connection.
     *
     * @param reserve whether the reserve may be used
     * @param isExempt whether limits that span pools do not apply
     */
    Answer tryTake(PoolSettings settings, boolean reserve, boolean isExempt) {
        int size = settings.poolSize();
        int limit = size == 0 ? 0 : size + (reserve ? settings.reservePoolSize() : 0);
        if (!own.tryTake(limit)) {
            return Answer.POOL_IS_FULL;
        }
        if (!database.tryTake(isExempt ? 0 : settings.maxDbConnections())) {
            own.free();
            return Answer.DATABASE_IS_FULL;
        }
        if (!user.tryTake(isExempt ? 0 : settings.maxUserConnections())) {
            database.free();
            own.free();
            return Answer.USER_IS_FULL;
        }
        return Answer.TAKEN;
    }

    /** Takes a permit for a connection that does not count towards the pool's own limit. */
    Answer tryTakeBeside(PoolSettings settings, boolean isExempt) {
        if (!database.tryTake(isExempt ? 0 : settings.maxDbConnections())) {
            return Answer.DATABASE_IS_FULL;
        }
        if (!user.tryTake(isExempt ? 0 : settings.maxUserConnections())) {
            database.free();
            return Answer.USER_IS_FULL;
        }
        beside.tryTake(0);
        return Answer.TAKEN;
    }

    /** Gives such a permit back. */
    void freeBeside() {
        beside.free();
        user.free();
        database.free();
    }

    /** How many such connections there are. */
    int beside() {
        return beside.used();
    }

    /** Gives a permit back: the socket is gone. */
    void free() {
        user.free();
        database.free();
        own.free();
    }

    /** How many connections there are, in any state. */
    int used() {
        return own.used();
    }

    /**
     * Takes the right to ask another pool to close an idle connection; false if one has been asked
     * already. {@link #gaveWay} ends that request; otherwise it expires after a while.
     */
    boolean mayAskOthers(long nowNanos) {
        long asked = othersAskedNanos.get();
        return (asked == 0 || nowNanos - asked >= GIVES_WAY_NANOS)
                && othersAskedNanos.compareAndSet(asked, nowNanos == 0 ? 1 : nowNanos);
    }

    /** A permit may be free now, or no other pool had an idle connection. */
    void gaveWay() {
        othersAskedNanos.set(0);
    }

    // --- hunger -------------------------------------------------------------------------------

    /** Notes that a shard starves; returns whether that is new. */
    boolean starves(int shard) {
        long bit = 1L << shard;
        return (hungry.get() & bit) == 0 && (hungry.getAndUpdate(word -> word | bit) & bit) == 0;
    }

    /** Notes that a shard no longer has waiting clients, or is about to look for a permit again. */
    void noteFed(int shard) {
        long bit = 1L << shard;
        if ((hungry.get() & bit) != 0) {
            hungry.updateAndGet(word -> word & ~bit);
        }
    }

    /** Whether a shard other than this one starves. */
    boolean anotherStarves(int shard) {
        return (hungry.get() & ~(1L << shard)) != 0;
    }

    /**
     * Returns the shards that starve, one bit each, and clears them: those that still do say so.
     */
    long takeHungry() {
        return hungry.get() == 0 ? 0 : hungry.getAndSet(0);
    }

    /** How many connections a shard may keep while another starves. */
    static int fairShare(int poolSize, int shards) {
        return (poolSize + shards - 1) / shards;
    }
}
