package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.TestAuthority;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What monitoring systems read at the operations port, and who may. */
@NullMarked
final class MetricsIT {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

    private static final String POOL = "{database=\"app\",user=\"postgres\"}";

    private static final String TRACED =
            "/*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/";

    /** A bucket of a histogram: its bound, its count and the value of its exemplar. */
    private static final Pattern BUCKET =
            Pattern.compile(
                    "[a-z_]+\\{database=\"app\",le=\"([^\"]+)\"} (\\d+)"
                            + "(?: # \\{span_id=\"00f067aa0ba902b7\""
                            + ",trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} (\\S+) \\S+)?");

    @TempDir private Path directory;

    private final int port = Http.freePort();
    private final Http http = Http.at(port);

    @AfterEach
    void close() {
        http.close();
    }

    private Rig start(String... settings) {
        return before("app = " + server(), settings);
    }

    private static String server() {
        PgNode node = Rig.postgres();
        return "host=%s port=%d dbname=postgres".formatted(node.host(), node.port());
    }

    private Rig before(String databases, String... settings) {
        List<String> lines = new ArrayList<>(List.of(settings));
        lines.add("ops_port = " + port);
        return Rig.with(databases, lines.toArray(String[]::new));
    }

    private List<String> metrics() {
        HttpResponse<String> response = http.get("/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body().lines().toList();
    }

    private static double value(List<String> lines, String series) {
        return lines.stream()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(series + " in " + lines));
    }

    @Test
    void countsWhatClientsDo() {
        try (Rig rig = start();
                WireClient client = rig.client()) {
            for (int i = 0; i < 5; i++) {
                client.query("select pg_sleep(0.002)");
            }

            List<String> lines = metrics();

            assertThat(value(lines, "weir_queries_total" + POOL)).isEqualTo(5);
            assertThat(value(lines, "weir_transactions_total" + POOL)).isEqualTo(5);
            assertThat(value(lines, "weir_pool_clients" + POOL)).isEqualTo(1);
            assertThat(value(lines, "weir_query_seconds_count{database=\"app\"}")).isEqualTo(5);
            assertThat(value(lines, "weir_query_seconds_sum{database=\"app\"}"))
                    .isGreaterThan(5 * 0.002);
            assertThat(value(lines, "weir_query_seconds_bucket{database=\"app\",le=\"0.001\"}"))
                    .isZero();
            assertThat(value(lines, "weir_transaction_seconds_count{database=\"app\"}"))
                    .isEqualTo(5);
            assertThat(value(lines, "weir_server_connect_seconds_count{database=\"app\"}"))
                    .isEqualTo(1);
            assertThat(value(lines, "weir_login_seconds_count")).isEqualTo(1);
            assertThat(value(lines, "weir_clients")).isEqualTo(1);
            assertThat(value(lines, "weir_limit{limit=\"max_client_conn\"}")).isEqualTo(2_000);
            assertThat(value(lines, "weir_database_paused{database=\"app\"}")).isZero();
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("weir_build_info{"))
                    .singleElement()
                    .asString()
                    .contains("java=\"");
        }
    }

    @Test
    void addsUpPoolsThatHaveNoLabelsOfTheirOwn() {
        try (Rig rig =
                before(
                        "app = " + server() + "\nb = " + server() + "\nc = " + server(),
                        "metrics_max_series = 1")) {
            try (WireClient first = rig.client("postgres", "app")) {
                first.query("select 1");
                metrics(); // now it has its place
                for (String database : List.of("b", "c")) {
                    try (WireClient client = rig.client("postgres", database)) {
                        client.query("select 1");
                    }
                }

                List<String> lines = metrics();

                assertThat(value(lines, "weir_queries_total" + POOL)).isEqualTo(1);
                assertThat(value(lines, "weir_queries_total{database=\"other\",user=\"other\"}"))
                        .isEqualTo(2);
                assertThat(value(lines, "weir_metrics_pools_overflowed")).isEqualTo(2);
                assertThat(value(lines, "weir_query_seconds_count{database=\"other\"}"))
                        .isEqualTo(2);
            }
        }
    }

    /** As prometheus-community's dashboards ask for them. */
    @Test
    void hasTheNamesOfPgBouncersExporterWhereTheyAreWanted() {
        try (Rig rig = start("metrics_compat = pgbouncer");
                WireClient client = rig.client()) {
            client.query("select 1");

            List<String> lines = metrics();

            assertThat(value(lines, "pgbouncer_up")).isEqualTo(1);
            assertThat(value(lines, "pgbouncer_pools_client_active_connections" + POOL))
                    .isEqualTo(1);
            assertThat(value(lines, "pgbouncer_stats_queries_pooled_total{database=\"app\"}"))
                    .isEqualTo(1);
            assertThat(
                            value(
                                    lines,
                                    "pgbouncer_stats_totals_queries_pooled_total"
                                            + "{database=\"app\"}"))
                    .isEqualTo(1);
            assertThat(value(lines, "pgbouncer_config_max_client_connections")).isEqualTo(2_000);
            assertThat(value(lines, "pgbouncer_used_clients")).isEqualTo(1);
            assertThat(lines)
                    .anyMatch(line ->
                            line.startsWith("pgbouncer_databases_pool_size{database=\"postgres\"")
                                    && line.contains("name=\"app\"")
                                    && line.endsWith(" 20.0"))
                    .anyMatch(line -> line.startsWith("pgbouncer_version_info{version="));
        }
        try (Rig _ = start()) {
            assertThat(metrics()).noneMatch(line -> line.contains("pgbouncer_"));
        }
    }

    /** An exemplar is one of the times that its bucket counts, whatever else was measured. */
    @Test
    void givesATraceForABucket() {
        try (Rig rig = start("statements_max = 10");
                WireClient client = rig.client()) {
            client.send( // asked together, and counted once: as long as both
                    Wire.concat(
                            Wire.parse("", "select pg_sleep(0.03)"),
                            Wire.bind("", ""),
                            Wire.execute("", 0),
                            Wire.parse("", "select 1 " + TRACED),
                            Wire.bind("", ""),
                            Wire.execute("", 0),
                            Wire.sync()));
            client.readUntilReady();

            List<String> lines =
                    http.send(http.to("/metrics").header("accept", OPEN_METRICS))
                            .body()
                            .lines()
                            .filter(line -> line.startsWith("weir_query_seconds_bucket{"))
                            .toList();
            assertThat(lines).filteredOn(line -> line.contains(" # ")).hasSize(1);
            double below = 0;
            for (String line : lines) {
                Matcher bucket = BUCKET.matcher(line);
                assertThat(bucket.matches()).as(line).isTrue();
                double bound = Double.parseDouble(bucket.group(1).replace("+Inf", "Infinity"));
                if (bucket.group(3) != null) {
                    assertThat(bucket.group(2)).as(line).isEqualTo("1");
                    assertThat(Double.parseDouble(bucket.group(3)))
                            .as(line)
                            .isGreaterThanOrEqualTo(0.03)
                            .isBetween(below, bound);
                }
                below = bound;
            }
            assertThat(http.get("/metrics").body()).doesNotContain("trace_id");
        }
    }

    // --- what operators forget ------------------------------------------------------------------

    @Test
    void tellsOfReloadsCertificatesAndMemory() {
        TestAuthority.Issued issued = TestAuthority.in(directory, "authority").server("server");
        String[] settings = {
            "ops_port = " + port,
            "client_tls_sslmode = allow",
            "client_tls_cert_file = " + issued.certificate(),
            "client_tls_key_file = " + issued.key()
        };
        try (WeirFile weir = WeirFile.start(directory, "app = " + server(), settings);
                WireClient console = weir.console()) {
            List<String> before = metrics();
            assertThat(value(before, "weir_config_last_reload_success")).isOne();
            assertThat(
                            value(
                                    before,
                                    "weir_tls_certificate_expiry_timestamp_seconds"
                                            + "{side=\"client_tls\"}"))
                    .isEqualTo((double) expires(issued));
            assertThat(value(before, "weir_direct_memory_bytes"))
                    .isPositive()
                    .isLessThan(value(before, "weir_direct_memory_max_bytes"));

            weir.write("app = " + server(), "pool_mode = none");
            console.query("RELOAD");

            List<String> failed = metrics();
            assertThat(value(failed, "weir_config_last_reload_success")).isZero();
            assertThat(value(failed, "weir_config_read_timestamp_seconds"))
                    .isEqualTo(value(before, "weir_config_read_timestamp_seconds"));

            weir.write("app = " + server(), settings);
            console.query("RELOAD");

            List<String> mended = metrics();
            assertThat(value(mended, "weir_config_last_reload_success")).isOne();
            assertThat(value(mended, "weir_config_read_timestamp_seconds"))
                    .isGreaterThan(value(before, "weir_config_read_timestamp_seconds"));
        }
    }

    private static long expires(TestAuthority.Issued issued) {
        return issued.bundle().getCertificate().getNotAfter().toInstant().getEpochSecond();
    }

    @Test
    void countsLoginsByHowTheyEnd() throws IOException {
        try (Rig rig =
                before(
                        "app = " + server() + " user=postgres",
                        "auth_type = plain",
                        "auth_file = " + users(),
                        "auth_failure_delay = 0",
                        "max_db_client_connections = 1")) {
            rig.connect().close();
            try (WireClient in = rig.connect()) {
                in.startup(Map.of("user", "nobody", "database", "app"));
                in.authenticate("nobody", "none");
                attempt(rig, "app", "none"); // one too many
                attempt(rig, "app", "wrong");
                attempt(rig, "elsewhere", "none");
                try (WireClient broken = rig.connect()) {
                    broken.send(new byte[] {0, 0, 0, 9, 0, 0, 0, 0, 0});
                    assertThat(broken.read().tag()).isEqualTo('E');
                }
                http.get("/api/me", "boss", "wrong");
            }

            await().untilAsserted(() -> {
                List<String> lines = metrics();
                for (String result :
                        List.of(
                                "ok",
                                "limit",
                                "authentication",
                                "no_database",
                                "protocol",
                                "left",
                                "http_refused")) {
                    assertThat(value(lines, results(result))).as(result).isOne();
                }
                assertThat(value(lines, results("tls"))).isZero();
            });
        }
    }

    private static void attempt(Rig rig, String database, String password) {
        try (WireClient client = rig.connect()) {
            client.startup(Map.of("user", "nobody", "database", database));
            client.authenticate("nobody", password);
        } catch (ServerError _) {
            // refused
        }
    }

    private static String results(String result) {
        return "weir_login_results_total{result=\"" + result + "\"}";
    }

    // --- who may ------------------------------------------------------------------------------

    private Path users() throws IOException {
        return Files.writeString(
                directory.resolve("users.txt"),
                """
                "boss" "öffne: dich"
                "looker" "look"
                "nobody" "none"
                """);
    }

    private Rig guarded(String method, String... more) throws IOException {
        List<String> lines = new ArrayList<>(List.of(more));
        lines.add("auth_type = " + method);
        lines.add("auth_file = " + users());
        lines.add("admin_users = boss");
        lines.add("stats_users = looker");
        lines.add("metrics_auth = 1");
        lines.add("auth_failure_delay = 10ms");
        return start(lines.toArray(String[]::new));
    }

    private int status(String user, String password) {
        return http.get("/metrics", user, password).statusCode();
    }

    @Test
    void wantsThePasswordOfAUserOfTheConsole() throws IOException {
        for (String method : List.of("scram-sha-256", "md5", "plain")) {
            try (Rig _ = guarded(method)) {
                HttpResponse<String> nobody = http.get("/metrics");
                assertThat(nobody.statusCode()).isEqualTo(401);
                assertThat(nobody.headers().firstValue("www-authenticate"))
                        .hasValue("Basic realm=\"weir\", charset=\"UTF-8\"");
                assertThat(status("looker", "look")).isEqualTo(200);
                assertThat(status("boss", "öffne: dich")).isEqualTo(200);
                assertThat(status("boss", "look")).isEqualTo(401);
                assertThat(status("boss", "")).isEqualTo(401);
                assertThat(status("stranger", "look")).isEqualTo(401);
                HttpResponse<String> other = http.get("/metrics", "nobody", "none");
                assertThat(other.statusCode()).isEqualTo(403);
                assertThat(other.body()).contains("stats_users");
                assertThat(http.get("/readyz").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void refusesWhatIsNoBasicAuthentication() throws IOException {
        try (Rig _ = guarded("scram-sha-256")) {
            for (String header : List.of("Basic", "Basic %%%", "Basic Ym9zcw==", "Bearer x")) {
                assertThat(
                                http.send(http.to("/metrics").header("authorization", header))
                                        .statusCode())
                        .as(header)
                        .isEqualTo(401);
            }
        }
    }

    private static final String RELOADED = "weir_config_last_reload_success";

    /** SHA-256 of "abc". */
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void takesATokenUntilAReloadForgetsIt() throws IOException {
        Path tokens = Files.writeString(directory.resolve("tokens"), "prom stats " + ABC + "\n");
        String[] settings = {
            "ops_port = " + port, "metrics_auth = 1", "ops_tokens_file = " + tokens
        };
        try (WeirFile weir = WeirFile.start(directory, "app = " + server(), settings);
                WireClient console = weir.console()) {
            assertThat(byToken("abc").statusCode()).isEqualTo(200);
            assertThat(byToken("abd").statusCode()).isEqualTo(401);
            assertThat(byToken("abd").headers().firstValue("www-authenticate"))
                    .hasValue("Bearer realm=\"weir\", error=\"invalid_token\"");

            Files.writeString(tokens, "prom stats abc\n");
            assertThat(console.query("RELOAD").toString()).doesNotContain("abc");
            assertThat(value(byToken("abc").body().lines().toList(), RELOADED)).isZero();

            Files.writeString(tokens, "prom stats " + ABC.replace('b', 'c') + "\n");
            console.query("RELOAD");
            assertThat(byToken("abc").statusCode()).isEqualTo(401);
        }
    }

    private HttpResponse<String> byToken(String token) {
        return http.send(http.to("/metrics").header("authorization", "Bearer " + token));
    }

    @Test
    void blocksWhoFailsTooOften() throws IOException {
        try (Rig _ = guarded("scram-sha-256", "max_failed_logins = 3")) {
            for (int i = 0; i < 3; i++) {
                assertThat(status("boss", "wrong")).isEqualTo(401);
            }

            HttpResponse<String> response = http.get("/metrics", "looker", "look");

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).contains("too many failed logins");
        }
    }

    @Test
    void speaksTls() throws Exception {
        TestAuthority authority = TestAuthority.in(directory, "authority");
        TestAuthority.Issued issued = authority.server("server");
        try (Rig rig =
                        guarded(
                                "scram-sha-256",
                                "ops_tls = 1",
                                "client_tls_sslmode = allow",
                                "client_tls_cert_file = " + issued.certificate(),
                                "client_tls_key_file = " + issued.key());
                HttpClient client =
                        HttpClient.newBuilder().sslContext(trusting(authority)).build();
                Http tls = new Http(client, "https://localhost:" + port)) {
            assertThat(tls.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(tls.get("/metrics", "looker", "look").body()).contains("weir_clients 0");
            assertThat(rig.clients()).isZero();
        }
    }

    static SSLContext trusting(TestAuthority authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("root", authority.root().getCertificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    // --- real tools ---------------------------------------------------------------------------

    private static boolean isThere(String tool) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    @Test
    void pleasesPrometheus() throws IOException, InterruptedException {
        assumeTrue(isThere("promtool"), "needs Debian's package prometheus");
        try (Rig rig = start("metrics_compat = pgbouncer");
                WireClient client = rig.client()) {
            client.query("select 1");
            Path text = Files.writeString(directory.resolve("text"), http.get("/metrics").body());
            Path out = directory.resolve("out");

            int status =
                    new ProcessBuilder(List.of("promtool", "check", "metrics"))
                            .redirectInput(text.toFile())
                            .redirectOutput(out.toFile())
                            .redirectErrorStream(true)
                            .start()
                            .waitFor();

            // Findings on style end with 3; of Weir's own names there are none.
            assertThat(Files.readString(out)).doesNotContain("weir_").doesNotContain("error");
            assertThat(status).isIn(0, 3);
        }
    }

    @Test
    void pleasesCurl() throws IOException, InterruptedException {
        assumeTrue(isThere("curl"), "needs curl");
        try (Rig _ = guarded("scram-sha-256")) {
            Path out = directory.resolve("out");
            int status =
                    new ProcessBuilder(
                                    List.of(
                                            "curl",
                                            "-fsS",
                                            "-u",
                                            "looker:look",
                                            "http://127.0.0.1:" + port + "/metrics"))
                            .redirectOutput(out.toFile())
                            .start()
                            .waitFor();

            assertThat(status).isZero();
            assertThat(Files.readString(out)).contains("weir_clients 0.0");
        }
    }
}
