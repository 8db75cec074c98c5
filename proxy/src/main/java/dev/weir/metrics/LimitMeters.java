package dev.weir.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The use of each {@link Limit}, and how often it was reached. Thread-safe: one for the process,
 * since neither changes often.
 */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public final class LimitMeters {
    private static final int LIMITS = Limit.values().length;

    private final AtomicLongArray most = new AtomicLongArray(LIMITS);
    private final AtomicLongArray refusals = new AtomicLongArray(LIMITS);

    /** Only for those limits that are not counted elsewhere. */
    private final AtomicLongArray entered = new AtomicLongArray(LIMITS);

    /**
     * Counts one more user of a limit, or notes that the limit was reached.
     *
     * @param max 0 = unlimited
     */
    public boolean enters(Limit limit, int max) {
        long now = entered.incrementAndGet(limit.ordinal());
        if (max > 0 && now > max) {
            leaves(limit);
            refuses(limit);
            return false;
        }
        reaches(limit, now);
        return true;
    }

    /** Counts one less. */
    public void leaves(Limit limit) {
        entered.decrementAndGet(limit.ordinal());
    }

    /** The current count. */
    public long entered(Limit limit) {
        return entered.get(limit.ordinal());
    }

    /** Notes that this much is in use. */
    public void reaches(Limit limit, long amount) {
        int at = limit.ordinal();
        if (amount > most.getPlain(at)) {
            most.accumulateAndGet(at, amount, Math::max);
        }
    }

    /** Notes that a client was refused more, or had to wait. */
    public void refuses(Limit limit) {
        refusals.incrementAndGet(limit.ordinal());
    }

    /** The maximum use so far. */
    public long most(Limit limit) {
        return most.get(limit.ordinal());
    }

    /** How often a client was refused more. */
    public long refusals(Limit limit) {
        return refusals.get(limit.ordinal());
    }
}
