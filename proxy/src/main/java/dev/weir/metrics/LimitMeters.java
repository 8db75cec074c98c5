package dev.weir.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How far each {@link Limit} was used, and how often it was in the way. Thread-safe: one for the
 * process, since neither changes often.
 */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public final class LimitMeters {
    private static final int LIMITS = Limit.values().length;

    private final AtomicLongArray most = new AtomicLongArray(LIMITS);
    private final AtomicLongArray refusals = new AtomicLongArray(LIMITS);

    /** Only of those limits that nobody else keeps count of. */
    private final AtomicLongArray entered = new AtomicLongArray(LIMITS);

    /**
     * Counts somebody in who takes up one of a limit, or notes that it was in the way.
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

    /** Counts somebody out who was counted in. */
    public void leaves(Limit limit) {
        entered.decrementAndGet(limit.ordinal());
    }

    /** How many are counted in. */
    public long entered(Limit limit) {
        return entered.get(limit.ordinal());
    }

    /** Notes that so much is in use. */
    public void reaches(Limit limit, long amount) {
        int at = limit.ordinal();
        if (amount > most.getPlain(at)) {
            most.accumulateAndGet(at, amount, Math::max);
        }
    }

    /** Notes that somebody was refused more, or had to wait. */
    public void refuses(Limit limit) {
        refusals.incrementAndGet(limit.ordinal());
    }

    /** The most that was in use so far. */
    public long most(Limit limit) {
        return most.get(limit.ordinal());
    }

    /** How often somebody was refused more. */
    public long refusals(Limit limit) {
        return refusals.get(limit.ordinal());
    }
}
