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
