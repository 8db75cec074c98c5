package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each time limit holds: nothing ends before it, and what is over it ends soon after. The upper
 * bounds are those of a slow machine; {@code -Dweir.soak=true} holds them to 0.4 s.
 */
final class TimeoutsIT {
    private static final String LIMIT = "0.4";
    private static final Duration LEAST = Duration.ofMillis(400);
    private static final Duration MOST = Rig.SOAK ? LEAST.plusMillis(400) : Duration.ofSeconds(10);

    @TempDir private Path directory;

    private static PgNode node() {
        return SharedPostgres.node();
    }

    private static String entry(String more) {
        return entry(node().port(), more);
    }

    private static String entry(int port, String more) {
        return "host=127.0.0.1 port=%d dbname=postgres password=postgres %s".formatted(port, more);
    }

    /** Where a limit stands: for all, for a database, for a user. */
    private WeirFile weir(String where, String limit) {
        String line = limit + " = " + LIMIT;
        return switch (where) {
            case "global" -> WeirFile.start(directory, "app = " + entry(""), line);
            case "database" ->
                    WeirFile.start(directory, "app = " + entry(limit + "=" + LIMIT), limit + "=60");
            default ->
                    WeirFile.start(
                            directory,
                            "app = " + entry("") + "\n[users]\npostgres = " + limit + "=" + LIMIT,
                            limit + "=60");
        };
    }

    private static WireClient client(WeirFile weir) {
        return weir.client(PgNode.USER, "app");
    }

    /** Waits for the error that ends a client, and looks at the clock. */
    private static void ends(WireClient client, long since, String error) {
        List<Message> last = List.of(client.read());
        Duration elapsed = Duration.ofNanos(System.nanoTime() - since);
        assertThat(last.getFirst().sqlState() + " " + last.getFirst().errorMessage())
                .isEqualTo(error);
        assertThat(elapsed).isBetween(LEAST, MOST);
        assertThat(client.isClosedByPeer()).isTrue();
    }

    // --- what a client does ---------------------------------------------------------------------

    /** It takes what was sent before, and the end; what is left of its answer is lost. */
    @Test
    void endsAClientThatDoesNotRead() {
        try (WeirFile weir =
                        WeirFile.start(
                                directory,
                                "app = " + entry(""),
                                "client_write_timeout = " + LIMIT);
                WireClient client = client(weir)) {
            client.send(
                    Wire.query("select repeat('x', 100000), generate_series(1, 1000)"),
                    Wire.sync());
            await().atMost(MOST.plusSeconds(10))
                    .until(() ->
                            weir.weir().pools().all().stream()
                                    .allMatch(pool -> pool.clients() == 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"global", "database", "user"})
    void endsAQueryThatRunsForTooLong(String where) {
        try (WeirFile weir = weir(where, "query_timeout");
                WireClient client = client(weir)) {
            client.query("SELECT 1");
            long since = System.nanoTime();
            client.send(Wire.query("SELECT pg_sleep(20)"));
            ends(client, since, "08P01 query timeout");
        }
    }

    @Test
    void timesAQueryFromTheLastWordOfTheClient() {
        try (WeirFile weir = weir("global", "query_timeout");
                WireClient client = client(weir)) {
            client.query("CREATE TEMP TABLE t (x text)");
            client.send(Wire.query("COPY t FROM STDIN"));
            assertThat(client.read().tag()).isEqualTo('G');
            long since = System.nanoTime();
            while (System.nanoTime() - since < LEAST.toNanos() * 2) {
                client.send(Wire.copyData(new byte[] {'x', '\n'}));
                assertThat(client.tryRead(Duration.ofMillis(50))).isNull();
            }
            client.send(Wire.copyDone());
            assertThat(client.readUntilReady().getFirst().commandTag()).startsWith("COPY ");
        }
    }

    @ParameterizedTest
    @CsvSource({"global", "database", "user"})
    void endsATransactionThatIsIdleForTooLong(String where) {
        try (WeirFile weir = weir(where, "idle_transaction_timeout");
                WireClient client = client(weir)) {
            client.query("BEGIN");
            long since = System.nanoTime();
            ends(client, since, "08P01 idle transaction timeout");
        }
    }

    @ParameterizedTest
    @CsvSource({"global", "database", "user"})
    void endsATransactionThatLastsForTooLong(String where) {
        try (WeirFile weir = weir(where, "transaction_timeout");
                WireClient client = client(weir)) {
            client.query("SELECT 1");
            long since = System.nanoTime();
            client.send(Wire.query("BEGIN"));
            client.readUntilReady();
            Message answer;
            do {
                client.send(Wire.query("SELECT pg_sleep(0.05)"));
                answer = client.read();
                while (answer.tag() != 'Z' && answer.tag() != 'E') {
                    answer = client.read();
                }
            } while (answer.tag() == 'Z');
            assertThat(answer.errorMessage()).isEqualTo("transaction timeout");
            assertThat(Duration.ofNanos(System.nanoTime() - since)).isBetween(LEAST, MOST);
        }
    }

    @ParameterizedTest
    @CsvSource({"global", "database", "user"})
    void endsAClientThatIsIdleForTooLong(String where) {
        try (WeirFile weir = weir(where, "client_idle_timeout");
                WireClient client = client(weir)) {
            client.query("SELECT 1");
            long since = System.nanoTime();
            ends(client, since, "08P01 client_idle_timeout");
        }
    }

    @Test
    void endsALoginThatTakesTooLong() {
        try (WeirFile weir = weir("global", "client_login_timeout")) {
            long since = System.nanoTime();
            try (WireClient client = WireClient.connect("127.0.0.1", weir.port())) {
                ends(client, since, "08P01 client_login_timeout");
            }
        }
    }

    @Test
    void endsALoginThatWaitsForTheServer() {
        try (Link link = Link.to(node())) {
            link.stall();
            String entry = "app = " + entry(link.port(), "");
            try (WeirFile weir = WeirFile.start(directory, entry, "client_login_timeout = 0.4")) {
                long since = System.nanoTime();
                assertThatThrownBy(() -> client(weir))
                        .hasMessageContaining("client_login_timeout (server down)");
                assertThat(Duration.ofNanos(System.nanoTime() - since)).isBetween(LEAST, MOST);
            }
        }
    }

    // --- what a client waits for ----------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"global", "database", "user"})
    void endsAClientThatWaitsForTooLongAndWhatItHasSaid(String where) {
        try (WeirFile weir = weir(where, "query_wait_timeout");
                WireClient console = weir.console()) {
            console.query("SET default_pool_size = 1");
            try (WireClient busy = client(weir);
                    WireClient waiting = client(weir)) {
                busy.query("BEGIN");
                busy.query("CREATE TABLE IF NOT EXISTS waited (x int)");
                long since = System.nanoTime();
                waiting.send(Wire.query("INSERT INTO waited VALUES (1)"));
                ends(waiting, since, "08P01 query_wait_timeout");
                assertThat(busy.query("SELECT count(*) FROM waited").get(1).row())
                        .containsExactly("0");
                busy.query("ROLLBACK");
            }
        }
    }

    @Test
    void tellsAClientThatItWaits() {
        try (WeirFile weir = weir("global", "query_wait_notify");
                WireClient console = weir.console()) {
            console.query("SET default_pool_size = 1");
            try (WireClient busy = client(weir);
                    WireClient waiting = client(weir)) {
                busy.query("BEGIN");
                long since = System.nanoTime();
                waiting.send(Wire.query("SELECT 1"));
                Message notice = waiting.read();
                assertThat(Duration.ofNanos(System.nanoTime() - since)).isBetween(LEAST, MOST);
                assertThat(notice.tag()).isEqualTo('N');
                assertThat(notice.errorMessage())
                        .isEqualTo(
                                "No server connection available in postgres backend, client being"
                                        + " queued");
                busy.query("COMMIT");
                assertThat(waiting.readUntilReady().get(1).row()).containsExactly("1");
            }
        }
    }

    @Test
    void endsWhatCannotBeSuspended() {
        try (WeirFile weir = weir("global", "suspend_timeout");
                WireClient console = weir.console();
                WireClient deaf = client(weir)) {
            deaf.send(Wire.query("SELECT repeat('x', 100000000)"));
            await().untilAsserted(() ->
                    assertThat(Integer.parseInt(sendAvail(console.query("SHOW ACTIVE_SOCKETS"))))
                            .isPositive());
            long since = System.nanoTime();
            assertThat(console.query("SUSPEND").getFirst().summary()).isEqualTo("C SUSPEND");
            assertThat(Duration.ofNanos(System.nanoTime() - since)).isBetween(LEAST, MOST);
            console.query("RESUME");
        }
    }

    private static String sendAvail(List<Message> sockets) {
        for (Message message : sockets) {
            if (message.tag() == 'D' && "C".equals(message.row().getFirst())) {
                String pending = message.row().getLast();
                return pending == null ? "0" : pending;
            }
        }
        return "0";
    }

    // --- servers --------------------------------------------------------------------------------

    @Test
    void givesAServerUpThatTakesTooLong() {
        try (Link link = Link.to(node())) {
            link.stall();
            String entry = "app = " + entry(link.port(), "");
            try (WeirFile weir =
                    WeirFile.start(directory, entry, "hold = 0", "server_connect_timeout = 0.4")) {
                long since = System.nanoTime();
                assertThatThrownBy(() -> client(weir))
                        .hasMessageContaining("server_connect_timeout");
                assertThat(Duration.ofNanos(System.nanoTime() - since)).isBetween(LEAST, MOST);
            }
        }
    }

    @Test
    void asksAServerThatRefusedTheLoginAgainAfterAWhile() {
        try (Link link = Link.to(node())) {
            String entry = "app = " + entry(link.port(), "user=nosuchuser");
            try (WeirFile weir = WeirFile.start(directory, entry, "server_login_retry = 0.4")) {
                assertThatThrownBy(() -> client(weir)).hasMessageContaining("does not exist");
                long since = System.nanoTime();
                long asked = link.accepted();
                while (link.accepted() == asked) {
                    assertThatThrownBy(() -> client(weir)).hasMessageContaining("does not exist");
                    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(MOST);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - since))
                        .isGreaterThan(LEAST.minusMillis(100));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"autodb_idle_timeout,*", "pool_idle_timeout,app"})
    void forgetsPoolsThatAreEmpty(String limit, String entry) {
        String databases = entry + " = " + entry("");
        try (WeirFile weir =
                WeirFile.start(
                        directory, databases, limit + " = 0.4", "server_idle_timeout = 0.1")) {
            client(weir).close();
            await().until(() ->
                    weir.weir().pools().all().stream()
                            .allMatch(pool -> pool.size() == 0 && pool.clients() == 0));
            long since = System.nanoTime();
            await().atMost(MOST)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> weir.weir().pools().all().isEmpty());
            // housekeeping looks three times a second, and may have seen it empty before
            assertThat(Duration.ofNanos(System.nanoTime() - since))
                    .isBetween(LEAST.minusMillis(50), MOST);
        }
    }

    @Test
    void closesServerConnectionsThatAreIdle() {
        endsTheConnectionOf("server_idle_timeout = 0.4", "");
    }

    @ParameterizedTest
    @CsvSource({"server_lifetime = 0.4,''", "server_lifetime = 60,server_lifetime=0.4"})
    void closesServerConnectionsThatAreOld(String setting, String ofDatabase) {
        endsTheConnectionOf(setting, ofDatabase);
    }

    private void endsTheConnectionOf(String setting, String ofDatabase) {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry(ofDatabase), setting)) {
            try (WireClient client = client(weir)) {
                long since = System.nanoTime();
                client.query("SELECT 1");
                await().atMost(MOST)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() ->
                                weir.weir().pools().all().stream()
                                        .allMatch(pool -> pool.size() == 0));
                // a lifetime is spread over a tenth, so that not all end at once
                assertThat(Duration.ofNanos(System.nanoTime() - since))
                        .isBetween(LEAST.multipliedBy(8).dividedBy(10), MOST);
            }
        }
    }
}
