package dev.weir.metrics;

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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link Sheet} in the formats of Prometheus and OpenTelemetry, with Micrometer's metrics
 * of the JVM and the process. Thread-safe.
 */
public final class Exposition implements AutoCloseable {
    private static final String OPEN_METRICS = "application/openmetrics-text";

    /** Approximate length of the metrics of the process, by which a page may grow. */
    private static final int MARGIN = 16_384;

    private final PrometheusRegistry process = new PrometheusRegistry();
    private final PrometheusMeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, process, Clock.SYSTEM);
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private volatile int length = MARGIN;

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

    /**
     * Writes all values.
     *
     * @param accept the {@code Accept} header; null if there is none
     */
    public Page page(Sheet sheet, @Nullable String accept) {
        boolean isOpen = accept != null && accept.contains(OPEN_METRICS);
        TextFormat format = isOpen ? TextFormat.OPEN_METRICS : TextFormat.PROMETHEUS;
        ExpositionFormatWriter writer =
                isOpen
                        ? formats.getOpenMetricsTextFormatWriter()
                        : formats.getPrometheusTextFormatWriter();
        var text = new TextBytes(length);
        try {
            sheet.families().forEach(family -> format.write(text, family));
            writer.write(text, process.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        length = text.length() + MARGIN; // the next page will be about as long
        return new Page(writer.getContentType(), text.toBytes());
    }

    /**
     * Writes all values for an OpenTelemetry collector: JSON, compressed by gzip.
     *
     * @param resource what describes this process, by name
     */
    public byte[] otlp(Sheet sheet, Map<String, String> resource, Instant start, Instant now) {
        return new OtlpFormat(start, now).write(resource, sheet, process.scrape());
    }

    @Override
    public void close() {
        collections.close();
        meters.close();
    }
}
