package dev.weir.admin;

import java.util.Map;

/**
 * The ends of the last two {@code stats_period}s. Averages are those since the older of the two, so
 * of one to two periods, as in PgBouncer. Any thread may read; one at a time ends a period.
 */
final class StatsPeriods {
    /** Until a period is over, the averages are those of the first second. */
    private static final long FIRST_NANOS = 1_000_000_000;

    private volatile Ends ends;

    private record Ends(StatsSample older, StatsSample newer) {}

    /**
     * @param nanos when the first period begins
     */
    StatsPeriods(long nanos) {
        this.ends =
                new Ends(
                        new StatsSample(nanos - FIRST_NANOS, Map.of()),
                        new StatsSample(nanos, Map.of()));
    }

    /** The sample from which averages are computed. */
    StatsSample older() {
        return ends.older;
    }

    /** A period is over; returns what was done in it. */
    Interval end(StatsSample now) {
        StatsSample begin = ends.newer;
        ends = new Ends(begin, now);
        return now.since(begin);
    }
}
