package dev.weir.check;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Compares the number of files that the configuration may open with the limit of the kernel ({@code
 * ulimit -n}).
 */
public final class OpenFiles {
    /** Weir's own files: jars, logs, listeners, epoll, eventfds. */
    private static final long OWN = 100;

    private static final String LINE = "Max open files";

    private OpenFiles() {}

    /** Returns what an operator should know; empty if all files can be opened. */
    public static Optional<String> warning(Config config) {
        long expected = expected(config);
        return limit().filter(limit -> expected > limit)
                .map(limit ->
                        "too few open files: ulimit -n is "
                                + limit
                                + ", and max_client_conn ("
                                + config.get(Settings.MAX_CLIENT_CONN)
                                + ") with the pools may need "
                                + expected
                                + " (raise ulimit -n, or lower max_client_conn and the pool"
                                + " sizes)");
    }

    /** The line that PgBouncer writes when it starts; empty if the kernel's limit is unknown. */
    public static Optional<String> line(Config config) {
        return limits().map(limits ->
                "kernel file descriptor limit: "
                        + limits.soft
                        + " (hard: "
                        + limits.hard
                        + "); max_client_conn: "
                        + config.get(Settings.MAX_CLIENT_CONN)
                        + ", max expected fd use: "
                        + expected(config));
    }

    /** The most files that the clients and the pools of configured users can open. */
    public static long expected(Config config) {
        long servers = 0;
        for (Database database : config.databases()) {
            String user = database.forcedUser() == null ? "" : database.forcedUser();
            var pool = config.poolSettings(database, user);
            servers += pool.poolSize() + pool.reservePoolSize();
        }
        return OWN + config.get(Settings.MAX_CLIENT_CONN) + servers;
    }

    /** The limits in the kernel's notation: a number, or {@code unlimited}. */
    private record Limits(String soft, String hard) {}

    private static Optional<Long> limit() {
        return limits().map(Limits::soft)
                .filter(soft -> !soft.equals("unlimited"))
                .map(Long::valueOf);
    }

    private static Optional<Limits> limits() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith(LINE)) {
                    String[] words = line.substring(LINE.length()).strip().split("\\s+", -1);
                    return Optional.of(new Limits(words[0], words[1]));
                }
            }
        } catch (IOException _) {
            return Optional.empty(); // not Linux
        }
        return Optional.empty();
    }
}
