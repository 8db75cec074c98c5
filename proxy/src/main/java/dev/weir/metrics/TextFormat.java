package dev.weir.metrics;

import dev.weir.metrics.Figure.Shape;
import dev.weir.metrics.Sheet.Family;
import dev.weir.metrics.Sheet.Point;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The text formats of Prometheus, written without intermediate objects: a page for 1,000 pools has
 * 6 MB, and Prometheus' own writer takes 8 times as long.
 */
enum TextFormat {
    /** Version 0.0.4. */
    PROMETHEUS {
        @Override
        void head(StringBuilder page, String name, Family family) {
            page.append("# HELP ").append(name).append(' ');
            escape(page, family.help(), false);
            page.append("\n# TYPE ").append(name).append(' ').append(type(family)).append('\n');
        }

        @Override
        String type(Family family) {
            return family.shape() == Shape.INFO ? "gauge" : super.type(family);
        }
    },

    /** OpenMetrics 1.0: the name of a metric lacks the suffix of its samples. */
    OPEN_METRICS {
        @Override
        void head(StringBuilder page, String name, Family family) {
            String metric = without(without(name, "_total"), "_info");
            page.append("# TYPE ").append(metric).append(' ').append(type(family));
            page.append("\n# HELP ").append(metric).append(' ');
            escape(page, family.help(), true);
            page.append('\n');
        }

        @Override
        void exemplar(StringBuilder page, Exemplar exemplar) {
            page.append(" # {span_id=\"").append(exemplar.spanId());
            page.append("\",trace_id=\"").append(exemplar.traceId()).append("\"} ");
            page.append(exemplar.nanos() / NANOS_PER_SECOND).append(' ');
            long millis = exemplar.atMillis() % MILLIS_PER_SECOND;
            page.append(exemplar.atMillis() / MILLIS_PER_SECOND).append('.');
            page.append(millis < 100 ? "0" : "").append(millis < 10 ? "0" : "").append(millis);
        }
    };

    private static final long MILLIS_PER_SECOND = 1_000;

    private static final double NANOS_PER_SECOND = 1e9;

    /** From here on, the shortest decimal of a double has an exponent. */
    private static final double PLAIN_MAX = 1e7;

    private static final String[] BOUNDS = bounds();

    private static String[] bounds() {
        String[] bounds = new String[Timing.BUCKETS];
        for (int i = 0; i < bounds.length; i++) {
            long nanos = Timing.boundNanos(i);
            bounds[i] =
                    nanos == Long.MAX_VALUE ? "+Inf" : Double.toString(nanos / NANOS_PER_SECOND);
        }
        return bounds;
    }

    /** Writes the lines in front of the samples of a family. */
    abstract void head(StringBuilder page, String name, Family family);

    /** Writes what stands behind the count of a bucket; the older format has no exemplars. */
    void exemplar(StringBuilder page, Exemplar exemplar) {}

    String type(Family family) {
        return switch (family.shape()) {
            case COUNTER -> "counter";
            case GAUGE -> "gauge";
            case INFO -> "info";
            case HISTOGRAM -> "histogram";
        };
    }

    /** Appends a family with all its points. */
    void write(StringBuilder page, Family family) {
        String name = family.name();
        head(page, name, family);
        List<String> labels = List.of();
        int[] order = {};
        for (Point point : family.points()) {
            if (!point.labels().equals(labels)) { // nearly all points have the same ones
                labels = point.labels();
                order = order(labels);
            }
            switch (family.shape()) {
                case HISTOGRAM -> histogram(page, name, point, order);
                case INFO -> {
                    sample(page, name, "", point, order);
                    page.append("1\n");
                }
                case COUNTER, GAUGE -> {
                    sample(page, name, "", point, order);
                    number(page, point.value());
                }
            }
        }
    }

    /** The indexes of the labels, ordered by name. */
    private static int[] order(List<String> labels) {
        return IntStream.range(0, labels.size())
                .boxed()
                .sorted(Comparator.comparing(labels::get))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private void histogram(StringBuilder page, String name, Point point, int[] order) {
        long count = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            count += point.buckets()[i];
            page.append(name).append("_bucket{");
            labels(page, point, order);
            if (order.length > 0) {
                page.append(',');
            }
            page.append("le=\"").append(BOUNDS[i]).append("\"} ").append(count);
            Exemplars all = point.exemplars();
            Exemplar exemplar = all == null || point.buckets()[i] == 0 ? null : all.of(i);
            if (exemplar != null) {
                exemplar(page, exemplar);
            }
            page.append('\n');
        }
        sample(page, name, "_count", point, order);
        page.append(count).append('\n');
        sample(page, name, "_sum", point, order);
        number(page, point.value());
    }

    private static void sample(
            StringBuilder page, String name, String suffix, Point point, int[] order) {
        page.append(name).append(suffix);
        if (order.length > 0) {
            page.append('{');
            labels(page, point, order);
            page.append('}');
        }
        page.append(' ');
    }

    private static void labels(StringBuilder page, Point point, int[] order) {
        String between = "";
        for (int place : order) {
            page.append(between).append(point.labels().get(place)).append("=\"");
            escape(page, point.values().get(place), true);
            page.append('"');
            between = ",";
        }
    }

    private static void number(StringBuilder page, double value) {
        if (value == (long) value && Math.abs(value) < PLAIN_MAX && value != 0) {
            page.append((long) value).append(".0"); // as Double.toString, but faster
        } else if (Double.isInfinite(value)) {
            page.append(value > 0 ? "+Inf" : "-Inf");
        } else {
            page.append(value);
        }
        page.append('\n');
    }

    private static void escape(StringBuilder page, String text, boolean quotes) {
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || c == '\n' || quotes && c == '"') {
                page.append(text, copied, i).append('\\').append(c == '\n' ? 'n' : c);
                copied = i + 1;
            }
        }
        page.append(text, copied, text.length());
    }

    private static String without(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }
}
