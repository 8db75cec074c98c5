package dev.weir.bench.dist;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Ports;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A Weir that runs from its distribution, in front of one PostgreSQL. */
final class Installation implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(60);

    private static final long LOOK_NANOS = 2_000_000;

    private final Process process;
    private final Path work;
    private final int port;
    private final Duration firstAnswer;

    /**
     * Starts {@code home/bin/weir} and waits for the answer to a first query.
     *
     * @param environment variables that it has besides
     * @param javaOptions additional options for its JVM
     * @throws IOException if it cannot be started
     */
    Installation(
            Path home, PgNode postgres, Map<String, String> environment, List<String> javaOptions)
            throws IOException {
        port = Ports.free();
        work = Files.createTempDirectory("weir-dist");
        Path ini = work.resolve("weir.ini");
        Files.writeString(
                ini,
                """
                [databases]
                postgres = host=127.0.0.1 port=%d user=%s password=%s
                [weir]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                max_client_conn = 9500
                """
                        .formatted(postgres.port(), PgNode.USER, PgNode.PASSWORD, port));
        var builder =
                new ProcessBuilder(home.resolve("bin/weir").toString(), "run", ini.toString());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("WEIR_JAVA_OPTS", String.join(" ", javaOptions));
        builder.environment().putAll(environment);
        builder.environment().put("WEIR_LOG_LEVEL", "WARN");
        builder.redirectErrorStream(true).redirectOutput(work.resolve("log").toFile());
        long began = System.nanoTime();
        process = builder.start();
        awaitAnswer(began);
        firstAnswer = Duration.ofNanos(System.nanoTime() - began);
    }

    private void awaitAnswer(long began) throws IOException {
        while (true) {
            try (WireClient client = client()) {
                client.query("select 1");
                return;
            } catch (RuntimeException e) {
                boolean over = System.nanoTime() - began > START_MAX.toNanos();
                if (over || !process.isAlive()) {
                    throw new IOException("no answer: " + Files.readString(work.resolve("log")), e);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    WireClient client() {
        WireClient client = WireClient.connect("127.0.0.1", port);
        try {
            client.login(PgNode.USER, "postgres");
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    /** The time from the start of the process to the answer to the first query. */
    Duration firstAnswer() {
        return firstAnswer;
    }

    /** Its resident memory, in megabytes. */
    long residentMegabytes() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS in " + status);
    }

    long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return files.count();
        }
    }

    /** Waits until no more than {@code count} files are open. */
    void awaitFiles(long count) throws IOException {
        long began = System.nanoTime();
        while (openFiles() > count) {
            if (System.nanoTime() - began > STOP_MAX.toNanos()) {
                throw new IOException("open files: " + openFiles() + " (expected: " + count + ")");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Stops it as an operator would, and waits: when it ends, the JVM may write a cache. */
    @Override
    public void close() {
        try {
            process.destroy();
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("weir did not stop within " + STOP_MAX);
            }
            for (String file : List.of("weir.ini", "log")) {
                Files.deleteIfExists(work.resolve(file));
            }
            Files.deleteIfExists(work);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while weir stops", e);
        }
    }
}
