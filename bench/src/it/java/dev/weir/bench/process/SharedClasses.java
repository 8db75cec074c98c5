package dev.weir.bench.process;

import dev.weir.pgkit.Ports;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Weir's classes in the form in which the JVM maps them, made once for all Weir processes of the
 * tests. To load them from jars takes a process nearly half of its CPU time.
 */
final class SharedClasses {
    private static final Path ARCHIVE = Path.of("target", "weir.jsa").toAbsolutePath();

    /** What the JVM says about an archive that does not fit is not what a test expects to read. */
    private static final String QUIET = " -Xlog:disable";

    private static boolean made;

    private SharedClasses() {}

    /** The options of a JVM that uses the archive. */
    static synchronized String options() throws IOException {
        if (!made) {
            make();
            made = true;
        }
        return "-XX:SharedArchiveFile=" + ARCHIVE + QUIET;
    }

    /**
     * Makes the archive unless it is there. The JVM does not use one of other jars, which only
     * takes longer.
     */
    private static void make() throws IOException {
        try (var lock =
                        FileChannel.open(
                                ARCHIVE.resolveSibling("weir.jsa.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var _ = lock.lock()) {
            if (!Files.exists(ARCHIVE)) {
                record();
            }
        }
    }

    /** Runs a Weir that writes the archive when it ends. */
    private static void record() throws IOException {
        Path directory = Files.createTempDirectory("weir");
        int port = Ports.free();
        Files.writeString(
                directory.resolve("weir.ini"),
                """
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                admin_users = admin
                logfile = weir.log
                """
                        .formatted(port));
        try (var weir =
                WeirProcess.start(
                        directory,
                        port,
                        Map.of(
                                WeirProcess.JAVA_OPTIONS,
                                WeirProcess.BRIEF + " -XX:ArchiveClassesAtExit=" + ARCHIVE + QUIET),
                        "run",
                        "weir.ini")) {
            try (var console = WireClient.connect("127.0.0.1", port)) {
                console.login("admin", "pgbouncer");
                console.query("SHOW POOLS");
            }
            weir.signal("TERM");
            weir.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
