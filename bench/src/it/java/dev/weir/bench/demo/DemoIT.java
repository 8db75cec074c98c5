package dev.weir.bench.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code ./weir} and its demo, started as a user starts them. */
@Timeout(120)
final class DemoIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path LAUNCHER = Path.of("..", "weir").toAbsolutePath().normalize();

    /** The output of one run of the launcher, and its exit status. */
    private record Run(int status, String said) {}

    @Test
    void givesTheTourAndLeavesNothing() throws IOException, InterruptedException {
        Run run = run(LAUNCHER, "demo", "--exit", "--port", "0", "--replicas", "1");
        assertThat(run.said().replaceAll("\\s+", " "))
                .contains("showed more than 10 connections")
                .contains("1000000, as before")
                .contains("10,000 times: 0 wrong answers")
                .contains("1,000 times, all over the same 10")
                .contains("57014")
                .contains("next query: fine")
                .contains("not closed but serves other clients")
                .contains("250 writes, 5,000 reads, 0 of them stale")
                .contains("pg_is_in_recovery() says t")
                .contains("It is read again.", " 0 errors.")
                .containsPattern("SWITCHOVER .* [0-9,]+ transactions, 0 errors")
                .containsPattern("rolled back \\(40001\\): 0 are there")
                .contains("0 other errors")
                .contains("everything removed");
        assertCountsByReason(run.said());
        assertLeavesTheReplicaAndReturns(run.said());
        assertExplains(run.said());
        assertThat(run.status()).isZero();
        assertThat(listens(postgresPort(run.said()))).isFalse();
    }

    /**
     * All writes are counted on the primary, all reads on some node, and most of them on the
     * replica.
     */
    private static void assertCountsByReason(String said) {
        long writes = 0;
        long reads = 0;
        long onReplica = 0;
        for (MatchResult line : lines("127\\S+ +(primary|replica) +(\\w+) +([0-9]+)", said)) {
            long count = Long.parseLong(line.group(3));
            writes += line.group(2).equals("writes") ? count : 0;
            reads += line.group(2).equals("writes") ? 0 : count;
            onReplica += line.group(1).equals("replica") ? count : 0;
        }
        assertThat(writes).as("writes in\n%s", said).isEqualTo(250);
        assertThat(reads).as("reads in\n%s", said).isEqualTo(5_000);
        assertThat(onReplica).as("reads of the replica in\n%s", said).isGreaterThan(1_000);
    }

    private static void assertLeavesTheReplicaAndReturns(String said) {
        // seconds, replay, state, lag_ms, reads on it, elsewhere, of primary
        String line = "[0-9.]+ +(paused|goes on) +(up|out) +([0-9]+) +([0-9]+) +[0-9]+ +([0-9]+)";
        List<MatchResult> looks = lines(line, said);
        assertThat(looks).as("looks in\n%s", said).hasSizeGreaterThan(5);
        assertThat(looks.getFirst().group(2)).isEqualTo("up");
        assertThat(Long.parseLong(looks.getFirst().group(4))).as("reads before").isPositive();
        assertThat(looks)
                .as("it is left in\n%s", said)
                .anySatisfy(look -> {
                    assertThat(look.group(1)).isEqualTo("paused");
                    assertThat(look.group(2)).isEqualTo("out");
                    assertThat(Long.parseLong(look.group(3))).as("lag").isGreaterThan(1_000);
                    assertThat(Long.parseLong(look.group(4))).as("reads on it").isZero();
                    assertThat(Long.parseLong(look.group(5))).as("of primary").isPositive();
                });
        assertThat(looks.getLast().group(2)).isEqualTo("up");
        assertThat(Long.parseLong(looks.getLast().group(4))).as("reads after").isPositive();
    }

    private static void assertExplains(String said) {
        List<MatchResult> decisions = lines("decision +(primary|replica) ", said);
        assertThat(decisions)
                .extracting(look -> look.group(1))
                .containsExactly("replica", "primary");
    }

    private static List<MatchResult> lines(String pattern, String said) {
        return Pattern.compile("^ +" + pattern, Pattern.MULTILINE).matcher(said).results().toList();
    }

    @Test
    void stopsAndRemovesEverythingOnSigterm() throws IOException, InterruptedException {
        Process demo = start(LAUNCHER, "demo", "--port", "0", "--replicas", "0");
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = demo.inputReader(StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (line != null && !line.contains("weir.ini")) {
                lines.add(line);
                line = reader.readLine();
            }
            String said = String.join("\n", lines);
            assertThat(line).as("the last line of\n%s", said).isNotNull();
            Path file = Path.of(line.strip().split(" ", -1)[1]);
            assertThat(file).exists();
            assertThat(listens(postgresPort(said))).isTrue();

            demo.toHandle().destroy(); // not demo.destroy(), which would close its output

            assertThat(reader.readAllAsString()).contains("Stopped, and everything removed.");
            assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).isEqualTo(128 + 15);
            assertThat(file.getParent()).doesNotExist();
            assertThat(listens(postgresPort(said))).isFalse();
        } finally {
            demo.destroyForcibly();
        }
    }

    @Test
    void saysWhichPortIsTaken() throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Run run = run(LAUNCHER, "demo", "--exit", "--port", String.valueOf(port));
            assertThat(run.said()).contains("cannot listen on 127.0.0.1:" + port, "--port N");
            assertThat(run.status()).isEqualTo(1);
        }
    }

    @Test
    void saysWhatIsWrongWithAnOption() throws IOException, InterruptedException {
        Run run = run(LAUNCHER, "demo", "--replicas", "6");
        assertThat(run.said()).contains("--replicas: 6 (expected: a number from 0 to 5)");
        assertThat(run.status()).isEqualTo(1);
    }

    @Test
    void startsThroughALinkFromAFolderWithABlank(@TempDir Path temporary)
            throws IOException, InterruptedException {
        Path folder = Files.createDirectory(temporary.resolve("a folder"));
        Path link = Files.createSymbolicLink(folder.resolve("weir"), LAUNCHER);
        Files.writeString(
                folder.resolve("my.ini"), "[databases]\na = host=127.0.0.1\n[pgbouncer]\n");
        ProcessBuilder builder =
                builder(link, "check", "--offline", "my.ini").directory(folder.toFile());
        Run run = end(builder.start());
        assertThat(run.said()).contains("my.ini: no mistakes found");
        assertThat(run.status()).isZero();
    }

    @Test
    void refusesAWordThatIsNoCommand() throws IOException, InterruptedException {
        Run run = run(LAUNCHER, "dmeo");
        assertThat(run.said()).contains("unknown command: dmeo").contains("Usage: weir ");
        assertThat(run.status()).isEqualTo(1);
    }

    private static Run run(Path launcher, String... arguments)
            throws IOException, InterruptedException {
        return end(start(launcher, arguments));
    }

    private static Run end(Process process) throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), said);
    }

    private static Process start(Path launcher, String... arguments) throws IOException {
        return builder(launcher, arguments).start();
    }

    private static ProcessBuilder builder(Path launcher, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Maven has just built it, and is still running.
        builder.environment().put("WEIR_BUILD", "never");
        return builder;
    }

    private static int postgresPort(String said) {
        Matcher matcher = Pattern.compile("PostgreSQL [0-9.]+ on 127.0.0.1:([0-9]+)").matcher(said);
        assertThat(matcher.find()).as("the port in\n%s", said).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static boolean listens(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort() != port;
        } catch (IOException taken) {
            return true;
        }
    }
}
