package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Figure.Shape;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NullMarked
final class ExpositionTest {
    /** What Prometheus 3 sends. */
    private static final String PROMETHEUS =
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private final Exposition exposition = new Exposition();

    @AfterEach
    void close() {
        exposition.close();
    }

    private String text(Sheet sheet, String accept) {
        return new String(exposition.page(sheet, accept).body(), StandardCharsets.UTF_8);
    }

    private static Sheet sheet() {
        var meters = new LoopMeters();
        meters.add(Metric.QUERIES, 7);
        meters.set(Metric.SERVERS_IDLE, 2);
        meters.set(Metric.OLDEST_WAIT, 1_500_000_000);
        meters.record(Timing.QUERY, 200_000);
        meters.record(Timing.QUERY, 20_000_000_000L);
        var sheet = new Sheet();
        sheet.addPools(
                List.of(
                        new Sheet.PoolReadings("app", "ann", meters.read()),
                        new Sheet.PoolReadings("a\"b\\c\nd", "ann", meters.read())));
        sheet.addTimes(List.of(Timing.QUERY), meters.read(), "app", null);
        sheet.addTimes(Timing.LOGIN, meters.read());
        sheet.add(Figure.BUILD, 1, "0.1.0", "25");
        sheet.add("pgbouncer_x_total", Shape.COUNTER, "Help.", 3, List.of(), List.of());
        return sheet;
    }

    @Test
    void tellsCountersGaugesAndHistograms() {
        assertThat(text(sheet(), PROMETHEUS).lines())
                .contains(
                        "# TYPE weir_queries counter",
                        "weir_queries_total{database=\"app\",user=\"ann\"} 7.0",
                        "weir_queries_total{database=\"a\\\"b\\\\c\\nd\",user=\"ann\"} 7.0",
                        "weir_servers{database=\"app\",state=\"idle\",user=\"ann\"} 2.0",
                        "weir_pool_oldest_wait_seconds{database=\"app\",user=\"ann\"} 1.5",
                        "weir_query_seconds_bucket{database=\"app\",le=\"1.0E-4\"} 0",
                        "weir_query_seconds_bucket{database=\"app\",le=\"2.5E-4\"} 1",
                        "weir_query_seconds_bucket{database=\"app\",le=\"+Inf\"} 2",
                        "weir_query_seconds_count{database=\"app\"} 2",
                        "weir_query_seconds_sum{database=\"app\"} 20.0002",
                        "weir_login_seconds_count 0",
                        "weir_build_info{java=\"25\",version=\"0.1.0\"} 1",
                        "pgbouncer_x_total 3.0",
                        "# EOF");
    }

    @Test
    void speaksTheOlderFormatToWhoeverAsksForNothing() {
        assertThat(text(sheet(), "*/*").lines())
                .contains(
                        "# TYPE weir_queries_total counter",
                        "weir_queries_total{database=\"app\",user=\"ann\"} 7.0")
                .doesNotContain("# EOF");
        assertThat(exposition.page(sheet(), null).type()).startsWith("text/plain");
    }

    /** The classes for it are not there. */
    @Test
    void writesTextToWhoeverWouldLikeProtocolBuffers() {
        String protobuf =
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                        + "encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3";

        assertThat(text(sheet(), protobuf)).contains("weir_queries_total{");
    }

    @Test
    void tellsOfTheProcess() {
        assertThat(text(new Sheet(), PROMETHEUS))
                .contains("jvm_memory_used_bytes{")
                .contains("process_cpu_usage ")
                .contains("jvm_threads_live_threads ");
    }

    @Test
    void namesNothingTwice() {
        Set<String> names = new HashSet<>();
        for (Figure figure : Figure.values()) {
            assertThat(figure.id()).matches("weir_[a-z_]+");
            assertThat(names.add(figure.id())).as(figure.id()).isTrue();
            boolean isCounter = figure.shape() == Shape.COUNTER;
            assertThat(figure.id().endsWith("_total")).as(figure.id()).isEqualTo(isCounter);
        }
        for (Metric metric : Metric.values()) {
            assertThat(names).doesNotContain(metric.id());
        }
        for (Timing timing : Timing.values()) {
            assertThat(names.add(timing.id())).as(timing.id()).isTrue();
        }
    }
}
