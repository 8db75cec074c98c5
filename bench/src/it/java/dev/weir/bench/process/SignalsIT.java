package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests each signal with a process that the launcher started: what happens, and what is logged. */
@Timeout(120)
final class SignalsIT extends ProcessTests {
    private WeirProcess weir(String... lines) throws IOException {
        int port = WeirProcess.configure(directory, cluster.primary(), lines);
        return WeirProcess.start(directory, port);
    }

    private static boolean answers(WeirProcess weir) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), weir.port())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void hupReadsTheConfigurationAndOpensTheLogAgain() throws IOException, InterruptedException {
        try (WeirProcess weir = weir()) {
            Path log = directory.resolve("weir.log");
            Path rotated = directory.resolve("weir.log.1");
            Files.move(log, rotated);
            WeirProcess.configure(
                    directory, cluster.primary(), weir.port(), "default_pool_size = 7");
            weir.signal("HUP");
            await().atMost(WeirProcess.LIMIT).until(() -> Files.exists(log));
            await().atMost(WeirProcess.LIMIT)
                    .untilAsserted(() -> assertThat(poolSize(weir)).isEqualTo("7"));
            assertThat(rotated).content().contains("LOG got SIGHUP, re-reading config");
            weir.awaitLog("login attempt: db=pgbouncer");
        }
    }

    private static String poolSize(WeirProcess weir) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + weir.port() + "/pgbouncer";
        try (Connection console = DriverManager.getConnection(url, "postgres", "");
                ResultSet rows = console.createStatement().executeQuery("SHOW CONFIG")) {
            while (rows.next()) {
                if (rows.getString("key").equals("default_pool_size")) {
                    return rows.getString("value");
                }
            }
            return "none";
        }
    }

    @Test
    void termLetsClientsFinishAndTakesNoMore() throws IOException, InterruptedException {
        try (WeirProcess weir = weir()) {
            try (WireClient client = weir.client()) {
                weir.signal("TERM");
                weir.awaitLog("LOG got SIGTERM, shutting down, waiting for all clients disconnect");
                await().atMost(WeirProcess.LIMIT).until(() -> !answers(weir));
                assertThat(client.query("select 1").toString()).contains("SELECT 1");
            }
            assertThat(weir.awaitEnd()).isZero();
            assertThat(directory.resolve("weir.pid")).doesNotExist();
        }
    }

    /** With a limit, clients leave between transactions, and when it is over all the rest. */
    @Test
    void termWithALimitLetsGoWhoHasNoTransaction() throws IOException, InterruptedException {
        try (WeirProcess weir = weir("shutdown_timeout = 3", "stats_users = watch")) {
            try (WireClient idle = weir.client();
                    WireClient inside = weir.client();
                    WireClient stuck = weir.client();
                    WireClient console = weir.client("pgbouncer")) {
                inside.query("begin");
                stuck.query("begin");
                weir.signal("TERM");
                assertThat(idle.read().summary()).startsWith("E 57P01");
                await().atMost(WeirProcess.LIMIT).until(() -> !answers(weir));
                assertThat(inside.query("commit").toString()).contains("COMMIT");
                assertThat(inside.read().summary()).startsWith("E 57P01");
                assertThat(stuck.query("select 1").toString()).contains("SELECT 1");
                assertThat(stuck.read().summary()).startsWith("E 57P01");
                assertThat(weir.awaitEnd()).isZero();
                assertThat(console.isClosedByPeer()).isTrue();
                assertThat(weir.lines())
                        .anyMatch(line -> line.endsWith("WARNING shutdown_timeout clients=1"));
            }
        }
    }

    /** Neither a console nor somebody who has not logged in keeps the process. */
    @Test
    void termWithALimitEndsWithTheLastClient() throws IOException, InterruptedException {
        try (WeirProcess weir = weir("shutdown_timeout = 600", "tcp_defer_accept = 0");
                WireClient console = weir.client("pgbouncer");
                WireClient stranger = WireClient.connect("127.0.0.1", weir.port())) {
            try (WireClient client = weir.client()) {
                client.query("begin");
                weir.signal("INT");
                weir.awaitLog("got SIGINT");
                assertThat(client.query("commit").toString()).contains("COMMIT");
                assertThat(client.read().summary()).startsWith("E 57P01");
            }
            assertThat(weir.awaitEnd()).isZero();
            assertThat(console.isClosedByPeer()).isTrue();
            assertThat(stranger.socket().isClosed()).isFalse();
        }
    }

    @Test
    void aSecondTermEndsAtOnce() throws IOException, InterruptedException {
        try (WeirProcess weir = weir();
                WireClient client = weir.client()) {
            weir.signal("TERM");
            weir.awaitLog("got SIGTERM, shutting down");
            weir.signal("TERM");
            assertThat(weir.awaitEnd()).isZero();
            assertThat(weir.lines())
                    .anyMatch(line -> line.endsWith("got SIGTERM while shutting down, fast exit"));
            assertThat(client.socket().isClosed())
                    .isFalse(); // the client's end is open: Weir closed the connection
        }
    }

    @Test
    void intWaitsForServersOnly() throws IOException, InterruptedException {
        try (WeirProcess weir = weir();
                WireClient client = weir.client()) {
            client.query("begin");
            weir.signal("INT");
            weir.awaitLog(
                    "LOG got SIGINT, shutting down, waiting for all servers connections to be"
                            + " released");
            assertThat(weir.isAlive()).isTrue();
            client.query("commit");
            assertThat(weir.awaitEnd()).isZero();
        }
    }

    @Test
    void quitEndsAtOnceAndCleansUp() throws IOException, InterruptedException {
        try (WeirProcess weir = weir();
                WireClient client = weir.client()) {
            client.query("begin");
            weir.signal("QUIT");
            assertThat(weir.awaitEnd()).isZero();
            assertThat(weir.lines()).anyMatch(line -> line.endsWith("LOG got SIGQUIT, fast exit"));
            assertThat(directory.resolve("weir.pid")).doesNotExist();
        }
    }

    @Test
    void usr1PausesAndUsr2GoesOn() throws IOException, InterruptedException {
        try (WeirProcess weir = weir();
                WireClient client = weir.client()) {
            weir.signal("USR2");
            weir.awaitLog("LOG got SIGUSR2, but not paused/suspended");
            weir.signal("USR1");
            weir.awaitLog("LOG got SIGUSR1, pausing all activity");
            weir.signal("USR1");
            weir.awaitLog("LOG got SIGUSR1, but already paused/suspended");
            var answer = CompletableFuture.supplyAsync(() -> client.query("select 1"));
            assertThat(answer).isNotDone();
            weir.signal("USR2");
            weir.awaitLog("LOG got SIGUSR2, continuing from PAUSE");
            assertThat(answer.join().toString()).contains("SELECT 1");
            weir.signal("TERM");
            weir.awaitLog("got SIGTERM, shutting down");
            weir.signal("USR2");
            weir.awaitLog("LOG got SIGUSR2 while shutting down, ignoring");
        }
    }

    /** A container that starts java directly handles all signals except QUIT. */
    @Test
    void withoutTheLauncherTermWorksToo() throws IOException, InterruptedException {
        int port = WeirProcess.configure(directory, cluster.primary());
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process =
                new ProcessBuilder(
                                java.toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.weir.app.Main",
                                "run",
                                "weir.ini")
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("said").toFile())
                        .start();
        try {
            Path log = directory.resolve("weir.log");
            for (Map.Entry<String, String> signal :
                    Map.of("USR1", "pausing all", "HUP", "re-reading").entrySet()) {
                awaitLine(log, "process up");
                WeirProcess.kill(signal.getKey(), process.pid());
                awaitLine(log, signal.getValue());
            }
            WeirProcess.kill("TERM", process.pid());
            assertThat(process.waitFor()).isZero();
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                    .isInstanceOf(IOException.class);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitLine(Path log, String text) {
        await().atMost(WeirProcess.LIMIT)
                .until(() -> Files.exists(log) && Files.readString(log).contains(text));
    }
}
