package dev.weir.metrics;

import dev.weir.metrics.Sheet.Family;
import dev.weir.metrics.Sheet.Point;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a {@link Sheet} in the formats of Prometheus, with what Micrometer knows of the JVM and of
 * the process. Thread-safe.
 */
public final class Exposition implements AutoCloseable {
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double[] BOUNDS = bounds();

    private final PrometheusRegistry process = new PrometheusRegistry();
    private final PrometheusMeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, process, Clock.SYSTEM);
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** A text and its media type. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Page(String type, byte[] body) {}

    public Exposition() {
        List<MeterBinder> binders =
                List.of(
                        new ClassLoaderMetrics(),
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new UptimeMetrics(),
                        new FileDescriptorMetrics(),
                        collections);
        binders.forEach(binder -> binder.bindTo(meters));
    }

    private static double[] bounds() {
        double[] bounds = new double[Timing.BUCKETS];
        for (int i = 0; i < bounds.length; i++) {
            long nanos = Timing.boundNanos(i);
            bounds[i] =
                    nanos == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : nanos / NANOS_PER_SECOND;
        }
        return bounds;
    }

    /**
     * Writes all values.
     *
     * @param accept the header of that name; null if there is none
     */
    public Page page(Sheet sheet, @Nullable String accept) {
        List<MetricSnapshot> all = new ArrayList<>();
        sheet.families().forEach(family -> all.add(snapshot(family)));
        process.scrape().forEach(all::add);
        boolean isOpen = accept != null && accept.contains(OPEN_METRICS);
        ExpositionFormatWriter writer =
                isOpen
                        ? formats.getOpenMetricsTextFormatWriter()
                        : formats.getPrometheusTextFormatWriter();
        var out = new ByteArrayOutputStream();
        try {
            writer.write(out, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return new Page(writer.getContentType(), out.toByteArray());
    }

    private static MetricSnapshot snapshot(Family family) {
        return switch (family.shape()) {
            case COUNTER -> {
                var counter = CounterSnapshot.builder();
                counter.name(without(family.name(), "_total")).help(family.help());
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
                gauge.name(family.name()).help(family.help());
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
                info.name(without(family.name(), "_info")).help(family.help());
                for (Point point : family.points()) {
                    info.dataPoint(InfoDataPointSnapshot.builder().labels(labels(point)).build());
                }
                yield info.build();
            }
            case HISTOGRAM -> {
                var histogram = HistogramSnapshot.builder();
                histogram.name(family.name()).help(family.help());
                for (Point point : family.points()) {
                    histogram.dataPoint(
                            HistogramDataPointSnapshot.builder()
                                    .labels(labels(point))
                                    .sum(point.value())
                                    .classicHistogramBuckets(
                                            ClassicHistogramBuckets.of(BOUNDS, point.buckets()))
                                    .build());
                }
                yield histogram.build();
            }
        };
    }

    private static String without(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    private static Labels labels(Point point) {
        return Labels.of(point.labels(), point.values());
    }

    @Override
    public void close() {
        collections.close();
        meters.close();
    }
}
