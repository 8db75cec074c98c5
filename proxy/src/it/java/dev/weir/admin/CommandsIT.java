package dev.weir.admin;

import static dev.weir.admin.Answers.error;
import static dev.weir.admin.Answers.row;
import static dev.weir.admin.Answers.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CommandsIT {
    @TempDir private Path directory;
    private WeirFile weir;
    private WireClient console;

    @BeforeEach
    void start() {
        weir = WeirFile.start(directory, databases(), "worker_loops = 2", "suspend_timeout = 1");
        console = weir.console();
    }

    @AfterEach
    void stop() {
        console.close();
        weir.close();
    }

    private static PgNode node() {
        return SharedPostgres.node();
    }

    private static String databases() {
        return "app = " + entry(node().port()) + "\nother = " + entry(node().port());
    }

    private static String entry(int port) {
        return "host=127.0.0.1 port=%d dbname=postgres user=postgres password=postgres"
                .formatted(port);
    }

    private WireClient client() {
        return weir.client("one", "app");
    }

    private static void does(WireClient console, String command) {
        assertThat(console.query(command).getFirst().summary())
                .isEqualTo("C " + command.split(" ", 2)[0]);
    }

    // --- rights and errors ----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PAUSE nowhere        | 08P01 no such database: nowhere",
                "PAUSE pgbouncer      | 08P01 cannot pause admin db: pgbouncer",
                "KILL nowhere         | 08P01 no such database: nowhere",
                "KILL pgbouncer       | 08P01 cannot kill admin db: pgbouncer",
                "RECONNECT nowhere    | 08P01 no such database: nowhere",
                "RECONNECT pgbouncer  | 08P01 cannot reconnect admin db: pgbouncer",
                "WAIT_CLOSE nowhere   | 08P01 no such database: nowhere",
                "WAIT_CLOSE pgbouncer | 08P01 cannot wait in admin db: pgbouncer",
                "DISABLE              | 08P01 a database is required",
                "DISABLE nowhere      | 08P01 no such database: nowhere",
                "DISABLE pgbouncer    | 08P01 cannot disable admin db: pgbouncer",
                "ENABLE               | 08P01 a database is required",
                "ENABLE nowhere       | 08P01 no such database: nowhere",
                "ENABLE pgbouncer     | 08P01 cannot enable admin db: pgbouncer",
                "RESUME               | 08P01 pooler is not paused/suspended",
                "RESUME app           | 08P01 database app is not paused",
                "RESUME nowhere       | 08P01 no such database: nowhere",
                "KILL_CLIENT x        | 08P01 invalid client pointer supplied",
                "KILL_CLIENT 99999    | 08P01 client not found",
                "RELOAD app           | 08P01 invalid command 'RELOAD app', use SHOW HELP;",
                "SUSPEND app          | 08P01 invalid command 'SUSPEND app', use SHOW HELP;",
                "SHUTDOWN soon        | 08P01 invalid command 'SHUTDOWN soon', use SHOW HELP;",
                "BEGIN                | 08P01 invalid command 'BEGIN', use SHOW HELP;",
            })
    void refusesAsPgBouncerDoes(String command, String error) {
        assertThat(error(console.query(command))).isEqualTo(error);
        assertThat(row(console.query("SHOW STATE"), "key", "active")).containsEntry("value", "yes");
    }

    @Test
    void refusesNamesThatAreTooLong() {
        assertThat(error(console.query("PAUSE " + "x".repeat(64))))
                .isEqualTo("08P01 bad arguments");
        assertThat(error(console.query("SET logfile = '" + "x".repeat(256) + "'")))
                .isEqualTo("08P01 bad arguments");
    }

    @ParameterizedTest
    @CsvSource({
        "PAUSE",
        "RESUME",
        "SUSPEND",
        "RELOAD",
        "RECONNECT",
        "DISABLE app",
        "ENABLE app",
        "KILL",
        "KILL_CLIENT 1",
        "WAIT_CLOSE",
        "SHUTDOWN",
        "SET verbose = 1",
        "SHOW FDS"
    })
    void letsOnlyAdministratorsAct(String command) {
        try (WireClient looker = weir.client("looker", "pgbouncer")) {
            assertThat(error(looker.query(command))).isEqualTo("08P01 admin access needed");
        }
    }

    // --- PAUSE and RESUME -----------------------------------------------------------------------

    @Test
    void pausesWhenTheLastConnectionIsClosed() {
        try (WireClient busy = client();
                WireClient other = weir.client("one", "other")) {
            busy.query("BEGIN");
            console.send(Wire.query("PAUSE app"));
            try (WireClient second = weir.console()) {
                await().untilAsserted(() ->
                        assertThat(row(second.query("SHOW DATABASES"), "name", "app"))
                                .containsEntry("paused", "1"));
                assertThat(busy.query("SELECT 1").get(1).row()).containsExactly("1");
                assertThat(console.tryRead(Duration.ofMillis(50))).isNull();
                busy.query("COMMIT");
                assertThat(Answers.tags(console.readUntilReady())).isEqualTo("CZ");
                assertThat(rows(second.query("SHOW SERVERS")))
                        .noneMatch(server -> "app".equals(server.get("database")));
                busy.send(Wire.query("SELECT 2"));
                assertThat(other.query("SELECT 3").get(1).row()).containsExactly("3");
                await().untilAsserted(() ->
                        assertThat(row(second.query("SHOW POOLS"), "database", "app"))
                                .containsEntry("cl_waiting", "1"));
                does(console, "RESUME app");
                assertThat(busy.readUntilReady().get(1).row()).containsExactly("2");
            }
        }
    }

    @Test
    void pausesAllAndSaysSo() {
        does(console, "PAUSE");
        assertThat(row(console.query("SHOW STATE"), "key", "paused")).containsEntry("value", "yes");
        for (String command : List.of("PAUSE", "PAUSE app", "SUSPEND", "KILL", "KILL app")) {
            assertThat(error(console.query(command))).isEqualTo("08P01 already suspended/paused");
        }
        does(console, "RESUME");
        assertThat(row(console.query("SHOW STATE"), "key", "active")).containsEntry("value", "yes");
    }

    @Test
    void givesUpAPauseThatIsCancelled() {
        try (WireClient busy = client()) {
            busy.query("BEGIN");
            console.send(Wire.query("PAUSE"));
            try (WireClient second = weir.console()) {
                await().untilAsserted(() ->
                        assertThat(row(second.query("SHOW STATE"), "key", "paused"))
                                .containsEntry("value", "yes"));
                WireClient.cancel("127.0.0.1", weir.port(), console.processId(), console.secret());
                assertThat(error(console.readUntilReady()))
                        .isEqualTo("57014 canceling statement due to user request");
                assertThat(row(second.query("SHOW STATE"), "key", "active"))
                        .containsEntry("value", "yes");
            }
            busy.query("COMMIT");
        }
    }

    /** As an operator does who moves a database to another machine. */
    @Test
    void movesADatabaseUnderLoadWithoutAnError() {
        Optional<Path> pgbench = Tools.find("pgbench");
        assumeTrue(pgbench.isPresent(), "pgbench is not installed");
        Path script = directory.resolve("script.sql");
        try (Link oldHome = Link.to(node());
                Link newHome = Link.to(node())) {
            Files.writeString(script, "BEGIN; SELECT 1; COMMIT;\nSELECT 2;\n");
            weir.write(
                    "app = " + entry(oldHome.port()), "default_pool_size = 5", "worker_loops = 2");
            does(console, "RELOAD");
            CompletableFuture<Tools.Result> running =
                    CompletableFuture.supplyAsync(() -> bench(pgbench.get(), script));
            await().until(() -> oldHome.bytesToClient() > 30_000);
            does(console, "PAUSE app");
            assertThat(oldHome.connections()).isZero();
            oldHome.refuse(true);
            weir.write(
                    "app = " + entry(newHome.port()), "default_pool_size = 5", "worker_loops = 2");
            does(console, "RELOAD");
            does(console, "RESUME app");
            Tools.Result result = running.join();
            assertThat(result.err()).doesNotContain("error").doesNotContain("aborted");
            assertThat(result.exit()).isZero();
            assertThat(newHome.bytesToClient()).isPositive();
            assertThat(result.out()).contains("number of failed transactions: 0 ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Tools.Result bench(Path pgbench, Path script) {
        return Tools.run(
                Duration.ofSeconds(60),
                pgbench.toString(),
                "-n",
                "-f",
                script.toString(),
                "-c",
                "50",
                "-t",
                "20",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(weir.port()),
                "-U",
                "one",
                "app");
    }

    // --- connections and clients ----------------------------------------------------------------

    @Test
    void replacesConnectionsAndWaitsForTheEndOfTheOldOnes() {
        try (WireClient busy = client()) {
            busy.query("BEGIN");
            String pid = busy.query("SELECT pg_backend_pid()").get(1).row().getFirst();
            does(console, "RECONNECT app");
            console.send(Wire.query("WAIT_CLOSE app"));
            assertThat(console.tryRead(Duration.ofMillis(50))).isNull();
            busy.query("COMMIT");
            assertThat(console.readUntilReady().getFirst().commandTag()).isEqualTo("WAIT_CLOSE");
            assertThat(busy.query("SELECT pg_backend_pid()").get(1).row()).doesNotContain(pid);
        }
    }

    @Test
    void killsADatabaseAndLeavesItPaused() {
        try (WireClient idle = client();
                WireClient busy = client();
                WireClient other = weir.client("one", "other")) {
            busy.query("BEGIN");
            does(console, "KILL app");
            assertThat(error(List.of(idle.read()))).isEqualTo("57P01 database removed");
            assertThat(error(List.of(busy.read()))).isEqualTo("57P01 database removed");
            assertThat(other.query("SELECT 1").get(1).row()).containsExactly("1");
            assertThat(row(console.query("SHOW DATABASES"), "name", "app"))
                    .containsEntry("paused", "1");
            does(console, "RESUME app");
            try (WireClient again = client()) {
                assertThat(again.query("SELECT 1").get(1).row()).containsExactly("1");
            }
        }
    }

    @Test
    void killsOneClientByItsId() {
        try (WireClient victim = weir.client("victim", "app");
                WireClient other = client()) {
            String id = row(console.query("SHOW CLIENTS"), "user", "victim").get("id");
            does(console, "KILL_CLIENT " + id);
            assertThat(error(List.of(victim.read()))).isEqualTo("57P01 admin forced disconnect");
            assertThat(other.query("SELECT 1").get(1).row()).containsExactly("1");
        }
    }

    @Test
    void disablesADatabaseForNewClients() {
        try (WireClient here = client()) {
            does(console, "DISABLE app");
            assertThatThrownBy(this::client).hasMessageContaining("database \"app\" is disabled");
            assertThat(here.query("SELECT 1").get(1).row()).containsExactly("1");
            assertThat(row(console.query("SHOW DATABASES"), "name", "app"))
                    .containsEntry("disabled", "1");
            does(console, "ENABLE app");
            client().close();
        }
    }

    // --- SUSPEND --------------------------------------------------------------------------------

    @Test
    void readsNobodyWhileSuspended() {
        try (WireClient here = client()) {
            here.query("SELECT 1");
            does(console, "SUSPEND");
            assertThat(row(console.query("SHOW STATE"), "key", "suspended"))
                    .containsEntry("value", "yes");
            here.send(Wire.query("SELECT 2"));
            assertThat(here.tryRead(Duration.ofMillis(100))).isNull();
            does(console, "RESUME");
            assertThat(here.readUntilReady().get(1).row()).containsExactly("2");
            client().close();
        }
    }

    @Test
    void resumesWhenTheLastConsoleLeavesWhileSuspended() {
        try (WireClient here = client()) {
            does(console, "SUSPEND");
            here.send(Wire.query("SELECT 2"));
            console.close();
            assertThat(here.readUntilReady().get(1).row()).containsExactly("2");
        }
    }

    @Test
    void refusesToSuspendWithPausedDatabases() {
        does(console, "PAUSE app");
        assertThat(error(console.query("SUSPEND")))
                .isEqualTo("08P01 cannot suspend with paused databases");
    }

    // --- SHUTDOWN -------------------------------------------------------------------------------

    @Test
    void shutsDownAtOnce() throws InterruptedException {
        try (WireClient here = client()) {
            console.send(Wire.query("SHUTDOWN"));
            weir.weir().awaitEnd();
            assertThat(here.read().sqlState()).isEqualTo("57P01");
        }
    }

    @Test
    void shutsDownWhenTheLastClientHasLeft() throws InterruptedException {
        WireClient here = client();
        does(console, "SHUTDOWN WAIT_FOR_CLIENTS");
        assertThatThrownBy(this::client).isInstanceOf(RuntimeException.class);
        assertThat(error(console.query("RESUME"))).isEqualTo("08P01 pooler is shutting down");
        assertThat(here.query("SELECT 1").get(1).row()).containsExactly("1");
        console.close();
        assertThat(here.query("SELECT 2").get(1).row()).containsExactly("2");
        here.close();
        weir.weir().awaitEnd();
    }

    @Test
    void shutsDownWhenAllServersWereGivenBack() throws InterruptedException {
        WireClient busy = client();
        busy.query("BEGIN");
        WireClient waiting = client();
        does(console, "SHUTDOWN WAIT_FOR_SERVERS");
        waiting.send(Wire.query("SELECT 1"));
        assertThat(error(List.of(waiting.read()))).isEqualTo("57P01 server shutting down");
        List<Message> answer = busy.query("SELECT 2");
        assertThat(answer.get(1).row()).containsExactly("2");
        busy.query("COMMIT");
        weir.weir().awaitEnd();
        busy.close();
        waiting.close();
    }
}
