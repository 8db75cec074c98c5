package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever bytes come to the operations port, well-formed answers come back, none of them is an
 * internal error, and the connection ends. What comes is written by a grammar of HTTP that likes to
 * be wrong, and cut anywhere.
 */
@NullMarked
final class HttpFuzzIT {
    private static final int TRIALS = Rig.SOAK ? 20_000 : 600;

    private static final List<String> METHODS =
            List.of(
                    "GET",
                    "GET",
                    "GET",
                    "POST",
                    "POST",
                    "HEAD",
                    "PUT",
                    "OPTIONS",
                    "CONNECT",
                    "TRACE",
                    "get",
                    "G@T",
                    "",
                    " GET",
                    "PRI",
                    "\0",
                    "GET\t",
                    "GETGETGETGETGETGETGETGETGET");

    private static final List<String> TARGETS =
            List.of(
                    "/livez",
                    "/readyz",
                    "/startupz",
                    "/metrics",
                    "/",
                    "/api/me",
                    "/api/show",
                    "/api/show/pools",
                    "/api/show/clients?find=x&order=-wait_us&limit=3",
                    "/api/show/pools?limit=-1",
                    "/api/show/pools?order=none",
                    "/api/show/%00",
                    "/api/show/pools?find=%00%0d%0aX:%20y",
                    "/api/show/pools/../../api/command",
                    "/api/command",
                    "/api/history?database=app",
                    "/api/history?database=%ff%fe",
                    "/api/check",
                    "/hold",
                    "/hold?database=app&wait=0",
                    "/hold?wait=99999",
                    "/hold?database=a&database=b",
                    "/hold?database=%22%3b%20SHUTDOWN",
                    "/release?database=app",
                    "/release",
                    "/web/app.js",
                    "/web/../Door.class",
                    "/web/..%2f..%2fDoor.class",
                    "/web/%2e%2e/",
                    "/web//etc/passwd",
                    "/web/\0",
                    "//livez",
                    "/livez/",
                    "/LIVEZ",
                    "/livez#x",
                    "/livez;a=b",
                    "/%6civez",
                    "/%zz",
                    "/%",
                    "/%u0041",
                    "/é",
                    "*",
                    "weir:6433",
                    "http://weir/livez",
                    "HTTP://a@b:c/livez",
                    "http:///livez",
                    "https://weir",
                    "ftp://weir/livez",
                    "livez",
                    "?",
                    "#",
                    "",
                    "/api/show/pools?" + "a=b&".repeat(600),
                    "/" + "a/".repeat(1_000),
                    "/" + "x".repeat(OpsPort.LINE_CHARS_MAX),
                    "/api/show/" + "%41".repeat(900));

    /** The first of them are paths that there are. */
    private static final int GOOD = 8;

    private static final List<String> VERSIONS =
            List.of(
                    "HTTP/1.1",
                    "HTTP/1.1",
                    "HTTP/1.1",
                    "HTTP/1.0",
                    "HTTP/0.9",
                    "HTTP/2.0",
                    "HTTP/1.9",
                    "http/1.1",
                    "HTTP/1",
                    "HTTP/99999999999.1",
                    "HTTQ/1.1",
                    "",
                    "HTTP/1.1 HTTP/1.1");

    private static final List<String> HEADERS =
            List.of(
                    "Host: localhost",
                    "Host: evil.example",
                    "Host:",
                    "Host: [::1",
                    "host: a\tb",
                    "Connection: close",
                    "Connection: keep-alive",
                    "Connection: upgrade",
                    "Upgrade: h2c",
                    "Expect: 100-continue",
                    "Expect: miracles",
                    "Transfer-Encoding: chunked",
                    "Transfer-Encoding: gzip, chunked",
                    "Transfer-Encoding: chunked, identity",
                    "Transfer-Encoding:\tchunked",
                    "Content-Length: 0",
                    "Content-Length: 3",
                    "Content-Length: +3",
                    "Content-Length: 3, 3",
                    "Content-Length: 99999999999999999999",
                    "Content-Length: -1",
                    "Content-Length: 65537",
                    "Content-Length: 0x10",
                    "Accept: application/openmetrics-text",
                    "Accept: " + "a/b,".repeat(500),
                    "Authorization: Basic Ym9zczpi",
                    "Authorization: Basic bG9va2VyOmw=",
                    "Authorization: Basic Ym9zczp4",
                    "Authorization: Basic ====",
                    "Authorization:",
                    "Authorization: Basic " + "QUJD".repeat(1_500),
                    "X-Weir-Command: 1",
                    "Origin: http://localhost",
                    "Origin: null",
                    "Origin: http://[",
                    "Origin: ::::",
                    "Sec-Fetch-Site: cross-site",
                    "Sec-Fetch-Site: same-origin",
                    "X : y",
                    " X: y",
                    "X",
                    ": y",
                    "X: \0",
                    "X: \u007f\u0001",
                    "X: a\r b",
                    "X:" + "y".repeat(9_000),
                    "Content-Encoding: gzip",
                    "Range: bytes=0-1",
                    "Cookie: a=b");

    private static final List<String> BODIES =
            List.of(
                    "",
                    "",
                    "",
                    "SHOW POOLS",
                    "abc",
                    "SHOW POOLS; SHUTDOWN",
                    "\0\0\0",
                    "PAUSE \"\uD83D",
                    "3\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabc\r\n0\r\nX: trailer\r\n\r\n",
                    "3;x=y\r\nabc\r\n0\r\n\r\n",
                    "3\r\nabcd\r\n0\r\n\r\n",
                    "-1\r\n\r\n",
                    "ffffffffffffffff\r\n",
                    "zz\r\n\r\n",
                    "3\nabc\n0\n\n",
                    "0\r\n" + "X: y\r\n".repeat(3_000) + "\r\n",
                    "10001\r\n" + "x".repeat(0x10001) + "\r\n0\r\n\r\n",
                    "x".repeat(OpsPort.BODY_BYTES_MAX),
                    "x".repeat(300_000));

    /** Answers that a request may have; a probe may find that nobody can be served. */
    private static final List<Integer> STATUSES =
            List.of(100, 200, 202, 400, 401, 403, 404, 405, 413, 414, 431, 503);

    private static final Pattern HEAD =
            Pattern.compile(
                    "HTTP/1\\.1 ([0-9]{3}) [A-Za-z0-9 -]+\r\n((?:[a-z0-9-]+: [ -~]*\r\n)*)\r\n");

    private static final Pattern LENGTH = Pattern.compile("content-length: ([0-9]+)\r\n");

    @TempDir private Path directory;

    @Test
    void answersWhateverComesOrCloses() throws IOException {
        int port = Http.freePort();
        try (LogLines lines = LogLines.begin();
                Rig _ =
                        ConsoleUsers.rig(
                                directory,
                                "ops_port = " + port,
                                "auth_failure_delay = 0",
                                "max_failed_logins = 0")) {
            int answered = 0;
            for (int trial = 0; trial < TRIALS; trial++) {
                answered += tries(port, new Random(trial), "seed " + trial);
            }
            assertThat(answered).as("requests that had an answer").isGreaterThan(TRIALS);
            assertThat(lines.all())
                    .noneMatch(line -> line.contains("ops_failed"))
                    .noneMatch(line -> line.contains("Exception"));
            try (RawHttp http = RawHttp.connect(port)) {
                assertThat(http.get("/livez").read().status()).isEqualTo(200);
            }
        }
    }

    /** Sends some requests on a connection; returns the number of answers. */
    private static int tries(int port, Random random, String seed) {
        var text = new StringBuilder();
        int requests = 1 + random.nextInt(4);
        for (int i = 0; i < requests; i++) {
            request(text, random);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        for (int flips = random.nextInt(10) == 0 ? random.nextInt(6) : 0; flips > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        try (RawHttp http = RawHttp.connect(port)) {
            int cuts = 1 + random.nextInt(4);
            int sent = 0;
            for (int cut = 1; cut <= cuts; cut++) {
                int end =
                        cut == cuts ? bytes.length : sent + random.nextInt(bytes.length - sent + 1);
                http.send(Arrays.copyOfRange(bytes, sent, end));
                sent = end;
            }
            return wellFormed(http.rest(), () -> seed + ":\n" + text);
        }
    }

    private static void request(StringBuilder to, Random random) {
        if (random.nextInt(3) == 0) { // a good one, so that the others have neighbors
            to.append("GET ").append(TARGETS.get(random.nextInt(GOOD))).append(" HTTP/1.1\r\n");
            to.append("Host: 127.0.0.1\r\n\r\n");
            return;
        }
        to.append(one(METHODS, random)).append(' ').append(one(TARGETS, random)).append(' ');
        to.append(one(VERSIONS, random)).append(random.nextInt(30) == 0 ? "\n" : "\r\n");
        if (random.nextInt(4) > 0) {
            to.append("Host: 127.0.0.1\r\n");
        }
        for (int headers = random.nextInt(5); headers > 0; headers--) {
            to.append(one(HEADERS, random)).append(random.nextInt(30) == 0 ? "\n" : "\r\n");
        }
        to.append("\r\n").append(one(BODIES, random));
    }

    private static String one(List<String> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    /** Checks that it is a row of answers, the last one perhaps cut off; returns how many. */
    private static int wellFormed(String text, Supplier<String> what) {
        int answers = 0;
        int at = 0;
        while (at < text.length()) {
            Matcher head = HEAD.matcher(text).region(at, text.length());
            assertThat(head.lookingAt())
                    .as(() -> what.get() + "\nat " + text.substring(head.regionStart()))
                    .isTrue();
            int status = Integer.parseInt(head.group(1));
            assertThat(status).as(what).isIn(STATUSES);
            at = head.end();
            if (status != 100) {
                answers++;
                Matcher length = LENGTH.matcher(head.group(2));
                assertThat(length.find()).as(() -> what.get() + head.group()).isTrue();
                int bytes = Integer.parseInt(length.group(1));
                boolean isWithout = text.startsWith("HTTP/1.1 ", at); // the answer to a HEAD
                at += isWithout ? 0 : Math.min(bytes, text.length() - at);
            }
        }
        return answers;
    }
}
