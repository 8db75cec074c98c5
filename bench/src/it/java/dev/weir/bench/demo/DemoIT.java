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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./weir} and its demo, as a user starts them. */
@Timeout(120)
final class DemoIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path LAUNCHER = Path.of("..", "weir").toAbsolutePath().normalize();

    /** What a run of the launcher said, and how it ended. */
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
                .contains("demo_replica_1 shows")
                .contains("everything removed");
        assertThat(run.status()).isZero();
        assertThat(listens(postgresPort(run.said()))).isFalse();
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

            demo.toHandle().destroy(); // and not demo.destroy(), which would close its output

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
        Files.writeString(folder.resolve("my.ini"), "[databases]\na = host=127.0.0.1\n[weir]\n");
        ProcessBuilder builder = builder(link, "check", "--offline", "my.ini").directory(folder.toFile());
        Run run = end(builder.start());
        assertThat(run.said()).contains("my.ini: no mistakes found");
        assertThat(run.status()).isZero();
    }

    @Test
    void refusesAWordThatIsNoCommand() throws IOException, InterruptedException {
        Run run = run(LAUNCHER, "dmeo");
        assertThat(run.said()).contains("unknown command: dmeo").contains("usage: weir demo");
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
        // Maven has just built it, and is at it still.
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
