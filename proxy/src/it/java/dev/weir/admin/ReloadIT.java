package dev.weir.admin;

import static dev.weir.admin.Answers.error;
import static dev.weir.admin.Answers.row;
import static dev.weir.admin.Answers.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.SharedPostgres;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReloadIT {
    private static final int RELOADS = Rig.SOAK ? 1_000 : 25;
    private static final int CLIENTS = Rig.SOAK ? 200 : 20;

    @TempDir private Path directory;

    private static PgNode node() {
        return SharedPostgres.node();
    }

    private static String entry(String more) {
        return "host=%s port=%d dbname=postgres user=postgres password=postgres %s"
                .formatted(node().host(), node().port(), more);
    }

    private static void reload(WireClient console) {
        assertThat(console.query("RELOAD").getFirst().summary()).isEqualTo("C RELOAD");
    }

    // --- what changes ---------------------------------------------------------------------------

    @Test
    void changesNothingForWhoIsHereAndEverythingForWhoComes() {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry("pool_size=1"));
                WireClient console = weir.console();
                WireClient busy = weir.client("one", "app")) {
            busy.query("BEGIN");
            String before = busy.query("SELECT pg_backend_pid()").get(1).row().getFirst();
            weir.write("app = " + entry("pool_size=3 connect_query='SET work_mem = 1234'"));
            reload(console);
            assertThat(busy.query("SELECT pg_backend_pid()").get(1).row()).containsExactly(before);
            assertThat(row(console.query("SHOW SERVERS"), "remote_pid", String.valueOf(before)))
                    .containsEntry("close_needed", "1");
            busy.query("COMMIT");
            assertThat(busy.query("SHOW work_mem").get(1).row()).containsExactly("1234kB");
            assertThat(row(console.query("SHOW DATABASES"), "name", "app"))
                    .containsEntry("pool_size", "3");
        }
    }

    @Test
    void letsThoseGoOnWhoWaitForAPin() {
        String one = "app = " + entry("pool_size=3 max_pinned=1");
        try (WeirFile weir = WeirFile.start(directory, one);
                WireClient console = weir.console();
                WireClient pinned = weir.client("one", "app");
                WireClient first = weir.client("one", "app");
                WireClient second = weir.client("one", "app")) {
            pinned.query("DECLARE a CURSOR WITH HOLD FOR SELECT 1");
            first.send(Wire.query("DECLARE b CURSOR WITH HOLD FOR SELECT 1"));
            awaitWaiting(console, 1);
            weir.write("app = " + entry("pool_size=3 max_pinned=2"));
            reload(console);
            assertThat(first.readUntilReady().getFirst().commandTag()).isEqualTo("DECLARE CURSOR");
            first.query("SELECT 1"); // it has its place by then

            second.query("SELECT 1"); // or it would wait for the third connection first
            second.send(Wire.query("DECLARE c CURSOR WITH HOLD FOR SELECT 1"));
            List<String> waiting = await().until(() -> waiting(console), list -> list.size() == 1);
            console.query("KILL_CLIENT " + waiting.getFirst());
            assertThat(error(List.of(second.read()))).isEqualTo("57P01 admin forced disconnect");
            assertThat(waiting(console)).isEmpty();
        }
    }

    @Test
    void pausesWhileAClientWaitsForAPin() {
        String one = "app = " + entry("pool_size=3 max_pinned=1");
        try (WeirFile weir = WeirFile.start(directory, one);
                WireClient console = weir.console();
                WireClient pausing = weir.console();
                WireClient pinned = weir.client("one", "app");
                WireClient client = weir.client("one", "app")) {
            pinned.query("DECLARE a CURSOR WITH HOLD FOR SELECT 1");
            client.send(Wire.query("DECLARE b CURSOR WITH HOLD FOR SELECT 1"));
            awaitWaiting(console, 1);
            pausing.send(Wire.query("PAUSE app"));
            pinned.send(Wire.terminate());
            assertThat(pausing.readUntilReady().getFirst().commandTag()).isEqualTo("PAUSE");
            assertThat(waiting(console)).as("for a connection now").hasSize(1);
            console.query("RESUME app");
            assertThat(client.readUntilReady().getFirst().commandTag()).isEqualTo("DECLARE CURSOR");
        }
    }

    private static void awaitWaiting(WireClient console, int count) {
        await().untilAsserted(() -> assertThat(waiting(console)).hasSize(count));
    }

    /** The numbers of the clients that wait. */
    private static List<String> waiting(WireClient console) {
        return rows(console.query("SHOW CLIENTS")).stream()
                .filter(row -> "waiting".equals(row.get("state")))
                .map(row -> row.get("id"))
                .toList();
    }

    @Test
    void servesNewDatabasesAndLetsTheClientsOfRemovedOnesFinishTheirTransaction() {
        try (WeirFile weir = WeirFile.start(directory, "old = " + entry(""));
                WireClient console = weir.console();
                WireClient busy = weir.client("one", "old");
                WireClient idle = weir.client("two", "old")) {
            busy.query("BEGIN");
            weir.write("fresh = " + entry(""));
            reload(console);
            assertThat(error(List.of(idle.read()))).isEqualTo("57P01 database removed");
            assertThat(busy.query("SELECT 1").get(1).row()).containsExactly("1");
            assertThat(busy.query("COMMIT").getFirst().commandTag()).isEqualTo("COMMIT");
            assertThat(error(List.of(busy.read()))).isEqualTo("57P01 database removed");
            assertThatThrownBy(() -> weir.client("one", "old"))
                    .isInstanceOf(ServerError.class)
                    .hasMessageContaining("no such database: old");
            try (WireClient client = weir.client("one", "fresh")) {
                assertThat(client.query("SELECT 2").get(1).row()).containsExactly("2");
            }
            await().untilAsserted(() -> assertThat(weir.weir().pools().all()).hasSize(1));
        }
    }

    @Test
    void keepsTheModeOfSessionsThatHaveBegun() throws IOException {
        String[] session = {"pool_mode = session"};
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry("pool_size=2"), session);
                WireClient console = weir.console();
                WireClient first = weir.client("one", "app")) {
            first.query("SET work_mem = 4321");
            String pid = first.query("SELECT pg_backend_pid()").get(1).row().getFirst();
            weir.write("app = " + entry("pool_size=2"));
            reload(console);
            try (WireClient second = weir.client("one", "app")) {
                assertThat(second.query("SHOW work_mem").get(1).row()).containsExactly("4MB");
                assertThat(first.query("SHOW work_mem").get(1).row()).containsExactly("4321kB");
                assertThat(first.query("SELECT pg_backend_pid()").get(1).row())
                        .containsExactly(pid);
                first.socket().close();
                await().untilAsserted(() ->
                        assertThat(rows(console.query("SHOW SERVERS")))
                                .allSatisfy(server ->
                                        assertThat(server).containsEntry("state", "idle")));
                for (int i = 0; i < 4; i++) {
                    assertThat(second.query("SHOW work_mem").get(1).row()).containsExactly("4MB");
                }
            }
        }
    }

    @Test
    void readsTheUsersFileAgain() throws IOException {
        Path users = directory.resolve("users.txt");
        Files.writeString(users, "\"boss\" \"\" \"app\" \"x\"\n\"one\" \"first\"\n");
        String[] settings = {"auth_file = " + users};
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry(""), settings);
                WireClient console = weir.console()) {
            assertThatThrownBy(() -> weir.client("two", "app"))
                    .hasMessageContaining("authentication failed");
            Files.writeString(users, "\"boss\" \"\"\n\"two\" \"second\"\n");
            reload(console);
            weir.client("two", "app").close();
            assertThatThrownBy(() -> weir.client("one", "app"))
                    .hasMessageContaining("authentication failed");
        }
    }

    // --- what is broken -------------------------------------------------------------------------

    @Test
    void goesOnWithWhatWasIfTheFileIsBroken() {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry("pool_size=2"));
                WireClient console = weir.console();
                WireClient client = weir.client("one", "app")) {
            List<Message> config = console.query("SHOW CONFIG");
            List<Message> databases = console.query("SHOW DATABASES");
            String pid = client.query("SELECT pg_backend_pid()").get(1).row().getFirst();
            for (int i = 0; i < 100; i++) {
                weir.writeAsIs(broken(i));
                List<Message> answer = console.query("RELOAD");
                assertThat(error(answer))
                        .isEqualTo("F0000 RELOAD failed, see logs for additional details");
                assertThat(answer.getFirst().fields().get('D')).matches("(?s).+(:[0-9]+)?: .+");
            }
            assertThat(console.query("SHOW CONFIG")).hasToString(config.toString());
            assertThat(console.query("SHOW DATABASES")).hasToString(databases.toString());
            assertThat(client.query("SELECT pg_backend_pid()").get(1).row()).containsExactly(pid);
        }
    }

    private static String broken(int i) {
        return switch (i % 5) {
            case 0 -> "[databases]\napp = hots=127.0.0.1\n";
            case 1 -> "[pgbouncer]\npool_size = many\n[databases]\n";
            case 2 -> "nonsense";
            case 3 -> "[pgbouncer]\nauth_file = /nowhere/users.txt\n[databases]\nnew = host=x\n";
            default -> "[databases]\napp = " + entry("port=many") + "\n";
        };
    }

    @Test
    void keepsWhatOnlyARestartChanges() {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry(""));
                WireClient console = weir.console()) {
            weir.write("app = " + entry(""), "worker_loops = 7", "listen_backlog = 77");
            for (int i = 0; i < 2; i++) {
                List<Message> answer = console.query("RELOAD");
                assertThat(answer)
                        .filteredOn(message -> message.tag() == 'N')
                        .extracting(Message::errorMessage)
                        .hasSize(2)
                        .anyMatch(text ->
                                text.contains("listen_backlog: cannot be changed by RELOAD"));
                assertThat(answer.get(2).commandTag()).isEqualTo("RELOAD");
            }
            assertThat(row(console.query("SHOW CONFIG"), "key", "listen_backlog"))
                    .containsEntry("value", "128")
                    .containsEntry("changeable", "no");
        }
    }

    // --- SET ------------------------------------------------------------------------------------

    @Test
    void setsASettingUntilReload() {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry(""));
                WireClient console = weir.console()) {
            assertThat(console.query("SET query_timeout = '1.5'").getFirst().commandTag())
                    .isEqualTo("SET query_timeout=1.5");
            assertThat(row(console.query("SHOW CONFIG"), "key", "query_timeout"))
                    .containsEntry("value", "1.5");
            reload(console);
            assertThat(row(console.query("SHOW CONFIG"), "key", "query_timeout"))
                    .containsEntry("value", "0");
        }
    }

    private static void refusesToSet(WireClient console, String what, String detail) {
        List<Message> answer = console.query("SET " + what);
        assertThat(error(answer)).isEqualTo("08P01 SET failed");
        assertThat(answer.getFirst().fields().get('D')).contains(detail);
    }

    @Test
    void refusesToSetWhatItCannot() {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry(""));
                WireClient console = weir.console();
                WireClient looker = weir.client("looker", "pgbouncer")) {
            refusesToSet(console, "listen_port = 1", "listen_port: can be changed by a restart");
            refusesToSet(console, "nonsense = 1", "unknown key \"nonsense\"");
            refusesToSet(console, "pool_mode = 'odd'", "(expected: session, transaction");
            assertThat(error(looker.query("SET verbose = 1")))
                    .isEqualTo("08P01 admin access needed");
        }
    }

    @Test
    void readsTheFileThatConffileNames() throws IOException {
        try (WeirFile weir = WeirFile.start(directory, "app = " + entry(""));
                WireClient console = weir.console()) {
            Path other = directory.resolve("other.ini");
            Files.writeString(
                    other,
                    Files.readString(directory.resolve("weir.ini")) + "new = " + entry("") + "\n");
            console.query("SET conffile = '" + other + "'");
            reload(console);
            weir.client("one", "new").close();
            assertThat(row(console.query("SHOW CONFIG"), "key", "conffile"))
                    .containsEntry("value", other.toString());
        }
    }

    // --- under load -----------------------------------------------------------------------------

    /**
     * Pool sizes, host, startup parameters, certificates and other databases change all the time.
     */
    @Test
    void disturbsNobody() throws InterruptedException, ExecutionException {
        TestAuthority authority = TestAuthority.in(directory, "authority");
        List<Issued> certificates = List.of(authority.server("one"), authority.server("two"));
        var stop = new AtomicBoolean();
        var done = new AtomicInteger();
        try (WeirFile weir = WeirFile.start(directory, load(0), settings(0, certificates));
                WireClient console = weir.console();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String user = "user" + i % 3;
                boolean isEncrypted = i % 10 == 0;
                running.add(
                        clients.submit(() -> {
                            if (isEncrypted) {
                                workEncrypted(weir, authority, stop, done);
                            } else {
                                work(weir, user, stop, done);
                            }
                            return null;
                        }));
            }
            try {
                for (int i = 1; i <= RELOADS; i++) {
                    weir.write(load(i), settings(i, certificates));
                    reload(console);
                    if (i % 10 == 0) {
                        refusesToReload(weir, console);
                    }
                    awaitMore(done);
                }
                weir.write(load(0), settings(0, certificates));
                reload(console);
            } finally {
                stop.set(true);
            }
            for (Future<?> client : running) {
                client.get();
            }
            System.out.printf(
                    "%d reloads under %d clients: %d transactions%n", RELOADS, CLIENTS, done.get());
            await().untilAsserted(() ->
                    assertThat(
                                    weir.weir().pools().all().stream()
                                            .mapToInt(pool -> pool.clients())
                                            .sum())
                            .isZero());
            // a pool that nobody may enter any more is forgotten
            await().untilAsserted(() -> assertThat(weir.weir().pools().all()).hasSize(1));
        }
    }

    /** A broken file changes nothing. */
    private static void refusesToReload(WeirFile weir, WireClient console) {
        List<Message> before = console.query("SHOW CONFIG");
        weir.writeAsIs(
                "[databases]\nother = host=a\n[pgbouncer]\nlisten_addr = *\npool_mdoe = x\n");
        assertThat(error(console.query("RELOAD"))).startsWith("F0000 RELOAD failed");
        assertThat(names(console.query("SHOW CONFIG"))).isEqualTo(names(before));
        assertThat(rows(console.query("SHOW DATABASES")))
                .extracting(row -> row.get("name"))
                .contains("app")
                .doesNotContain("other");
    }

    private static List<String> names(List<Message> config) {
        return rows(config).stream().map(row -> row.get("key") + "=" + row.get("value")).toList();
    }

    private static String[] settings(int i, List<Issued> certificates) {
        Issued now = certificates.get(i % certificates.size());
        return new String[] {
            "max_client_conn = 1000",
            "default_pool_size = " + (1 + i % 4),
            "client_tls_sslmode = allow",
            "client_tls_cert_file = " + now.certificate(),
            "client_tls_key_file = " + now.key()
        };
    }

    private static String load(int i) {
        String app =
                "app = host=%s port=%d dbname=postgres user=postgres password=%s %s"
                        .formatted(
                                i / 3 % 2 == 0 ? "127.0.0.1" : "localhost",
                                node().port(),
                                "secret" + i % 7, // trusted, so it is not looked at
                                i % 5 == 0 ? "timezone=UTC" : "");
        return app + (i % 2 == 0 ? "" : "\nextra" + i + " = " + entry("min_pool_size=1"));
    }

    /** Some work is done between one RELOAD and the next. */
    private static void awaitMore(AtomicInteger done) {
        int before = done.get();
        await().pollInterval(Duration.ofMillis(1)).until(() -> done.get() > before + 4);
    }

    /** Works until it is told to stop, now and then on a new connection. */
    private static void work(WeirFile weir, String user, AtomicBoolean stop, AtomicInteger done) {
        while (!stop.get()) {
            try (WireClient client = weir.client(user, "app")) {
                for (int i = 0; i < 20 && !stop.get(); i++) {
                    assertThat(tags(client.query("BEGIN; SELECT 1; COMMIT"))).isEqualTo("CTDCCZ");
                    client.send(
                            Wire.parse("p", "SELECT $1::text"),
                            Wire.bind("", "p", "x"),
                            Wire.execute("", 0),
                            Wire.closeStatement("p"),
                            Wire.sync());
                    assertThat(tags(client.readUntilReady())).isEqualTo("12DC3Z");
                    done.incrementAndGet();
                }
            }
        }
    }

    /** As {@link #work}, by a driver that looks at the certificate. */
    private static void workEncrypted(
            WeirFile weir, TestAuthority authority, AtomicBoolean stop, AtomicInteger done)
            throws SQLException {
        String url =
                "jdbc:postgresql://localhost:"
                        + weir.port()
                        + "/app?user=user0&sslmode=verify-full&sslrootcert="
                        + authority.file();
        while (!stop.get()) {
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                for (int i = 0; i < 20 && !stop.get(); i++) {
                    assertThat(statement.execute("SELECT 1")).isTrue();
                    done.incrementAndGet();
                }
            }
        }
    }

    /** What is answered, but for the new values of reported parameters. */
    private static String tags(List<Message> answer) {
        return Answers.tags(answer).replace("S", "");
    }
}
