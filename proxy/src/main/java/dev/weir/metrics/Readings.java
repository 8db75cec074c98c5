package dev.weir.metrics;

import java.util.Arrays;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** What the meters of one loop, or of several together, showed at one moment. Immutable. */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public final class Readings {
    private static final Metric[] METRICS = Metric.values();

    /** Behind the metrics come the buckets, those of one timing after those of another. */
    static final int LENGTH = METRICS.length + Timing.values().length * Timing.BUCKETS;

    /** Of meters that have counted nothing. */
    public static final Readings ZERO = new Readings(new long[LENGTH]);

    private final long[] values;

    /** Takes over {@code values}, in their order. */
    Readings(long[] values) {
        assert values.length == LENGTH;
        this.values = values;
    }

    /** In the metric's unit. */
    public long get(Metric metric) {
        return values[metric.ordinal()];
    }

    /** The place of a bucket among the values. */
    static int bucket(Timing timing, int bucket) {
        return METRICS.length + timing.ordinal() * Timing.BUCKETS + bucket;
    }

    /** How many times fell into this bucket, and into none before it. */
    public long count(Timing timing, int bucket) {
        return values[bucket(timing, bucket)];
    }

    /** How many server connections there are that have logged in, whatever they do. */
    public long servers() {
        return get(Metric.SERVERS_ACTIVE)
                + get(Metric.SERVERS_IDLE)
                + get(Metric.SERVERS_USED)
                + get(Metric.SERVERS_TESTED)
                + get(Metric.SERVERS_DRAINING)
                + get(Metric.SERVERS_CANCELED);
    }

    /** Those of two loops together. */
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

    /** All of them together; {@link #ZERO} if there are none. */
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
