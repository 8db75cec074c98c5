package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A PgBouncer of this machine, which tests run beside Weir: the one that the environment variable
 * {@code PGBOUNCER} names, or else the one that is installed.
 */
public final class PgBouncer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Path DEBIAN = Path.of("/usr/sbin/pgbouncer");

    private final Process process;
    private final Path said;
    private final int port;

    private PgBouncer(Process process, Path said, int port) {
        this.process = process;
        this.said = said;
        this.port = port;
    }

    /** Where it is; nowhere if none is installed. */
    public static Optional<Path> find() {
        String named = System.getenv("PGBOUNCER");
        if (named != null && !named.isEmpty()) {
            return Optional.of(Path.of(named));
        }
        return Files.isExecutable(DEBIAN) ? Optional.of(DEBIAN) : Tools.find("pgbouncer");
    }

    /** What it calls itself, such as {@code 1.18.0}. */
    public static String version(Path program) {
        String first =
                Tools.run(LIMIT, program.toString(), "--version")
                        .orThrow()
                        .out()
                        .lines()
                        .findFirst()
                        .orElse("");
        return first.replace("PgBouncer ", "");
    }

    /** Gives files that a PgBouncer is to read to the account that runs it. */
    public static void own(Path path) {
        Account.choose().own(path);
    }

    /**
     * Starts one; returns when it can be connected to.
     *
     * @param ini its configuration, which it must be able to read (see {@link #own})
     * @param port the {@code listen_port} in there
     */
    public static PgBouncer start(Path program, Path ini, int port) {
        Path said = ini.resolveSibling("said");
        ProcessBuilder builder =
                new ProcessBuilder(
                                Account.choose()
                                        .command(List.of(program.toString(), ini.toString())))
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        try {
            var bouncer = new PgBouncer(builder.start(), said, port);
            Await.until("PgBouncer to start", LIMIT, bouncer::isUpOrGone);
            if (!bouncer.process.isAlive()) {
                throw new IllegalStateException(String.join("\n", bouncer.log()));
            }
            return bouncer;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + program, e);
        }
    }

    private boolean isUpOrGone() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return !process.isAlive();
        }
    }

    /** The lines that it has logged. */
    public List<String> log() {
        try {
            return Files.readAllLines(said);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + said, e);
        }
    }

    /** The status with which it has ended; null while it runs. */
    public @Nullable Integer status() {
        return process.isAlive() ? null : process.exitValue();
    }

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
