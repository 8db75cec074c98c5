package dev.weir.metrics;

import dev.weir.metrics.Figure.Shape;
import dev.weir.metrics.Sheet.Family;
import dev.weir.metrics.Sheet.Point;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The text formats of Prometheus, written without intermediate objects: a page for 1,000 pools has
 * 7 MB in 112,000 lines, and Prometheus' own writer takes far longer.
 */
enum TextFormat {
    /** Version 0.0.4. */
    PROMETHEUS {
        @Override
        String head(String name, Family family) {
            String help = escaped(family.help(), false);
            return "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type(family) + '\n';
        }

        @Override
        String type(Family family) {
            return family.shape() == Shape.INFO ? "gauge" : super.type(family);
        }
    },

    /** OpenMetrics 1.0: the name of a metric lacks the suffix of its samples. */
    OPEN_METRICS {
        @Override
        String head(String name, Family family) {
            String metric = without(without(name, "_total"), "_info");
            String help = escaped(family.help(), true);
            return "# TYPE "
                    + metric
                    + ' '
                    + type(family)
                    + "\n# HELP "
                    + metric
                    + ' '
                    + help
                    + '\n';
        }

        @Override
        String exemplar(Exemplar exemplar) {
            return String.format(
                    Locale.ROOT,
                    " # {span_id=\"%s\",trace_id=\"%s\"} %s %d.%03d",
                    exemplar.spanId(),
                    exemplar.traceId(),
                    exemplar.nanos() / NANOS_PER_SECOND,
                    exemplar.atMillis() / MILLIS_PER_SECOND,
                    exemplar.atMillis() % MILLIS_PER_SECOND);
        }
    };

    private static final long MILLIS_PER_SECOND = 1_000;

    private static final double NANOS_PER_SECOND = 1e9;

    /** From here on, the shortest decimal of a double has an exponent. */
    private static final double PLAIN_MAX = 1e7;

    private static final byte[][] BOUNDS = bounds();

    private static final byte[] BUCKET = ascii("_bucket{");
    private static final byte[] COUNT = ascii("_count");
    private static final byte[] SUM = ascii("_sum");
    private static final byte[] ONE = ascii("1\n");
    private static final byte[] ZERO = ascii("0.0\n");
    private static final byte[] POINT_ZERO = ascii(".0\n");
    private static final byte[] NOTHING = {};

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What ends the labels of each bucket. */
    private static byte[][] bounds() {
        byte[][] bounds = new byte[Timing.BUCKETS][];
        for (int i = 0; i < bounds.length; i++) {
            long nanos = Timing.boundNanos(i);
            String bound =
                    nanos == Long.MAX_VALUE ? "+Inf" : Double.toString(nanos / NANOS_PER_SECOND);
            bounds[i] = ascii("le=\"" + bound + "\"} ");
        }
        return bounds;
    }

    /** The lines in front of the samples of a family. */
    abstract String head(String name, Family family);

    /** What stands behind the count of a bucket; the older format has no exemplars. */
    String exemplar(Exemplar exemplar) {
        return "";
    }

    String type(Family family) {
        return switch (family.shape()) {
            case COUNTER -> "counter";
            case GAUGE -> "gauge";
            case INFO -> "info";
            case HISTOGRAM -> "histogram";
        };
    }

    /** Appends a family with all its points. */
    void write(TextBytes page, Family family) {
        page.write(head(family.name(), family));
        byte[] name = ascii(family.name());
        for (Point point : family.points()) {
            switch (family.shape()) {
                case HISTOGRAM -> histogram(page, name, point);
                case INFO -> {
                    sample(page, name, NOTHING, point.labels());
                    page.write(ONE);
                }
                case COUNTER, GAUGE -> {
                    sample(page, name, NOTHING, point.labels());
                    number(page, point.value());
                }
            }
        }
    }

    private void histogram(TextBytes page, byte[] name, Point point) {
        byte[] labels = point.labels().text();
        Exemplars exemplars = point.exemplars();
        long count = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            count += point.buckets()[i];
            page.write(name);
            page.write(BUCKET);
            page.write(labels);
            if (labels.length > 0) {
                page.write(',');
            }
            page.write(BOUNDS[i]);
            page.writeCount(count);
            Exemplar exemplar =
                    exemplars == null || point.buckets()[i] == 0 ? null : exemplars.of(i);
            if (exemplar != null) {
                page.write(exemplar(exemplar));
            }
            page.write('\n');
        }
        sample(page, name, COUNT, point.labels());
        page.writeCount(count);
        page.write('\n');
        sample(page, name, SUM, point.labels());
        number(page, point.value());
    }

    private static void sample(TextBytes page, byte[] name, byte[] suffix, Labels labels) {
        page.write(name);
        page.write(suffix);
        if (!labels.isEmpty()) {
            page.write('{');
            page.write(labels.text());
            page.write('}');
        }
        page.write(' ');
    }

    /** As Double.toString, but faster for whole numbers, which nearly all are. */
    private static void number(TextBytes page, double value) {
        if (value == 0 && 1 / value > 0) {
            page.write(ZERO);
        } else if (value == (long) value && value > 0 && value < PLAIN_MAX) {
            page.writeCount((long) value);
            page.write(POINT_ZERO);
        } else {
            String text =
                    Double.isInfinite(value) ? value > 0 ? "+Inf" : "-Inf" : Double.toString(value);
            page.write(text);
            page.write('\n');
        }
    }

    private static String escaped(String text, boolean quotes) {
        var escaped = new StringBuilder();
        Labels.escape(escaped, text, quotes);
        return escaped.toString();
    }

    private static String without(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }
}
