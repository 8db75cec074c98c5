package dev.weir.pool;

import dev.weir.config.PoolSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections a node's pool may have over all loops, in itself and within the limits that
 * span pools; and which of its shards starve. Any thread may ask; asked only when a connection is
 * opened or closed, or when a shard has waiting clients and no connection for them.
 */
final class Quota {
    /** A connection that is closed gives its permit back sooner. */
    private static final long GIVES_WAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Permits own = new Permits();
    private final Permits beside = new Permits();
    private final Permits database;
    private final Permits user;

    /** When another pool was asked to part with a connection, and has not answered; 0 = never. */
    private final AtomicLong othersAskedNanos = new AtomicLong();

    /** A bit for each shard that has waiting clients and found no permit. */
    private final AtomicLong hungry = new AtomicLong();

    /** The answer to a request for a permit. */
    enum Answer {
        TAKEN,
        /** The pool has as many connections as it may have. */
        POOL_IS_FULL,
        /** The database has, in this pool and others together. */
        DATABASE_IS_FULL,
        /** The user has, in this pool and others together. */
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
     * @param isExempt whether limits that span pools do not matter
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

    /** Takes a permit for a connection that does not count in the pool itself. */
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
     * Another pool is to part with an idle connection; false if one is parting with one already.
     * What comes of it is told by {@link #gaveWay}, or else forgotten after a while.
     */
    boolean asksOthers(long nowNanos) {
        long asked = othersAskedNanos.get();
        return (asked == 0 || nowNanos - asked >= GIVES_WAY_NANOS)
                && othersAskedNanos.compareAndSet(asked, nowNanos == 0 ? 1 : nowNanos);
    }

    /** A permit may be free now, or no other pool had an idle connection. */
    void gaveWay() {
        othersAskedNanos.set(0);
    }

    // --- hunger -------------------------------------------------------------------------------

    /** Notes that a shard starves; says whether that was not known. */
    boolean starves(int shard) {
        long bit = 1L << shard;
        return (hungry.get() & bit) == 0 && (hungry.getAndUpdate(word -> word | bit) & bit) == 0;
    }

    /** Notes that a shard has no waiting clients any more, or is about to look again. */
    void isFed(int shard) {
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
     * The shards that starve, a bit each, and none from now on: whoever still does says so again.
     */
    long takeHungry() {
        return hungry.get() == 0 ? 0 : hungry.getAndSet(0);
    }

    /** How many connections a shard may keep while another starves. */
    static int fairShare(int poolSize, int shards) {
        return (poolSize + shards - 1) / shards;
    }
}
