package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.admin.ConsoleService;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console by HTTP. */
@NullMarked
final class ApiIT {
    private final int port = Http.freePort();
    private final Http http = Http.at(port);
    private final Rig rig;
    private final Path audit;

    ApiIT(@TempDir Path directory) throws IOException {
        audit = directory.resolve("audit.json");
        rig =
                ConsoleUsers.rig(
                        directory,
                        "audit = admin,connection",
                        "audit_file = " + audit,
                        "ops_port = " + port);
    }

    @AfterEach
    void close() {
        http.close();
        rig.close();
    }

    private HttpRequest.Builder command(String user, String text) {
        return http.to("/api/command")
                .header("authorization", Http.basic(user, user.substring(0, 1)))
                .header("x-weir-command", "1")
                .POST(HttpRequest.BodyPublishers.ofString(text));
    }

    @Test
    void showsEveryTopic() {
        HttpResponse<String> topics = http.get("/api/show", "looker", "l");
        assertThat(topics.body()).contains("\"pools\"").contains("\"settings\"");
        for (String topic : ConsoleService.topics()) {
            HttpResponse<String> response =
                    http.get("/api/show/" + topic.toLowerCase(Locale.ROOT), "boss", "b");

            assertThat(response.statusCode()).as(topic + response.body()).isEqualTo(200);
            assertThat(response.body()).startsWith("{\"rows\":[").endsWith("]}\n");
        }
    }

    @Test
    void showsNumbersAsNumbersAndTextsAsTexts() {
        try (WireClient client = rig.client()) {
            client.query("select 1");

            assertThat(http.get("/api/show/pools", "looker", "l").body())
                    .contains("{\"database\":\"app\",\"user\":\"postgres\",\"cl_active\":1,")
                    .contains("\"pool_mode\":\"transaction\"")
                    .contains("\"load_balance_hosts\":null");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/show/nothing, looker, 404",
        "/api/show/, looker, 404",
        "/api/show/pools/x, looker, 404",
        "/api/show/fds, looker, 403",
        "/api/show/fds, boss, 200",
        "/api/show/pools, postgres, 403",
        "/api/command, boss, 405"
    })
    void refusesWhatIsNotThereOrNotAllowed(String path, String user, int status) {
        String password = user.equals("postgres") ? user : user.substring(0, 1);

        assertThat(http.get(path, user, password).statusCode()).isEqualTo(status);
    }

    @Test
    void wantsAUserForEverything() {
        assertThat(http.get("/api/show").statusCode()).isEqualTo(401);
        assertThat(http.get("/api/show/pools").statusCode()).isEqualTo(401);
        assertThat(
                        http.send(
                                        http.to("/api/command")
                                                .POST(HttpRequest.BodyPublishers.ofString("PAUSE")))
                                .statusCode())
                .isEqualTo(401);
    }

    @Test
    void carriesOutCommands() {
        HttpResponse<String> paused = http.send(command("boss", "PAUSE app;"));

        assertThat(paused.statusCode()).as(paused.body()).isEqualTo(200);
        assertThat(paused.body()).isEqualTo("{\"command\":\"PAUSE\",\"notices\":[]}\n");
        assertThat(http.get("/api/show/databases", "boss", "b").body()).contains("\"paused\":1");
        assertThat(http.send(command("boss", "RESUME app")).statusCode()).isEqualTo(200);
        assertThat(http.send(command("boss", "SHOW VERSION")).body()).contains("\"version\":\"");
    }

    @Test
    void saysWhatIsWrongWithACommand() {
        HttpResponse<String> unknown = http.send(command("boss", "PAUS app"));
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body())
                .contains("\"error\":\"invalid command 'PAUS app', use SHOW HELP;\"")
                .contains("\"sqlstate\":\"08P01\"");
        assertThat(http.send(command("boss", "")).statusCode()).isEqualTo(400);
        assertThat(http.send(command("boss", "RESUME app")).body()).contains("not paused");
    }

    @Test
    void changesNothingForWhoMayOnlyLook() {
        HttpResponse<String> response = http.send(command("looker", "PAUSE app"));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(http.get("/api/show/databases", "boss", "b").body())
                .doesNotContain("\"paused\":1");
    }

    @Test
    void carriesOutNothingThatAnotherSiteAskedFor() {
        String origin = "http://127.0.0.1:" + port;
        assertThat(http.send(command("boss", "SHOW STATE").header("origin", origin)).statusCode())
                .isEqualTo(200);
        for (String stranger : new String[] {"http://evil.example", "null", "http://127.0.0.1"}) {
            assertThat(
                            http.send(command("boss", "PAUSE app").header("origin", stranger))
                                    .statusCode())
                    .as(stranger)
                    .isEqualTo(403);
        }
        HttpRequest.Builder cross =
                command("boss", "PAUSE app").header("sec-fetch-site", "cross-site");
        assertThat(http.send(cross).statusCode()).isEqualTo(403);
        HttpRequest.Builder form =
                http.to("/api/command")
                        .header("authorization", Http.basic("boss", "b"))
                        .POST(HttpRequest.BodyPublishers.ofString("PAUSE app"));
        assertThat(http.send(form).body()).contains("x-weir-command");
        assertThat(http.get("/api/show/databases", "boss", "b").body())
                .doesNotContain("\"paused\":1");
    }

    @Test
    void auditsCommandsAndFailedLogins() {
        http.get("/api/show/pools", "boss", "b");
        http.send(command("boss", "RECONNECT app"));
        http.send(command("looker", "PAUSE app"));
        http.get("/api/show/pools", "boss", "wrong");

        List<String> lines = await().until(() -> Files.readAllLines(audit), all -> all.size() >= 3);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .contains("\"class\":[\"admin\"]", "\"user\":\"boss\"", "\"RECONNECT app\"")
                .contains("\"outcome\":\"success\"", "\"address\":\"127.0.0.1:");
        assertThat(lines.get(1)).contains("\"user\":\"looker\"", "\"outcome\":\"failure\"");
        assertThat(lines.get(2))
                .contains("\"class\":[\"connection\"]", "\"sqlstate\":\"28P01\"")
                .doesNotContain("wrong");
    }

    /** A page of that name would share its origin with this port. */
    @Test
    void answersNobodyWhoUsesANameThatOthersGave() {
        String request =
                "GET /api/show/pools HTTP/1.1\r\nHost: %s\r\nAuthorization: "
                        + Http.basic("looker", "l")
                        + "\r\nConnection: close\r\n\r\n";
        for (String host : new String[] {"evil.example", "evil.example:" + port, "127.0.0.1.x"}) {
            assertThat(status(request.formatted(host))).as(host).isEqualTo(403);
        }
        for (String host : new String[] {"localhost", "127.0.0.1:" + port, "[::1]:" + port}) {
            assertThat(status(request.formatted(host))).as(host).isEqualTo(200);
        }
    }

    private int status(String request) {
        try (RawHttp raw = RawHttp.connect(port)) {
            return raw.send(request).read().status();
        }
    }

    /** A browser asks before it sends such a header to another origin. */
    @Test
    void allowsNoOtherOriginToAsk() {
        HttpResponse<String> response =
                http.send(
                        http.to("/api/command")
                                .header("origin", "http://evil.example")
                                .header("access-control-request-method", "POST")
                                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().map().keySet())
                .noneMatch(name -> name.startsWith("access-control"));
    }

    @Test
    void logsWhoCommandedWhatButNoSecrets() {
        try (LogLines lines = LogLines.beginAt(Level.INFO)) {
            http.send(command("boss", "RECONNECT app"));
            http.send(command("boss", "SET client_tls_key_passphrase = 'sesame'"));

            assertThat(lines.all())
                    .anyMatch(line ->
                            line.contains("ops_command user=boss from=127.0.0.1:")
                                    && line.endsWith("command=\"RECONNECT app\""))
                    .noneMatch(line -> line.contains("sesame"));
        }
    }
}
