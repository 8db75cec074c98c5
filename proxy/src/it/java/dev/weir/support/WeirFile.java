package dev.weir.support;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A Weir in this JVM with a configuration in a file, which a test may write anew and RELOAD. */
public final class WeirFile implements AutoCloseable {
    /** The user who may do everything on the console. */
    public static final String ADMIN = "boss";

    private final Path file;
    private final Weir weir;

    private WeirFile(Path file, Weir weir) {
        this.file = file;
        this.weir = weir;
    }

    /**
     * Starts it.
     *
     * @param directory where its file is written
     */
    public static WeirFile start(Path directory, String databases, String... settings) {
        Path file = directory.resolve("weir.ini");
        replace(file, text(databases, settings));
        try {
            return new WeirFile(file, Weir.start(Config.load(file)));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String databases, String... settings) {
        return """
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = 0
        auth_type = trust
        tcp_defer_accept = 0
        pool_mode = transaction
        admin_users = boss
        stats_users = looker
        %s
        [databases]
        %s
        """
                .formatted(String.join("\n", settings), databases);
    }

    /** Writes another configuration; RELOAD is the test's. */
    public void write(String databases, String... settings) {
        writeAsIs(text(databases, settings));
    }

    /** Writes a whole file, however broken. */
    public void writeAsIs(String text) {
        replace(file, text);
    }

    /** Nobody sees half of it. */
    private static void replace(Path file, String text) {
        try {
            Path draft = file.resolveSibling("draft");
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Weir weir() {
        return weir;
    }

    public int port() {
        return weir.port();
    }

    public WireClient client(String user, String database) {
        WireClient client = WireClient.connect("127.0.0.1", port());
        try {
            client.login(user, database);
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    public WireClient console() {
        return client(ADMIN, "pgbouncer");
    }

    @Override
    public void close() {
        weir.close();
    }
}
