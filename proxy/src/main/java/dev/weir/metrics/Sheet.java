package dev.weir.metrics;

import dev.weir.metrics.Figure.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All values of one moment, by metric name. Used by one thread. */
public final class Sheet {
    /** The label names of pools. */
    public static final List<String> POOL_LABELS = List.of("database", "user");

    private static final List<String> STATE_LABELS = List.of("database", "user", "state");

    /** The label names of times. */
    public static final List<String> TIMING_LABELS = List.of("database");

    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<String, Family> families = new LinkedHashMap<>();

    /** Those of the value added last: several of the same thing often follow each other. */
    private Labels last = Labels.NONE;

    /** All values with the same name. */
    record Family(String name, Shape shape, String help, List<Point> points) {}

    /**
     * One of them.
     *
     * @param value the sum, for a histogram
     * @param buckets the count in each bucket; empty except for a histogram
     * @param exemplars of the buckets; null if there are none
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Point(Labels labels, double value, long[] buckets, @Nullable Exemplars exemplars) {}

    /** What all users of a pool have counted together. */
    public record PoolReadings(String database, String user, Readings readings) {}

    private static final long[] NONE = {};

    /** Adds the value of a figure, with the values of its labels in their order. */
    public void add(Figure figure, double value, String... labels) {
        add(figure.id(), figure.shape(), figure.doc(), value, figure.labels(), List.of(labels));
    }

    /** The same for a number of things. */
    public void add(Figure figure, long value, String... labels) {
        add(figure, (double) value, labels);
    }

    /** Adds a value with a name that is in none of the tables. */
    public void add(
            String name,
            Shape shape,
            String help,
            double value,
            List<String> labels,
            List<String> values) {
        if (!last.are(labels, values)) {
            last = Labels.of(labels, values);
        }
        family(name, shape, help).points.add(new Point(last, value, NONE, null));
    }

    /** Adds the counters and gauges of pools, without their times. */
    public void addPools(List<PoolReadings> pools) {
        List<Labels> labels = new ArrayList<>(pools.size());
        for (PoolReadings pool : pools) {
            labels.add(Labels.of(POOL_LABELS, List.of(pool.database, pool.user)));
        }
        for (Metric metric : Metric.values()) {
            if (!metric.id().endsWith("_sum")) { // else a part of a histogram
                family(metric).points.addAll(points(metric, pools, labels));
            }
        }
    }

    private static List<Point> points(
            Metric metric, List<PoolReadings> pools, List<Labels> labels) {
        List<Point> points = new ArrayList<>(pools.size());
        String state = metric.state();
        double unit = metric.unit() == Metric.Unit.NANOSECOND ? NANOS_PER_SECOND : 1;
        for (int i = 0; i < pools.size(); i++) {
            PoolReadings pool = pools.get(i);
            Labels own =
                    state == null
                            ? labels.get(i)
                            : Labels.of(STATE_LABELS, List.of(pool.database, pool.user, state));
            points.add(new Point(own, pool.readings.get(metric) / unit, NONE, null));
        }
        return points;
    }

    private Family family(Metric metric) {
        Shape shape = metric.kind() == Metric.Kind.COUNTER ? Shape.COUNTER : Shape.GAUGE;
        if (metric.state() != null) {
            return family(metric.id(), shape, "Server connections, by state.");
        }
        String doc = metric.doc();
        return family(
                metric.id(), shape, Character.toUpperCase(doc.charAt(0)) + doc.substring(1) + '.');
    }

    private Family family(String name, Shape shape, String help) {
        return families.computeIfAbsent(
                name, _ -> new Family(name, shape, help, new ArrayList<>()));
    }

    /**
     * Adds histograms of a database.
     *
     * @param exemplars for the buckets of {@link Timing#QUERY}; null for none
     */
    public void addTimes(
            Iterable<Timing> timings,
            Readings readings,
            String database,
            @Nullable Exemplars exemplars) {
        Labels labels = Labels.of(TIMING_LABELS, List.of(database));
        for (Timing timing : timings) {
            addTimes(timing, readings, labels, timing == Timing.QUERY ? exemplars : null);
        }
    }

    /** Adds a histogram of the whole process. */
    public void addTimes(Timing timing, Readings readings) {
        addTimes(timing, readings, Labels.NONE, null);
    }

    private void addTimes(
            Timing timing, Readings readings, Labels labels, @Nullable Exemplars exemplars) {
        long[] buckets = new long[Timing.BUCKETS];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = readings.count(timing, i);
        }
        double sum = readings.get(timing.sum()) / NANOS_PER_SECOND;
        family(timing.id(), Shape.HISTOGRAM, timing.doc())
                .points
                .add(new Point(labels, sum, buckets, exemplars));
    }

    Collection<Family> families() {
        return families.values();
    }
}
