package dev.weir.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.metrics.Figure.Shape;
import dev.weir.metrics.Sheet.Family;
import dev.weir.metrics.Sheet.Point;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON encoding of OpenTelemetry's protocol. Names and labels are those of Prometheus's page,
 * so that the same dashboards do. Whole numbers of 64 bits are strings in it. Used once.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">its
 *     specification</a>
 */
final class OtlpFormat {
    private static final JsonFactory JSON = new JsonFactory();

    /** Since the start of the process, not since the last push. */
    private static final int CUMULATIVE = 2;

    /** Arrays within arrays around the metrics. */
    private static final int LEVELS = 3;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long NANOS_PER_SECOND_WHOLE = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final String start;
    private final String now;
    private final JsonGenerator json;

    OtlpFormat(Instant start, Instant now) {
        this.start = nanos(start);
        this.now = nanos(now);
        try {
            OutputStream compressed = new GZIPOutputStream(body);
            this.json = JSON.createGenerator(compressed);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
    }

    private static String nanos(Instant time) {
        return String.valueOf(
                Math.addExact(
                        Math.multiplyExact(time.getEpochSecond(), NANOS_PER_SECOND_WHOLE),
                        time.getNano()));
    }

    /** Returns the whole message, compressed. */
    byte[] write(Map<String, String> resource, Sheet sheet, MetricSnapshots process) {
        try (json) {
            json.writeStartObject();
            json.writeArrayFieldStart("resourceMetrics");
            json.writeStartObject();
            json.writeObjectFieldStart("resource");
            attributes(List.copyOf(resource.keySet()), List.copyOf(resource.values()));
            json.writeEndObject();
            json.writeArrayFieldStart("scopeMetrics");
            json.writeStartObject();
            json.writeObjectFieldStart("scope");
            json.writeStringField("name", "weir");
            json.writeEndObject();
            json.writeArrayFieldStart("metrics");
            for (Family family : sheet.families()) {
                family(family);
            }
            for (MetricSnapshot snapshot : process) {
                ofProcess(snapshot);
            }
            for (int i = 0; i < LEVELS; i++) { // metrics, scopeMetrics, resourceMetrics
                json.writeEndArray();
                json.writeEndObject();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body.toByteArray();
    }

    // --- Weir's own ---------------------------------------------------------------------------

    private void family(Family family) throws IOException {
        begin(family.name(), family.help());
        begin(family.shape());
        for (Point point : family.points()) {
            List<String> names = point.labels().names();
            beginPoint(names, point.labels().values(), family.shape() != Shape.GAUGE);
            if (family.shape() == Shape.HISTOGRAM) {
                histogram(point);
            } else {
                json.writeNumberField("asDouble", point.value());
            }
            json.writeEndObject();
        }
        end();
    }

    private void histogram(Point point) throws IOException {
        long count = 0;
        json.writeArrayFieldStart("bucketCounts");
        for (long inBucket : point.buckets()) {
            json.writeString(String.valueOf(inBucket));
            count += inBucket;
        }
        json.writeEndArray();
        json.writeArrayFieldStart("explicitBounds");
        for (int i = 0; i < Timing.BUCKETS - 1; i++) {
            json.writeNumber(Timing.boundNanos(i) / NANOS_PER_SECOND);
        }
        json.writeEndArray();
        json.writeStringField("count", String.valueOf(count));
        json.writeNumberField("sum", point.value());
        exemplars(point);
    }

    private void exemplars(Point point) throws IOException {
        Exemplars exemplars = point.exemplars();
        if (exemplars == null) {
            return;
        }
        json.writeArrayFieldStart("exemplars");
        for (int i = 0; i < Timing.BUCKETS; i++) {
            Exemplar exemplar = point.buckets()[i] == 0 ? null : exemplars.of(i);
            if (exemplar != null) {
                json.writeStartObject();
                String at = String.valueOf(exemplar.atMillis() * NANOS_PER_MILLI);
                json.writeStringField("timeUnixNano", at);
                json.writeNumberField("asDouble", exemplar.nanos() / NANOS_PER_SECOND);
                json.writeStringField("spanId", exemplar.spanId());
                json.writeStringField("traceId", exemplar.traceId());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    // --- the process --------------------------------------------------------------------------

    /** Writes what Micrometer knows; it has no other kinds. */
    private void ofProcess(MetricSnapshot snapshot) throws IOException {
        MetricMetadata data = snapshot.getMetadata();
        switch (snapshot) {
            case CounterSnapshot counter -> {
                begin(data.getPrometheusName() + "_total", data.getHelp());
                begin(Shape.COUNTER);
                for (var point : counter.getDataPoints()) {
                    beginPoint(point, true);
                    json.writeNumberField("asDouble", point.getValue());
                    json.writeEndObject();
                }
                end();
            }
            case GaugeSnapshot gauge -> {
                begin(data.getPrometheusName(), data.getHelp());
                begin(Shape.GAUGE);
                for (var point : gauge.getDataPoints()) {
                    beginPoint(point, false);
                    json.writeNumberField("asDouble", point.getValue());
                    json.writeEndObject();
                }
                end();
            }
            case SummarySnapshot summary -> {
                begin(data.getPrometheusName(), data.getHelp());
                json.writeObjectFieldStart("summary");
                json.writeArrayFieldStart("dataPoints");
                for (SummaryDataPointSnapshot point : summary.getDataPoints()) {
                    beginPoint(point, true);
                    json.writeStringField("count", String.valueOf(point.getCount()));
                    json.writeNumberField("sum", point.getSum());
                    json.writeEndObject();
                }
                end();
            }
            default -> {}
        }
    }

    // --- parts --------------------------------------------------------------------------------

    private void begin(String name, @Nullable String help) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        if (help != null) {
            json.writeStringField("description", help);
        }
        if (name.endsWith("_seconds")) {
            json.writeStringField("unit", "s");
        } else if (name.endsWith("_bytes") || name.endsWith("_bytes_total")) {
            json.writeStringField("unit", "By");
        }
    }

    private void begin(Shape shape) throws IOException {
        switch (shape) {
            case COUNTER -> {
                json.writeObjectFieldStart("sum");
                json.writeNumberField("aggregationTemporality", CUMULATIVE);
                json.writeBooleanField("isMonotonic", true);
            }
            case HISTOGRAM -> {
                json.writeObjectFieldStart("histogram");
                json.writeNumberField("aggregationTemporality", CUMULATIVE);
            }
            case GAUGE, INFO -> json.writeObjectFieldStart("gauge");
        }
        json.writeArrayFieldStart("dataPoints");
    }

    private void end() throws IOException {
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void beginPoint(DataPointSnapshot point, boolean isSinceStart) throws IOException {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        point.getLabels()
                .forEach(label -> {
                    names.add(label.getName());
                    values.add(label.getValue());
                });
        beginPoint(names, values, isSinceStart);
    }

    private void beginPoint(List<String> names, List<String> values, boolean isSinceStart)
            throws IOException {
        json.writeStartObject();
        attributes(names, values);
        if (isSinceStart) {
            json.writeStringField("startTimeUnixNano", start);
        }
        json.writeStringField("timeUnixNano", now);
    }

    private void attributes(List<String> names, List<String> values) throws IOException {
        json.writeArrayFieldStart("attributes");
        for (int i = 0; i < names.size(); i++) {
            json.writeStartObject();
            json.writeStringField("key", names.get(i));
            json.writeObjectFieldStart("value");
            json.writeStringField("stringValue", values.get(i));
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
