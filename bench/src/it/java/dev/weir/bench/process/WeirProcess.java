package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Ports;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Weir process started by the launcher, as an operator would start it. */
final class WeirProcess implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** The launcher of the checkout, or of an unpacked distribution. */
    static final Path LAUNCHER =
            Path.of(System.getProperty("weir.launcher", "../weir")).toAbsolutePath().normalize();

    /** The PATH of a machine without Java. */
    private static final String PLAIN_PATH = "/usr/bin:/bin";

    /** Tells {@link #launch} the limit of open files; Weir does not know it. */
    private static final String FILES = "WEIR_TEST_FILES";

    /** Has options for the JVM. */
    static final String JAVA_OPTIONS = "WEIR_JAVA_OPTS";

    /** The process lives for seconds, so optimising it does not pay. */
    static final String BRIEF = "-XX:TieredStopAtLevel=1";

    private final Path directory;
    private final int port;
    private final Process process;

    private WeirProcess(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** A directory that every user may write to, because Weir may change its user. */
    static Path folder(Path parent) throws IOException {
        for (Path open : List.of(parent, Files.createTempDirectory(parent, "weir"))) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
            if (!open.equals(parent)) {
                return open;
            }
        }
        throw new AssertionError();
    }

    /** Writes a {@code weir.ini} for a Weir in front of {@code node}; returns its port. */
    static int configure(Path directory, PgNode node, String... lines) throws IOException {
        int port = Ports.free();
        configure(directory, node, port, lines);
        return port;
    }

    static void configure(Path directory, PgNode node, int port, String... lines)
            throws IOException {
        Files.writeString(
                directory.resolve("weir.ini"),
                """
                [databases]
                postgres = host=127.0.0.1 port=%d user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                admin_users = %s
                pool_mode = transaction
                logfile = %s
                pidfile = %s
                %s
                """
                        .formatted(
                                node.port(),
                                PgNode.USER,
                                PgNode.PASSWORD,
                                port,
                                PgNode.USER,
                                directory.resolve("weir.log"),
                                directory.resolve("weir.pid"),
                                String.join("\n", lines)));
    }

    /** Starts the launcher with these arguments, in the directory of the configuration. */
    static Process launch(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        String files = environment.get(FILES);
        if (files != null) {
            command.addAll(List.of("sh", "-c", "ulimit -n " + files + "; exec \"$0\" \"$@\""));
        }
        command.add(LAUNCHER.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("said").toFile());
        if (System.getProperty("weir.launcher") != null) {
            builder.environment().remove("JAVA_HOME");
            builder.environment().put("PATH", PLAIN_PATH);
        } else if (!environment.containsKey(JAVA_OPTIONS)) {
            builder.environment().put(JAVA_OPTIONS, BRIEF + " " + SharedClasses.options());
        }
        builder.environment().put("WEIR_BUILD", "never");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs the launcher until it ends; returns its output, followed by its exit status. */
    static String run(Path directory, String... arguments)
            throws IOException, InterruptedException {
        Process process = launch(directory, Map.of(), arguments);
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return Files.readString(directory.resolve("said")) + "exit " + process.exitValue();
    }

    /** The options with which root may start Weir, in the form that PgBouncer uses. */
    static String[] asNobody(String... arguments) {
        List<String> all = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            all.addAll(List.of("-u", "nobody"));
        }
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /** Starts Weir with {@code weir run}, with no more than {@code files} open files. */
    static WeirProcess startWithFiles(int files, Path directory, int port) throws IOException {
        return start(directory, port, Map.of(FILES, Integer.toString(files)), "run", "weir.ini");
    }

    /** Starts Weir with {@code weir run} and waits until it listens. */
    static WeirProcess start(Path directory, int port) throws IOException {
        return start(directory, port, Map.of(), "run", "weir.ini");
    }

    static WeirProcess start(
            Path directory, int port, Map<String, String> environment, String... arguments)
            throws IOException {
        int before = lines(directory).size();
        var weir = new WeirProcess(directory, port, launch(directory, environment, arguments));
        try {
            weir.awaitLog("process up", before);
            return weir;
        } catch (RuntimeException | Error e) {
            weir.close();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    /** Sends a signal by its name, such as HUP. */
    void signal(String name) throws IOException, InterruptedException {
        kill(name, pid());
    }

    static void kill(String name, long pid) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
        assertThat(status).isZero();
    }

    WireClient client() {
        return client("postgres");
    }

    WireClient client(String database) {
        WireClient client = WireClient.connect("127.0.0.1", port);
        client.login(PgNode.USER, database);
        return client;
    }

    List<String> lines() {
        return lines(directory);
    }

    private static List<String> lines(Path directory) {
        Path log = directory.resolve("weir.log");
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a line that contains {@code text}. */
    void awaitLog(String text) {
        awaitLog(text, 0);
    }

    private void awaitLog(String text, int from) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .failFast("the process ended: " + said(), () -> !process.isAlive())
                .untilAsserted(() ->
                        assertThat(lines().stream().skip(from))
                                .anyMatch(line -> line.contains(text)));
    }

    private String said() {
        try {
            return Files.readString(directory.resolve("said"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Waits until the process has ended; returns its exit status. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
