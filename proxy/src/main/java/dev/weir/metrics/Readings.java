package dev.weir.metrics;

import java.util.Arrays;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The meter values of one loop, or of several together, at one moment. Immutable. */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public final class Readings {
    private static final Metric[] METRICS = Metric.values();

    /** The metrics are followed by the buckets, timing by timing. */
    static final int LENGTH = METRICS.length + Timing.values().length * Timing.BUCKETS;

    /** Readings of meters that have counted nothing. */
    public static final Readings ZERO = new Readings(new long[LENGTH]);

    private final long[] values;

    /** Takes ownership of {@code values}, which are in that order. */
    Readings(long[] values) {
        assert values.length == LENGTH;
        this.values = values;
    }

    /** A value, in the metric's unit. */
    public long get(Metric metric) {
        return values[metric.ordinal()];
    }

    /** The index of a bucket among the values. */
    static int bucket(Timing timing, int bucket) {
        return METRICS.length + timing.ordinal() * Timing.BUCKETS + bucket;
    }

    /** The number of times in this bucket, without those before it. */
    public long count(Timing timing, int bucket) {
        return values[bucket(timing, bucket)];
    }

    /** The number of server connections that have logged in, in any state. */
    public long servers() {
        return get(Metric.SERVERS_ACTIVE)
                + get(Metric.SERVERS_IDLE)
                + get(Metric.SERVERS_USED)
                + get(Metric.SERVERS_TESTED)
                + get(Metric.SERVERS_DRAINING)
                + get(Metric.SERVERS_CANCELED);
    }

    /** The sum of two readings. */
    public Readings plus(Readings other) {
        long[] sum = new long[LENGTH];
        for (int i = METRICS.length; i < LENGTH; i++) {
            sum[i] = values[i] + other.values[i];
        }
        for (Metric metric : METRICS) {
            int i = metric.ordinal();
            sum[i] = metric.kind().join(values[i], other.values[i]);
        }
        return new Readings(sum);
    }

    /** The sum of all; {@link #ZERO} if there are none. */
    public static Readings sum(Iterable<Readings> all) {
        Readings sum = ZERO;
        for (Readings one : all) {
            sum = sum.plus(one);
        }
        return sum;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Readings that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** Those that are not zero. */
    @Override
    public String toString() {
        var text = new StringJoiner(", ", "{", "}");
        for (Metric metric : METRICS) {
            if (get(metric) != 0) {
                text.add(metric + "=" + get(metric));
            }
        }
        return text.toString();
    }
}
