package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests PgBouncer's command line, pid file and log with a process that the launcher started. */
@Timeout(120)
final class CommandLineIT extends ProcessTests {
    /** The format that scripts reading PgBouncer's log expect. */
    private static final String LINE =
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} [A-Z][^ ]* \\[\\d+] "
                    + "(FATAL|ERROR|WARNING|LOG|DEBUG|NOISE) .+";

    @Test
    void runsInTheBackgroundAndRefusesASecond() throws IOException, InterruptedException {
        int port = WeirProcess.configure(directory, cluster.primary());
        String[] daemon = WeirProcess.asNobody("-qd", "weir.ini");
        assertThat(WeirProcess.run(directory, daemon)).isEqualTo("exit 0");
        Path pidFile = directory.resolve("weir.pid");
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        try (WireClient client = WireClient.connect("127.0.0.1", port)) {
            client.login("postgres", "postgres"); // Weir is up when the launcher returns
            String[] second = WeirProcess.asNobody("-d", "weir.ini");
            assertThat(WeirProcess.run(directory, second))
                    .contains("FATAL pidfile", "another instance running?", "exit 1");
        } finally {
            WeirProcess.kill("QUIT", pid);
        }
        await().atMost(WeirProcess.LIMIT).until(() -> Files.notExists(pidFile));
    }

    @Test
    void removesAStalePidFile() throws IOException, InterruptedException {
        int port = WeirProcess.configure(directory, cluster.primary());
        Path pidFile = directory.resolve("weir.pid");
        Files.writeString(pidFile, "4194304\n");
        try (WeirProcess weir = WeirProcess.start(directory, port)) {
            assertThat(pidFile).hasContent(weir.pid() + "\n");
        }
    }

    @Test
    void pgbouncersFormRefusesRootAndRunWarns() throws IOException, InterruptedException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        int port = WeirProcess.configure(directory, cluster.primary());
        assertThat(WeirProcess.run(directory, "weir.ini"))
                .contains("FATAL Weir should not run as root", "exit 1");
        try (WeirProcess weir = WeirProcess.start(directory, port)) {
            assertThat(weir.lines()).anyMatch(line -> line.contains("WARNING running_as_root"));
        }
    }

    @Test
    void becomesTheUserOfTheConfiguration() throws IOException, InterruptedException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        int port = WeirProcess.configure(directory, cluster.primary(), "user = nobody");
        try (WeirProcess weir = WeirProcess.start(directory, port, Map.of(), "-q", "weir.ini")) {
            Path status = Path.of("/proc/" + weir.pid() + "/status");
            assertThat(Files.readAllLines(status))
                    .anyMatch(line -> line.matches("Uid:(\\s+65534){4}"));
            try (WireClient client = weir.client()) {
                assertThat(client.query("select 1").toString()).contains("SELECT 1");
            }
        }
    }

    @Test
    void saysItsVersionAsPgbouncerDoes() throws IOException, InterruptedException {
        assertThat(WeirProcess.run(directory, "-V")).startsWith("PgBouncer 1.25.2 (Weir ");
        assertThat(WeirProcess.run(directory, "-h")).contains("--daemon", "exit 0");
        assertThat(WeirProcess.run(directory, "-x", "weir.ini"))
                .contains("unknown option: -x", "exit 1");
    }

    /** The library takes longer to read the commands than Weir to read its file. */
    @Test
    void theServersWayLoadsNothingOfTheLibraryOfCommands()
            throws IOException, InterruptedException {
        Files.writeString(directory.resolve("weir.ini"), "[weir]\nlisten_prot = 1\n");
        assertThat(classesLoaded("weir.ini"))
                .contains("dev.weir.app.ConfigLocation ")
                .doesNotContain("picocli");
        assertThat(classesLoaded("run", "weir.ini")).doesNotContain("picocli");
        assertThat(classesLoaded("health", "weir.ini")).doesNotContain("picocli");
        assertThat(classesLoaded("env", "weir.ini")).contains("picocli");
    }

    private String classesLoaded(String... words) throws IOException, InterruptedException {
        Path classes = directory.resolve("classes");
        String options = "-XX:TieredStopAtLevel=1 -Xlog:class+load:file=" + classes;
        WeirProcess.launch(directory, Map.of("WEIR_JAVA_OPTS", options), words).waitFor();
        return Files.readString(classes);
    }

    @Test
    void aBrokenFileIsFatal() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("weir.ini"), "[pgbouncer]\nlisten_prot = 1\n");
        assertThat(WeirProcess.run(directory, WeirProcess.asNobody("weir.ini")))
                .contains("ERROR weir.ini:2: ", "FATAL cannot load config file", "exit 1");
    }

    @Test
    void logsEachEventInALineOfPgbouncersForm() throws IOException, InterruptedException {
        int port =
                WeirProcess.configure(
                        directory, cluster.primary(), "stats_period = 1", "admin_users = boss");
        try (WeirProcess weir = WeirProcess.start(directory, port)) {
            try (WireClient client = weir.client()) {
                client.query("select 1");
            }
            try (WireClient nobody = WireClient.connect("127.0.0.1", port)) {
                nobody.startup(Map.of("user", "ann", "database", "nowhere"));
                nobody.isClosedByPeer();
            }
            weir.awaitLog("postgres/postgres@127.0.0.1:");
            weir.awaitLog("login attempt: db=postgres user=postgres tls=no replication=no");
            weir.awaitLog("new connection to server (from 127.0.0.1:");
            weir.awaitLog("closing because: client unexpected eof (age=");
            weir.awaitLog("nowhere/ann@127.0.0.1:");
            weir.awaitLog("pooler error: ");
            weir.awaitLog("LOG stats: ");
            List<String> lines = weir.lines();
            assertThat(lines).allMatch(line -> line.matches(LINE));
            assertThat(lines)
                    .anyMatch(line -> line.matches(".* LOG C-0x[0-9a-f]+: postgres/postgres@.*"))
                    .anyMatch(line -> line.matches(".* LOG S-0x[0-9a-f]+: postgres/postgres@.*"));
        }
    }

    /** Reads what is said until the login has failed or succeeded. */
    private static void hearsOut(WireClient client) {
        Message next = client.read();
        while (next.tag() != 'E' && next.tag() != 'Z') {
            next = client.read();
        }
    }

    /** A name can hold anything, and so can an error of the server; an event stays one line. */
    @Test
    void namesBreakNoLineOfTheLog() throws IOException {
        String name = "x\r\n2026-11-25 04:27:09.113 UTC [1] LOG forged\u001b[2J";
        int port = WeirProcess.configure(directory, cluster.primary(), "verbose = 2");
        try (WeirProcess weir = WeirProcess.start(directory, port)) {
            List<Map<String, String>> startups =
                    List.of(
                            Map.of("user", name, "database", "postgres"),
                            Map.of("user", "bob", "database", name),
                            Map.of("user", "bob", "database", "postgres", "search_path", name),
                            Map.of(
                                    "user",
                                    "bob",
                                    "database",
                                    "postgres",
                                    "application_name",
                                    name));
            for (Map<String, String> startup : startups) {
                try (WireClient client = WireClient.connect("127.0.0.1", port)) {
                    client.startup(startup);
                    client.send(Wire.query("select \"" + name + '"'));
                    hearsOut(client);
                }
            }
            weir.awaitLog("invalid value for parameter \"search_path\"");
            assertThat(weir.lines()).allMatch(line -> line.matches(LINE));
        }
    }
}
