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

    /** The label names of times. */
    public static final List<String> TIMING_LABELS = List.of("database");

    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<String, Family> families = new LinkedHashMap<>();

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
    record Point(
            List<String> labels,
            List<String> values,
            double value,
            long[] buckets,
            @Nullable Exemplars exemplars) {
        Point {
            assert labels.size() == values.size() : labels + " " + values;
        }
    }

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
        family(name, shape, help).points.add(new Point(labels, values, value, NONE, null));
    }

    /** Adds the counters and gauges of a pool, without its times. */
    public void addPool(Readings readings, String database, String user) {
        for (Metric metric : Metric.values()) {
            if (metric.id().endsWith("_sum")) {
                continue; // a part of a histogram
            }
            Shape shape = metric.kind() == Metric.Kind.COUNTER ? Shape.COUNTER : Shape.GAUGE;
            double value = readings.get(metric);
            if (metric.unit() == Metric.Unit.NANOSECOND) {
                value /= NANOS_PER_SECOND;
            }
            String state = metric.state();
            if (state == null) {
                String doc = metric.doc();
                String help = Character.toUpperCase(doc.charAt(0)) + doc.substring(1) + '.';
                add(metric.id(), shape, help, value, POOL_LABELS, List.of(database, user));
            } else {
                add(
                        metric.id(),
                        shape,
                        "Server connections, by state.",
                        value,
                        List.of("database", "user", "state"),
                        List.of(database, user, state));
            }
        }
    }

    /** Adds a histogram of a database. */
    public void addTimes(Timing timing, Readings readings, String database) {
        addTimes(timing, readings, database, null);
    }

    /** The same with a span for some of the buckets; null for none. */
    public void addTimes(
            Timing timing, Readings readings, String database, @Nullable Exemplars exemplars) {
        addTimes(timing, readings, TIMING_LABELS, List.of(database), exemplars);
    }

    /** Adds a histogram of the whole process. */
    public void addTimes(Timing timing, Readings readings) {
        addTimes(timing, readings, List.of(), List.of(), null);
    }

    private void addTimes(
            Timing timing,
            Readings readings,
            List<String> labels,
            List<String> values,
            @Nullable Exemplars exemplars) {
        long[] buckets = new long[Timing.BUCKETS];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = readings.count(timing, i);
        }
        double sum = readings.get(timing.sum()) / NANOS_PER_SECOND;
        family(timing.id(), Shape.HISTOGRAM, timing.doc())
                .points
                .add(new Point(labels, values, sum, buckets, exemplars));
    }

    private Family family(String name, Shape shape, String help) {
        return families.computeIfAbsent(
                name, _ -> new Family(name, shape, help, new ArrayList<>()));
    }

    Collection<Family> families() {
        return families.values();
    }
}
