package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class OtlpFormatTest {
    private static final Instant START = Instant.ofEpochSecond(1_700_000_000L, 5);
    private static final Instant NOW = START.plusSeconds(7);

    private static OtlpMessage message(Sheet sheet) {
        try (var exposition = new Exposition()) {
            return OtlpMessage.read(
                    exposition.otlp(sheet, Map.of("service.name", "we\"ir"), START, NOW));
        }
    }

    private static Sheet sheet() {
        var meters = new LoopMeters();
        meters.add(Metric.QUERIES, 7);
        meters.set(Metric.SERVERS_IDLE, 2);
        meters.record(Timing.QUERY, 200_000);
        meters.record(Timing.QUERY, 20_000_000_000L);
        var exemplars = new Exemplars();
        exemplars.put(
                new Exemplar("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 200_000, 3));
        var sheet = new Sheet();
        sheet.addPools(List.of(new Sheet.PoolReadings("a\"b", "ann", meters.read())));
        sheet.addTimes(List.of(Timing.QUERY), meters.read(), "app", exemplars);
        sheet.add(Figure.BUILD, 1, "0.1.0", "25");
        sheet.add(Figure.NODE_LAG, Double.POSITIVE_INFINITY, "app", "n");
        return sheet;
    }

    private static JsonNode metric(OtlpMessage message, String name) {
        return Objects.requireNonNull(message.metrics().get(name), name);
    }

    @Test
    void tellsWhatThePageTells() {
        OtlpMessage message = message(sheet());

        assertThat(message.resource()).isEqualTo(Map.of("service.name", "we\"ir"));
        assertThat(message.series())
                .containsEntry("weir_queries_total{database=\"a\"b\",user=\"ann\"}", 7.0)
                .containsEntry("weir_servers{database=\"a\"b\",state=\"idle\",user=\"ann\"}", 2.0)
                .containsEntry("weir_query_seconds_bucket{database=\"app\",le=\"1.0E-4\"}", 0.0)
                .containsEntry("weir_query_seconds_bucket{database=\"app\",le=\"2.5E-4\"}", 1.0)
                .containsEntry("weir_query_seconds_bucket{database=\"app\",le=\"10.0\"}", 1.0)
                .containsEntry("weir_query_seconds_bucket{database=\"app\",le=\"+Inf\"}", 2.0)
                .containsEntry("weir_query_seconds_count{database=\"app\"}", 2.0)
                .containsEntry("weir_query_seconds_sum{database=\"app\"}", 20.0002)
                .containsEntry("weir_build_info{java=\"25\",version=\"0.1.0\"}", 1.0)
                .containsKey("process_uptime_seconds")
                .containsKey("jvm_threads_started_threads_total");
        assertThat(message.series().keySet())
                .anyMatch(name -> name.startsWith("jvm_memory_used_bytes{"));
    }

    @Test
    void saysHowValuesBehaveAndFromWhenTheyAre() {
        OtlpMessage message = message(sheet());

        JsonNode queries = metric(message, "weir_queries_total").path("sum");
        assertThat(queries.path("isMonotonic").asBoolean()).isTrue();
        assertThat(queries.path("aggregationTemporality").asInt()).isEqualTo(2);
        JsonNode point = queries.path("dataPoints").path(0);
        assertThat(point.path("startTimeUnixNano").asText()).isEqualTo("1700000000000000005");
        assertThat(point.path("timeUnixNano").asText()).isEqualTo("1700000007000000005");
        JsonNode times = metric(message, "weir_query_seconds");
        assertThat(times.path("unit").asText()).isEqualTo("s");
        assertThat(times.path("histogram").path("aggregationTemporality").asInt()).isEqualTo(2);
        JsonNode lag = metric(message, "weir_node_lag_seconds").path("gauge").path("dataPoints");
        assertThat(lag.path(0).path("asDouble").asText()).isEqualTo("Infinity");
    }

    @Test
    void givesATraceForABucket() {
        JsonNode point =
                metric(message(sheet()), "weir_query_seconds")
                        .path("histogram")
                        .path("dataPoints")
                        .path(0);

        assertThat(point.path("exemplars")).hasSize(1);
        JsonNode exemplar = point.path("exemplars").path(0);
        assertThat(exemplar.path("traceId").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(exemplar.path("spanId").asText()).isEqualTo("00f067aa0ba902b7");
        assertThat(exemplar.path("asDouble").asDouble()).isEqualTo(0.0002);
        assertThat(exemplar.path("timeUnixNano").asText()).isEqualTo("3000000");
    }
}
