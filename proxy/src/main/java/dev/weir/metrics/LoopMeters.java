package dev.weir.metrics;

import java.util.Arrays;

/**
 * The counts of a part of one loop: a number for each {@link Metric}, and one for each bucket of
 * each {@link Timing}. Owned by its loop, without locks or atomics; only {@link #read} allocates.
 */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public final class LoopMeters {
    private static final Metric[] METRICS = Metric.values();

    private final long[] values = new long[Readings.LENGTH];

    public void increment(Metric metric) {
        values[metric.ordinal()]++;
    }

    /**
     * Counts several at once.
     *
     * @param amount in the metric's unit; negative to take back what was counted too early
     */
    public void add(Metric metric, long amount) {
        values[metric.ordinal()] += amount;
    }

    /** Counts a time and adds it to the sum. */
    public void record(Timing timing, long nanos) {
        values[timing.sum().ordinal()] += nanos;
        values[Readings.bucket(timing, Timing.bucket(nanos))]++;
    }

    /** Sets the value of a gauge. */
    public void set(Metric gauge, long value) {
        assert gauge.kind() != Metric.Kind.COUNTER : gauge;
        values[gauge.ordinal()] = value;
    }

    /** Resets everything except counters to zero, to be measured anew. */
    public void clearGauges() {
        for (Metric metric : METRICS) {
            if (metric.kind() != Metric.Kind.COUNTER) {
                values[metric.ordinal()] = 0;
            }
        }
    }

    /** The current values. */
    public Readings read() {
        return new Readings(values.clone());
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
