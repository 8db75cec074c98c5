package dev.weir.admin;

import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;

/**
 * What was counted between two readings of the same meters. Times are in microseconds, as
 * everywhere in PgBouncer's console.
 *
 * @param before how the meters stood when it began
 * @param after how they stand now, or stood when it ended
 * @param nanos its length; if it is 0, all averages are 0
 */
record Interval(Readings before, Readings after, long nanos) {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;

    /** What was counted from the start to the end of the interval. */
    long total(Metric metric) {
        return shown(metric, after);
    }

    /** What was counted in one second, on average. */
    long perSecond(Metric metric) {
        return nanos <= 0 ? 0 : Math.max(0, (long) (counted(metric) * NANOS_PER_SECOND / nanos));
    }

    /** How much of one metric there was per unit of the other, on average. */
    long perOne(Metric metric, Metric of) {
        long count = counted(of);
        return nanos <= 0 || count <= 0 ? 0 : Math.max(0, counted(metric) / count);
    }

    private long counted(Metric metric) {
        return shown(metric, after) - shown(metric, before);
    }

    private static long shown(Metric metric, Readings readings) {
        long value = readings.get(metric);
        return metric.unit() == Metric.Unit.NANOSECOND ? value / NANOS_PER_MICRO : value;
    }

    /** The log line of a {@code stats_period}, of averages. */
    String line() {
        return "stats: %d xacts/s, %d queries/s, %d client parses/s, %d server parses/s, %d binds/s, %d client logins/s, in %d B/s, out %d B/s, xact %d us, query %d us, wait %d us"
                .formatted(
                        perSecond(Metric.TRANSACTIONS),
                        perSecond(Metric.QUERIES),
                        perSecond(Metric.CLIENT_PARSES),
                        perSecond(Metric.SERVER_PARSES),
                        perSecond(Metric.BINDS),
                        perSecond(Metric.LOGINS),
                        perSecond(Metric.BYTES_RECEIVED),
                        perSecond(Metric.BYTES_SENT),
                        perOne(Metric.TRANSACTION_TIME, Metric.TRANSACTIONS),
                        perOne(Metric.QUERY_TIME, Metric.QUERIES),
                        perSecond(Metric.WAIT_TIME));
    }
}
