package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares what the configuration may open with what the kernel allows ({@code ulimit -n}). */
final class OpenFiles {
    /** Jars, logs, listeners, epoll, eventfds. */
    private static final long OWN = 100;

    private static final Logger log = LoggerFactory.getLogger(OpenFiles.class);

    private OpenFiles() {}

    static void check(Config config) {
        long expected = expected(config);
        Optional<Long> limit = limit();
        if (limit.isPresent() && expected > limit.get()) {
            log.warn(
                    "too_few_open_files limit={} expected={} hint=\"raise ulimit -n, or lower"
                            + " max_client_conn ({}) and the pool sizes\"",
                    limit.get(),
                    expected,
                    config.get(Settings.MAX_CLIENT_CONN));
        }
    }

    /** The most that the clients and the pools of configured users can open. */
    static long expected(Config config) {
        long servers = 0;
        for (Database database : config.databases()) {
            String user = database.forcedUser() == null ? "" : database.forcedUser();
            var pool = config.poolSettings(database, user);
            servers += pool.poolSize() + pool.reservePoolSize();
        }
        return OWN + config.get(Settings.MAX_CLIENT_CONN) + servers;
    }

    private static Optional<Long> limit() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith("Max open files")) {
                    String soft =
                            line.substring("Max open files".length())
                                    .strip()
                                    .replaceFirst("\\s.*", "");
                    return soft.equals("unlimited")
                            ? Optional.empty()
                            : Optional.of(Long.valueOf(soft));
                }
            }
        } catch (IOException | NumberFormatException _) {
            log.debug("open_files_unknown");
        }
        return Optional.empty();
    }
}
