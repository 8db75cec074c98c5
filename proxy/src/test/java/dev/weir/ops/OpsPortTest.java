package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.log.Json;
import dev.weir.net.Transport;
import dev.weir.tls.Tls;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The port as a client sees it, with endpoints of the test's own. */
@NullMarked
final class OpsPortTest {
    private static final String END = " HTTP/1.1\r\nHost: weir\r\n\r\n";

    private final CompletableFuture<Answer> never = new CompletableFuture<>();

    /** More than the kernel takes from one who does not read. */
    private static final Answer LONG =
            Answer.json(HttpResponseStatus.OK, Json.object().put("it", "x".repeat(6_000_000)));

    private final Tls tls = tls("");
    private final OpsPort port;

    OpsPortTest() throws IOException {
        port = open(tls, "");
    }

    private static Config config(String settings) {
        try {
            return Config.parse("test.ini", "[databases]\n[pgbouncer]\n" + settings);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Tls tls(String settings) {
        try {
            return Tls.load(config(settings));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private OpsPort open(Tls used, String settings) throws IOException {
        Routes routes =
                new Routes()
                        .add(HttpMethod.GET, "/path", Endpoint.now(OpsPortTest::echo))
                        .add(HttpMethod.POST, "/path", Endpoint.now(OpsPortTest::echo))
                        .add(HttpMethod.GET, "/below/", Endpoint.now(OpsPortTest::echo))
                        .add(HttpMethod.GET, "/never", _ -> never)
                        .add(HttpMethod.GET, "/long", Endpoint.now(_ -> LONG));
        return OpsPort.open(config(settings), Transport.detect(), used, routes, false);
    }

    private static Answer echo(Asked asked) {
        return Answer.json(
                HttpResponseStatus.OK,
                Json.object()
                        .put("method", asked.method().name())
                        .put("path", asked.path())
                        .put("query", asked.query().toString())
                        .put("body", asked.body()));
    }

    @BeforeEach
    void isOpen() {
        assertThat(port.port()).isPositive();
    }

    @AfterEach
    void close() {
        port.close();
        tls.close();
    }

    private RawHttp connect() {
        return RawHttp.connect(port.port());
    }

    @Test
    void answersOneRequestAfterTheOther() {
        try (RawHttp http = connect()) {
            for (int i = 0; i < 3; i++) {
                RawHttp.Reply reply = http.get("/path?n=" + i).read();

                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.body()).contains("\"query\":\"{n=[" + i + "]}\"");
                assertThat(reply.headers())
                        .containsEntry("content-type", "application/json")
                        .containsEntry("cache-control", "no-store")
                        .containsEntry("x-content-type-options", "nosniff")
                        .containsEntry("content-security-policy", "default-src 'none'")
                        .doesNotContainKey("access-control-allow-origin");
            }
        }
    }

    @Test
    void answersRequestsInTheirOrderThatComeTogether() {
        try (RawHttp http = connect()) {
            http.send("GET /path?n=1" + END + "GET /no" + END + "GET /path?n=3" + END);

            assertThat(http.read().body()).contains("n=[1]");
            assertThat(http.read().status()).isEqualTo(404);
            assertThat(http.read().body()).contains("n=[3]");
        }
    }

    @Test
    void takesARequestThatComesByteByByte() {
        try (RawHttp http = connect()) {
            String request = "POST /path HTTP/1.1\r\nHost: weir\r\nContent-Length: 5\r\n\r\nhello";
            for (int i = 0; i < request.length(); i++) {
                http.send(request.substring(i, i + 1));
            }

            assertThat(http.read().body()).contains("\"body\":\"hello\"");
        }
    }

    @Test
    void answersHeadWithoutABody() {
        try (RawHttp http = connect()) {
            RawHttp.Reply head = http.send("HEAD /path" + END).read(false);

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers().get("content-length")).isNotEqualTo("0");
            assertThat(http.get("/path").read().status()).as("the next").isEqualTo(200);
        }
    }

    @Test
    void closesWhereTheClientAsksForIt() {
        try (RawHttp http = connect()) {
            http.send("GET /path HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n\r\n");

            assertThat(http.read().headers()).containsEntry("connection", "close");
            http.awaitEnd();
        }
        try (RawHttp http = connect()) {
            http.send("GET /path HTTP/1.0\r\n\r\n");

            assertThat(http.read().status()).isEqualTo(200);
            http.awaitEnd();
        }
    }

    @Test
    void saysWhatThereIsAndWhatIsAllowed() {
        try (RawHttp http = connect()) {
            assertThat(http.get("/no").read().body())
                    .contains("no such path: /no")
                    .contains("/path, /below/, /never");
            assertThat(http.get("/below/this").read().status()).isEqualTo(200);

            RawHttp.Reply reply = http.send("DELETE /path" + END).read();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.headers()).containsEntry("allow", "GET, HEAD, POST");
        }
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThat(refused("GET /" + "x".repeat(OpsPort.LINE_CHARS_MAX) + END)).isEqualTo(414);
        assertThat(
                        refused(
                                "GET /path HTTP/1.1\r\nX: "
                                        + "x".repeat(OpsPort.HEADER_CHARS_MAX)
                                        + "\r\n\r\n"))
                .isEqualTo(431);
        String head = "POST /path HTTP/1.1\r\nHost: weir\r\n";
        assertThat(refused(head + "Content-Length: " + (OpsPort.BODY_BYTES_MAX + 1) + "\r\n\r\n"))
                .isEqualTo(413);
        assertThat(refused(head + "Content-Length: 99999999\r\nExpect: 100-continue\r\n" + "\r\n"))
                .isEqualTo(413);
        assertThat(
                        refused(
                                head
                                        + "Transfer-Encoding: chunked\r\n\r\n"
                                        + ("1000\r\n" + "x".repeat(4_096) + "\r\n").repeat(17)))
                .isEqualTo(413);
    }

    @Test
    void refusesWhatIsNoRequest() {
        assertThat(refused("\u0000\u0001\u0002\r\n\r\n")).isEqualTo(400);
        assertThat(refused("GET /%zz" + END)).isEqualTo(400);
        assertThat(refused("GET ftp://elsewhere/path" + END)).isEqualTo(400);
        assertThat(refused("POST /path HTTP/1.1\r\nContent-Length: -1\r\n\r\n")).isEqualTo(400);
        assertThat(refused("GET /path HTTP/1.1\r\n\r\n")).as("no host").isEqualTo(400);
        assertThat(refused("GET /path HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).isEqualTo(400);
    }

    /** As {@code nc -N} does. */
    @Test
    void answersAClientThatHasClosedItsSide() {
        for (int i = 0; i < 20; i++) {
            try (RawHttp http = connect()) {
                String answers = http.get("/path?n=1").get("/no").get("/path?n=3").rest();

                assertThat(answers).containsSubsequence("n=[1]", "no such path", "n=[3]");
            }
        }
        try (RawHttp http = connect()) {
            assertThat(http.send("GET /path HT").rest()).isEmpty();
        }
    }

    @Test
    void takesATargetInAbsoluteForm() {
        try (RawHttp http = connect()) {
            http.send("GET HTTP://else:1/path?n=1" + END + "GET https://else/no" + END);

            assertThat(http.read().body()).contains("\"path\":\"/path\"", "{n=[1]}");
            assertThat(http.read().body()).contains("no such path: /no");
        }
    }

    /** A refusal must not overtake the answer to the request in front of it. */
    @Test
    void answersInOrderAlsoWhatItRefuses() {
        CompletableFuture<Answer> slow = never;
        try (RawHttp http = connect()) {
            http.send("GET /never" + END);
            http.send("POST /path HTTP/1.1\r\nHost: weir\r\nContent-Length: 99999999\r\n\r\n");
            slow.complete(Answer.json(HttpResponseStatus.OK, Json.object().put("slow", true)));

            assertThat(http.read().body()).contains("slow");
            assertThat(http.read().status()).isEqualTo(413);
            http.awaitEnd();
        }
    }

    @Test
    void asksForABodyOnlyIfItWantsIt() {
        String head = "POST /path HTTP/1.1\r\nHost: weir\r\nExpect: 100-continue\r\n";
        try (RawHttp http = connect()) {
            assertThat(http.send(head + "Content-Length: 5\r\n\r\n").read().status())
                    .isEqualTo(100);
            assertThat(http.send("hello").read().body()).contains("\"body\":\"hello\"");
        }
        assertThat(refused(head + "Content-Length: 65537\r\n\r\n")).isEqualTo(413);
    }

    /** Closing with something unread would reset the connection, and the answer with it. */
    @Test
    void isHeardByAClientThatStillSends() {
        for (int i = 0; i < 20; i++) {
            try (RawHttp http = connect()) {
                http.send("POST /path HTTP/1.1\r\nHost: weir\r\nContent-Length: 3000000\r\n\r\n");
                http.send(new byte[3_000_000]);

                RawHttp.Reply reply = http.read();

                assertThat(reply.status()).isEqualTo(413);
                assertThat(reply.headers()).containsEntry("x-content-type-options", "nosniff");
                http.awaitEnd();
            }
        }
    }

    /** The status with which a request is refused, after which the connection is closed. */
    private int refused(String request) {
        try (RawHttp http = connect()) {
            int status = http.send(request).read().status();
            http.awaitEnd();
            return status;
        }
    }

    @Test
    void staysWellWhateverIsSent() {
        var random = new Random(6433);
        String good = "POST /path?a=b HTTP/1.1\r\nHost: weir\r\nContent-Length: 4\r\n\r\nbody";
        for (int i = 0; i < 300; i++) {
            byte[] bytes = good.getBytes(StandardCharsets.ISO_8859_1);
            int changes = 1 + random.nextInt(8);
            for (int c = 0; c < changes; c++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try (RawHttp http = connect()) {
                http.send(bytes);
            }
        }
        try (RawHttp http = connect()) {
            assertThat(http.get("/path").read().status()).isEqualTo(200);
        }
    }

    @Test
    void makesRoomForNewConnections() {
        var all = new ArrayList<RawHttp>();
        for (int i = 0; i < OpsPort.CONNECTIONS_MAX; i++) {
            RawHttp one = connect();
            all.add(one);
            assertThat(one.get("/path").read().status()).isEqualTo(200);
        }

        try (RawHttp another = connect()) {
            assertThat(another.get("/path").read().status()).isEqualTo(200);
            all.getFirst().awaitEnd();
            assertThat(all.get(1).get("/path").read().status()).isEqualTo(200);
        }
        all.forEach(RawHttp::close);
    }

    @Test
    void makesRoomIfNobodyReads() {
        var all = new ArrayList<RawHttp>();
        for (int i = 0; i < OpsPort.CONNECTIONS_MAX; i++) {
            all.add(connect().get("/long"));
        }

        await().ignoreExceptions() // until one has been unread for long enough
                .until(() -> {
                    try (RawHttp another = connect()) {
                        return another.get("/path").read().status() == 200;
                    }
                });
        all.forEach(RawHttp::close);
    }

    /** It is the client's fault, and no reason to call an operator. */
    @Test
    void closesIfTooManyRequestsComeTogether() {
        try (RawHttp http = connect()) {
            http.send(("GET /path" + END).repeat(2_000));
            http.awaitEnd();
        }
    }

    @Test
    void stopsWaitingForAnAnswerThatNobodyWants() {
        try (RawHttp http = connect()) {
            http.get("/never");
        }

        await().until(never::isDone);
        assertThat(never).isCancelled();
    }

    @Test
    void saysThatAPortIsTaken() {
        assertThatThrownBy(() -> open(tls, "ops_port = " + port.port()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on ops_addr 127.0.0.1, ops_port")
                .hasMessageContaining("Address already in use");
    }

    @Test
    void needsACertificateForTls() {
        assertThatThrownBy(() -> open(tls, "ops_tls = 1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("client_tls_cert_file");
    }
}
