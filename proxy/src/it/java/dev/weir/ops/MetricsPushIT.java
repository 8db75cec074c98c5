package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.weir.metrics.OtlpMessage;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import dev.weir.support.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics as an OpenTelemetry collector gets them, and what it is when that is in trouble. */
@NullMarked
final class MetricsPushIT {
    private static final String SECRET = "Gc7w-collector";

    private static final String QUERIES = "weir_queries_total{database=\"app\",user=\"postgres\"}";

    /** What two readings need not have in common. */
    private static final List<String> MOVING =
            List.of(
                    "weir_otlp_pushes_total",
                    "weir_scrape_seconds",
                    "weir_direct_memory_bytes",
                    "weir_limit_used",
                    "weir_loop_pending_tasks");

    /** What the collector does with a message. */
    private enum Mood {
        TAKES,
        TAKES_A_PART,
        REFUSES,
        IS_SILENT
    }

    @TempDir private Path directory;

    private final List<OtlpMessage> got = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile Mood mood = Mood.TAKES;

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        String answer = "{}";
        switch (mood) {
            case TAKES -> got.add(OtlpMessage.read(body));
            case TAKES_A_PART -> answer = "{\"partialSuccess\":{\"rejectedDataPoints\":\"3\"}}";
            case REFUSES -> {}
            case IS_SILENT -> {
                return;
            }
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(mood == Mood.REFUSES ? 503 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static Map<String, Double> page(Http http) {
        Map<String, Double> series = new TreeMap<>();
        for (String line : http.get("/metrics").body().lines().toList()) {
            if (line.startsWith("weir_")) {
                int blank = line.lastIndexOf(' ');
                series.put(line.substring(0, blank), Double.valueOf(line.substring(blank + 1)));
            }
        }
        series.keySet().removeIf(MetricsPushIT::moves);
        return series;
    }

    private static boolean moves(String name) {
        return MOVING.stream().anyMatch(name::startsWith);
    }

    private Map<String, Double> pushed() {
        Map<String, Double> series = new TreeMap<>();
        if (!got.isEmpty()) {
            series.putAll(got.getLast().series());
        }
        series.keySet().removeIf(name -> !name.startsWith("weir_") || moves(name));
        return series;
    }

    private static long count(LogLines lines, String event) {
        return lines.all().stream().filter(line -> line.contains(event)).count();
    }

    @Test
    void getsWhatThePageTellsAndDisturbsNothing() throws Exception {
        TestAuthority authority = TestAuthority.in(directory, "authority");
        var tls = SSLContext.getInstance("TLS");
        tls.init(
                authority.server("server").bundle().toKeyManagerFactory().getKeyManagers(),
                null,
                null);
        var collector =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.setHttpsConfigurator(new HttpsConfigurator(tls));
        collector.createContext("/v1/metrics", this::answer);
        collector.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        collector.start();
        int port = Http.freePort();
        String url = "https://localhost:" + collector.getAddress().getPort() + "/v1/metrics";
        try (LogLines lines = LogLines.beginAt(Level.INFO);
                Http http = Http.at(port)) {
            try (Rig rig =
                            Rig.before(
                                    Rig.postgres(),
                                    "admin_users = postgres",
                                    "ops_port = " + port,
                                    "otlp_url = " + url,
                                    "otlp_ca_file = " + authority.file(),
                                    "otlp_interval = 100ms",
                                    "otlp_headers = Authorization=Bearer%20" + SECRET,
                                    "otlp_service_name = pooler",
                                    "otlp_attributes = service.namespace=shop");
                    WireClient console = rig.client("postgres", "pgbouncer");
                    WireClient client = rig.client()) {
                client.query("select 1");
                client.query("select 2");

                await().untilAsserted(() -> {
                    assertThat(pushed()).containsEntry(QUERIES, 2.0);
                    assertThat(pushed()).isEqualTo(page(http));
                });
                assertThat(got.getLast().resource())
                        .containsEntry("service.name", "pooler")
                        .containsEntry("service.namespace", "shop")
                        .containsKeys("service.instance.id", "service.version");
                assertThat(authorizations).containsOnly("Bearer " + SECRET);
                for (Mood trouble : List.of(Mood.REFUSES, Mood.TAKES_A_PART, Mood.IS_SILENT)) {
                    long outages = count(lines, "metrics_not_pushed");
                    int asked = authorizations.size() + (trouble == Mood.IS_SILENT ? 1 : 3);
                    mood = trouble;
                    await().until(() -> authorizations.size() >= asked);
                    client.query("select 3");
                    await().until(() -> count(lines, "metrics_not_pushed") > outages);
                    mood = Mood.TAKES;
                    await().until(() -> count(lines, "metrics_pushed_again") > outages);
                    assertThat(count(lines, "metrics_not_pushed")).isEqualTo(outages + 1);
                }

                console.query("SET otlp_interval = '1h'");
                client.query("select 4");
                assertThat(http.get("/metrics").body())
                        .containsPattern("weir_otlp_pushes_total\\{result=\"ok\"} [1-9]")
                        .containsPattern(
                                "weir_otlp_pushes_total\\{result=\"failed\"} [7-9]|\\d\\d");
            }
            assertThat(pushed()).containsEntry(QUERIES, 6.0); // the last one, at the end
            assertThat(lines.all()).noneMatch(line -> line.contains(SECRET));
        } finally {
            collector.stop(0);
        }
    }
}
