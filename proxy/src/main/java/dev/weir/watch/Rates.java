package dev.weir.watch;

import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.metrics.Timing;

/** The rates between two readings of the same meters. */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
final class Rates {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Readings before;
    private final Readings now;
    private final double seconds;

    /**
     * @param seconds the time between the two
     */
    Rates(Readings before, Readings now, double seconds) {
        this.before = before;
        this.now = now;
        this.seconds = seconds;
    }

    /** The figures of a database. */
    float[] ofDatabase(int clients) {
        float[] all = History.unknown();
        put(all, Curve.TRANSACTIONS, each(Metric.TRANSACTIONS));
        put(all, Curve.QUERIES, each(Metric.QUERIES));
        put(all, Curve.MEDIAN, quantile(Timing.TRANSACTION, 0.5) / NANOS_PER_MILLI);
        put(all, Curve.P99, quantile(Timing.TRANSACTION, 0.99) / NANOS_PER_MILLI);
        put(all, Curve.WAIT_P99, quantile(Timing.WAIT, 0.99) / NANOS_PER_MILLI);
        put(all, Curve.LONGEST_WAIT, now.get(Metric.OLDEST_WAIT) / NANOS_PER_MILLI);
        put(all, Curve.WAITING, (double) now.get(Metric.WAITING_CLIENTS));
        put(all, Curve.ACTIVE, (double) now.get(Metric.SERVERS_ACTIVE));
        put(all, Curve.SERVERS, (double) now.servers());
        put(all, Curve.CLIENTS, clients);
        put(all, Curve.LOST, each(Metric.LOST_ROLLED_BACK) + each(Metric.LOST_IN_DOUBT));
        return all;
    }

    /**
     * The figures of a node.
     *
     * @param lagNanos {@link Long#MAX_VALUE} = unknown
     */
    float[] ofNode(long lagNanos) {
        float[] all = History.unknown();
        put(all, Curve.LEASES, each(Metric.LEASES));
        if (lagNanos < Long.MAX_VALUE) {
            put(all, Curve.LAG, lagNanos / NANOS_PER_SECOND);
        }
        return all;
    }

    private static void put(float[] all, Curve curve, double value) {
        all[curve.ordinal()] = (float) value;
    }

    /** The rate per second; at least 0, though a pool that is gone would make it negative. */
    private double each(Metric counter) {
        return Math.max(0, now.get(counter) - before.get(counter)) / seconds;
    }

    /**
     * The time that this part of all times did not exceed, in nanoseconds, assuming that the times
     * of a bucket are evenly spread. NaN if there were none; the last bound for times beyond it.
     */
    double quantile(Timing timing, double part) {
        long all = 0;
        for (int i = 0; i < Timing.BUCKETS; i++) {
            all += fell(timing, i);
        }
        if (all == 0) {
            return Double.NaN;
        }
        double wanted = all * part;
        long below = 0;
        for (int i = 0; i < Timing.BUCKETS - 1; i++) {
            long here = fell(timing, i);
            if (here > 0 && below + here >= wanted) {
                double from = i == 0 ? 0 : Timing.boundNanos(i - 1);
                return from + (Timing.boundNanos(i) - from) * (wanted - below) / here;
            }
            below += here;
        }
        return Timing.boundNanos(Timing.BUCKETS - 2);
    }

    private long fell(Timing timing, int bucket) {
        return Math.max(0, now.count(timing, bucket) - before.count(timing, bucket));
    }
}
