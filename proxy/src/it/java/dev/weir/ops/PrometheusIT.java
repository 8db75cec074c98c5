package dev.weir.ops;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.metrics.Figure;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Timing;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.json.Json;

/** The alerts and the dashboard of docker/, with a real Prometheus that scrapes a real Weir. */
@NullMarked
final class PrometheusIT {
    private static final Path DOCKER = Path.of("..", "docker");
    private static final Path RULES = DOCKER.resolve("prometheus/weir.rules.yaml");
    private static final Path TESTS = DOCKER.resolve("prometheus/weir.rules.test.yaml");
    private static final Path DASHBOARD = DOCKER.resolve("grafana/dashboards/weir.json");

    @TempDir private Path directory;

    private static String tool(String name) {
        var found = Tools.find(name);
        assumeTrue(found.isPresent(), name + " is not installed");
        return found.orElseThrow().toString();
    }

    private static Set<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyAlertFiresWhenItShouldAndOnlyThen() throws IOException {
        String promtool = tool("promtool");

        Tools.run(Duration.ofSeconds(30), promtool, "check", "rules", RULES.toString()).orThrow();
        Tools.run(Duration.ofSeconds(60), promtool, "test", "rules", TESTS.toString()).orThrow();

        Set<String> alerts = all("(?<=alert: )\\w+", Files.readString(RULES));
        assertThat(alerts).hasSizeGreaterThan(10);
        assertThat(all("(?<=alertname: )\\w+(?=\\n)", Files.readString(TESTS))).isEqualTo(alerts);
    }

    @Test
    void alertsAndDashboardAskForMetricsThatThereAre() throws IOException {
        Set<String> known =
                Stream.of(
                                Stream.of(Metric.values()).map(Metric::id),
                                Stream.of(Figure.values()).map(Figure::id),
                                Stream.of(Timing.values()).map(one -> one.id() + "_bucket"))
                        .flatMap(names -> names)
                        .collect(Collectors.toSet());

        for (Path file : List.of(RULES, TESTS, DASHBOARD)) {
            assertThat(known)
                    .as(file.toString())
                    .containsAll(all("\\bweir_\\w+", Files.readString(file)));
        }
    }

    @Test
    void everyQueryOfTheDashboardHasAnAnswer() throws IOException, InterruptedException {
        String prometheus = tool("prometheus");
        int ops = Http.freePort();
        int port = Http.freePort();
        Path config =
                Files.writeString(
                        directory.resolve("prometheus.yaml"),
                        """
                        global: {scrape_interval: 500ms, scrape_timeout: 500ms}
                        rule_files: ["%s"]
                        scrape_configs:
                          - job_name: weir
                            static_configs: [{targets: ["127.0.0.1:%d"]}]
                        """
                                .formatted(RULES.toAbsolutePath().normalize(), ops));
        var command =
                new ProcessBuilder(
                        prometheus,
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port);
        command.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
        try (PgCluster cluster = PgCluster.builder().replicas(1).start();
                Rig rig =
                        Rig.with(
                                "app = nodes=%s:%d,%s:%d dbname=postgres route=auto"
                                        .formatted(
                                                cluster.primary().host(),
                                                cluster.primary().port(),
                                                cluster.replica(0).host(),
                                                cluster.replica(0).port()),
                                "monitor_user = " + PgNode.USER,
                                "ops_port = " + ops);
                Http http = Http.at(port)) {
            Process process = command.start();
            try (WireClient client = rig.client()) {
                await().atMost(Duration.ofSeconds(30))
                        .ignoreExceptions()
                        .until(() -> http.get("/-/ready").statusCode() == 200);
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> {
                            client.query("select 1");
                            assertThat(unanswered(http)).isEmpty();
                        });
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
    }

    /** The queries of the dashboard that Prometheus has no data for yet. */
    private static List<String> unanswered(Http http) throws IOException {
        var left = new ArrayList<String>();
        for (String query : queries()) {
            String answer =
                    http.get(
                                    "/api/v1/query?query="
                                            + URLEncoder.encode(query, StandardCharsets.UTF_8))
                            .body();
            if (!answer.contains("\"result\":[{")) {
                left.add(query + ": " + answer);
            }
        }
        return left;
    }

    @SuppressWarnings("unchecked")
    private static List<String> queries() throws IOException {
        Map<String, Object> dashboard =
                new Json().toType(Files.readString(DASHBOARD), Json.MAP_TYPE);
        var queries = new ArrayList<String>();
        var panels = (List<Map<String, Object>>) requireNonNull(dashboard.get("panels"));
        for (Map<String, Object> panel : panels) {
            var targets =
                    (List<Map<String, Object>>)
                            requireNonNull(panel.getOrDefault("targets", List.of()));
            for (Map<String, Object> target : targets) {
                queries.add(
                        String.valueOf(target.get("expr"))
                                .replaceAll("\\$(instance|database)", ".*")
                                .replace("$__rate_interval", "5s"));
            }
        }
        assertThat(queries).hasSizeGreaterThan(40);
        return queries;
    }
}
