package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Weir in a JVM of its own, with the options of the launcher: for what a test could not survive
 * in its own JVM.
 */
final class WeirJvm implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Pattern PORT = Pattern.compile("process up:.* port=([0-9]+)");

    private final Path said;
    private final Process process;
    private int port;

    private WeirJvm(Path said, Process process) {
        this.said = said;
        this.process = process;
    }

    /** Starts one as an operator does, and waits until it listens. */
    static WeirJvm serving(Path directory, List<String> options, String databases, String... lines)
            throws IOException {
        WeirJvm weir = start(directory, options, databases, lines, "dev.weir.app.Main", "run");
        weir.port();
        return weir;
    }

    /** Starts one as an operator does, and does not wait. */
    static WeirJvm starting(Path directory, String... lines) throws IOException {
        return start(directory, List.of(), "* = host=127.0.0.1", lines, "dev.weir.app.Main", "run");
    }

    /** Starts a main class that takes the configuration, then one more word. */
    static WeirJvm dying(Path directory, String what, String... lines) throws IOException {
        return start(
                directory,
                List.of(),
                "* = host=127.0.0.1",
                lines,
                "dev.weir.app.DyingProcess",
                "",
                what);
    }

    private static WeirJvm start(
            Path directory,
            List<String> options,
            String databases,
            String[] lines,
            String mainClass,
            String verb,
            String... more)
            throws IOException {
        Path ini = directory.resolve("weir.ini");
        Files.writeString(
                ini,
                """
                [databases]
                %s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = 0
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                admin_users = postgres
                %s
                """
                        .formatted(databases, String.join("\n", lines)));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(launcherOptions());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        if (!verb.isEmpty()) {
            command.add(verb);
        }
        command.add(ini.toString());
        command.addAll(List.of(more));
        Path said = directory.resolve("said");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        return new WeirJvm(said, process);
    }

    /** What stands between the brackets of {@code options=( … )}. */
    private static List<String> launcherOptions() throws IOException {
        String text = Files.readString(Path.of("../src/dist/options"));
        int begin = text.indexOf("options=(") + "options=(".length();
        return List.of(text.substring(begin, text.indexOf(')', begin)).strip().split("\\s+"));
    }

    /** Its port; waits until it listens. */
    int port() {
        if (port == 0) {
            port = awaitPort();
        }
        return port;
    }

    private int awaitPort() {
        await().atMost(LIMIT)
                .failFast(() -> assertThat(process.isAlive()).as(said()).isTrue())
                .until(() -> PORT.matcher(said()).find());
        Matcher line = PORT.matcher(said());
        assertThat(line.find()).isTrue();
        return Integer.parseInt(line.group(1));
    }

    WireClient client(String database) {
        WireClient client = WireClient.connect("127.0.0.1", port());
        client.login("postgres", database);
        return client;
    }

    /** All that it has logged. */
    String said() {
        try {
            return Files.readString(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of the process. */
    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has ended; returns its status. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as(said()).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
