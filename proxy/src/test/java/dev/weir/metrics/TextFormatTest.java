package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Figure.Shape;
import dev.weir.metrics.Sheet.Family;
import dev.weir.metrics.Sheet.Point;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Holds the text to what Prometheus' own library writes of the same values. */
@NullMarked
final class TextFormatTest {
    private static final List<String> WORDS =
            List.of("", "app", "a\"b", "c\\d", "e\nf", "größe", "日本", "{x=\"y\"},", "\t# HELP");

    private static final double[] NUMBERS = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        1e-3,
        1e-4,
        1.5e-9,
        9_999_999,
        1e7,
        12_345_678,
        1e15,
        1e300,
        -9_999_999.25,
        Long.MAX_VALUE,
        Double.MIN_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };

    private final Random random = new Random(17);

    private String word() {
        return WORDS.get(random.nextInt(WORDS.size())) + random.nextInt(100);
    }

    private double number() {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** A sheet with families of all shapes, and points with labels in any order. */
    private Sheet sheet() {
        var sheet = new Sheet();
        int points = random.nextInt(5);
        for (int i = 0; i <= points; i++) {
            String help = "Help with \"quotes\", a \\ and\na second line.";
            sheet.add("weir_b", Shape.GAUGE, help, number(), List.of(), List.of());
            List<String> labels = List.of("user", "database");
            List<String> values = List.of(word() + i, word());
            sheet.add("weir_a", Shape.GAUGE, help, number(), labels, values);
            double count = Math.abs(number());
            double counted = Double.isFinite(count) ? count : 3;
            sheet.add("weir_c_total", Shape.COUNTER, "Counts.", counted, labels, values);
            sheet.add("weir_d_info", Shape.INFO, "Is.", 1, labels, values);
            var meters = new LoopMeters();
            for (int n = random.nextInt(9); n > 0; n--) {
                meters.record(Timing.QUERY, random.nextLong(100_000_000_000L));
            }
            sheet.addTimes(List.of(Timing.QUERY), meters.read(), word() + i, exemplars());
            if (i == 0) {
                sheet.addTimes(Timing.LOGIN, meters.read());
            }
        }
        return sheet;
    }

    private dev.weir.metrics.Exemplars exemplars() {
        var exemplars = new dev.weir.metrics.Exemplars();
        for (int i = 0; i < Timing.BUCKETS; i++) {
            if (random.nextInt(3) == 0) {
                long nanos = i == 0 ? 1 : Timing.boundNanos(i - 1) + 1 + random.nextInt(1_000);
                String trace = "%032x".formatted(random.nextLong() | 1);
                String span = "%016x".formatted(random.nextLong() | 1);
                long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
                exemplars.put(new Exemplar(trace, span, nanos, at));
            }
        }
        return exemplars;
    }

    private static Exemplars exemplars(Point point) {
        var all = new ArrayList<io.prometheus.metrics.model.snapshots.Exemplar>();
        for (int i = 0; i < Timing.BUCKETS && point.exemplars() != null; i++) {
            Exemplar one = point.exemplars().of(i);
            if (one != null && point.buckets()[i] > 0) { // none of times that are not counted
                all.add(
                        io.prometheus.metrics.model.snapshots.Exemplar.builder()
                                .traceId(one.traceId())
                                .spanId(one.spanId())
                                .value(one.nanos() / 1e9)
                                .timestampMillis(one.atMillis())
                                .build());
            }
        }
        return Exemplars.of(all);
    }

    @Test
    void writesWhatTheLibraryWrites() throws IOException {
        for (int round = 0; round < 200; round++) {
            Sheet sheet = sheet();
            // Of a name without labels, one is enough for anybody.
            sheet.families()
                    .removeIf(one -> one.name().equals("weir_b") && one.points().size() > 1);
            for (TextFormat format : TextFormat.values()) {
                var ours = new TextBytes(1);
                sheet.families().forEach(family -> format.write(ours, family));

                String theirs = library(sheet, format);

                assertThat(ours.toString().lines().sorted())
                        .containsExactlyElementsOf(
                                theirs.lines()
                                        .filter(line -> !line.equals("# EOF"))
                                        .sorted()
                                        .toList());
            }
        }
    }

    /** What stands where: heads before their samples, buckets in their order. */
    @Test
    void writesFamiliesWhole() throws IOException {
        var sheet = new Sheet();
        sheet.addTimes(List.of(Timing.WAIT), new LoopMeters().read(), "app", null);
        for (TextFormat format : TextFormat.values()) {
            var ours = new TextBytes(1);
            sheet.families().forEach(family -> format.write(ours, family));

            assertThat(ours.toString()).isEqualTo(library(sheet, format).replace("# EOF\n", ""));
        }
    }

    private static String library(Sheet sheet, TextFormat format) throws IOException {
        ExpositionFormats formats = ExpositionFormats.init();
        ExpositionFormatWriter writer =
                format == TextFormat.OPEN_METRICS
                        ? formats.getOpenMetricsTextFormatWriter()
                        : formats.getPrometheusTextFormatWriter();
        var out = new ByteArrayOutputStream();
        writer.write(
                out,
                new MetricSnapshots(
                        sheet.families().stream().map(TextFormatTest::snapshot).toList()));
        return out.toString(StandardCharsets.UTF_8);
    }

    private static MetricSnapshot snapshot(Family family) {
        String help = family.help();
        return switch (family.shape()) {
            case COUNTER -> {
                var counter = CounterSnapshot.builder();
                counter.name(family.name().replace("_total", "")).help(help);
                for (Point point : family.points()) {
                    counter.dataPoint(
                            CounterDataPointSnapshot.builder()
                                    .labels(labels(point))
                                    .value(point.value())
                                    .build());
                }
                yield counter.build();
            }
            case GAUGE -> {
                var gauge = GaugeSnapshot.builder();
                gauge.name(family.name()).help(help);
                for (Point point : family.points()) {
                    gauge.dataPoint(
                            GaugeDataPointSnapshot.builder()
                                    .labels(labels(point))
                                    .value(point.value())
                                    .build());
                }
                yield gauge.build();
            }
            case INFO -> {
                var info = InfoSnapshot.builder();
                info.name(family.name().replace("_info", "")).help(help);
                for (Point point : family.points()) {
                    info.dataPoint(InfoDataPointSnapshot.builder().labels(labels(point)).build());
                }
                yield info.build();
            }
            case HISTOGRAM -> {
                double[] bounds = new double[Timing.BUCKETS];
                for (int i = 0; i < bounds.length; i++) {
                    long nanos = Timing.boundNanos(i);
                    bounds[i] = nanos == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : nanos / 1e9;
                }
                var histogram = HistogramSnapshot.builder();
                histogram.name(family.name()).help(help);
                for (Point point : family.points()) {
                    histogram.dataPoint(
                            HistogramDataPointSnapshot.builder()
                                    .labels(labels(point))
                                    .sum(point.value())
                                    .exemplars(exemplars(point))
                                    .classicHistogramBuckets(
                                            ClassicHistogramBuckets.of(bounds, point.buckets()))
                                    .build());
                }
                yield histogram.build();
            }
        };
    }

    private static io.prometheus.metrics.model.snapshots.Labels labels(Point point) {
        return io.prometheus.metrics.model.snapshots.Labels.of(
                point.labels().names(), point.labels().values());
    }
}
