package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.WireClient;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream of pictures: who gets it, how many, and when it ends. */
@NullMarked
final class EventStreamIT {
    private static final String DATABASES = "app = host=127.0.0.1 port=1";

    private final int port = Http.freePort();
    private final Http http = Http.at(port);
    @TempDir private Path directory;

    @SuppressWarnings("NullAway.Init")
    private WeirFile weir;

    @BeforeEach
    void start() {
        weir = WeirFile.start(directory, DATABASES, "ops_port = " + port, "max_event_streams = 2");
    }

    @AfterEach
    void close() {
        http.close();
        weir.close();
    }

    private RawHttp opened(String user) {
        return RawHttp.connect(port)
                .send(
                        "GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                                + Http.basic(user, "x")
                                + "\r\n\r\n");
    }

    private String limit() {
        String rows = http.get("/api/show/limits?find=max_event_streams", "boss", "x").body();
        return rows.substring(rows.indexOf('{', 1), rows.indexOf('}') + 1);
    }

    @Test
    void tellsOfEveryPicture() {
        try (RawHttp stream = opened("looker")) {
            assertThat(stream.awaitLine("event:")).isEqualTo("event: picture");
            assertThat(stream.awaitLine("data:")).contains("\"findings\":[", "\"pools\":[");
            assertThat(stream.awaitLine("event:")).isEqualTo("event: picture");
            assertThat(limit()).contains("\"in_use\":1", "\"most\":1");
        }
        await().untilAsserted(() -> assertThat(limit()).contains("\"in_use\":0"));
    }

    @Test
    void refusesStreamsBeyondTheLimit() {
        try (RawHttp one = opened("boss");
                RawHttp two = opened("boss")) {
            one.awaitLine("event:");
            two.awaitLine("event:");
            try (RawHttp three = opened("boss")) {
                assertThat(three.awaitLine("event:")).isEqualTo("event: end");
                assertThat(three.awaitLine("data:")).contains("max_event_streams: 2 pages");
                three.awaitEnd();
            }
            assertThat(limit()).contains("\"in_use\":2", "\"refused\":1");
        }
    }

    @Test
    void endsWhenTheProcessShutsDown() {
        try (WireClient client = weir.client("boss", "pgbouncer");
                WireClient console = weir.console();
                RawHttp stream = opened("boss")) {
            stream.awaitLine("event:");

            console.query("SHUTDOWN WAIT_FOR_CLIENTS");

            assertThat(stream.awaitLine("data: {\"why\"")).contains("shutting down");
            stream.awaitEnd();
            try (RawHttp late = opened("boss")) {
                assertThat(late.read().status()).isEqualTo(503);
            }
            assertThat(client.query("SHOW VERSION")).isNotEmpty();
        }
    }

    @Test
    void endsForWhoMayNoLongerLook() {
        try (WireClient console = weir.console();
                RawHttp stream = opened("looker")) {
            stream.awaitLine("event:");

            console.query("SET stats_users = 'nobody'");

            assertThat(stream.awaitLine("data: {\"why\"")).contains("not allowed");
            stream.awaitEnd();
        }
    }

    @Test
    void wantsAUser() {
        for (String path : new String[] {"/", "/api/me", "/api/history", "/api/events"}) {
            assertThat(http.get(path).statusCode()).as(path).isEqualTo(401);
            assertThat(http.get(path, "stranger", "x").statusCode()).as(path).isEqualTo(403);
        }
        assertThat(http.get("/web/app.js").headers().firstValue("content-type"))
                .contains("text/javascript; charset=utf-8");
        for (String path : new String[] {"/web/", "/web/index.html", "/web/../Assets.class"}) {
            assertThat(http.get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void allowsThePageNothingButItsOwnFiles() {
        assertThat(http.get("/", "boss", "x").headers().firstValue("content-security-policy"))
                .hasValueSatisfying(policy ->
                        assertThat(policy)
                                .contains("default-src 'none'", "frame-ancestors 'none'")
                                .doesNotContain("unsafe", "*", "http"));
        assertThat(http.get("/", "boss", "x").body())
                .doesNotContain("<style", " style=", "onclick");
        for (String name : Assets.NAMES) {
            assertThat(http.get("/web/" + name).body().replace("http://www.w3.org/", ""))
                    .as(name)
                    .isNotEmpty()
                    .doesNotContain("http://", "https://", "innerHTML", "eval(");
        }
    }
}
