package dev.weir.check;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.os.FileLimit;
import java.util.Optional;

/**
 * Compares the number of files that the configuration may open with the limit of the kernel ({@code
 * ulimit -n}).
 */
public final class OpenFiles {
    /** Weir's own files: jars, logs, listeners, epoll, eventfds. */
    private static final long OWN = 100;

    private OpenFiles() {}

    /** Returns what an operator should know; empty if all files can be opened. */
    public static Optional<String> warning(Config config) {
        long expected = expected(config);
        return FileLimit.now()
                .filter(limit -> limit.isBelow(expected))
                .map(limit ->
                        "too few open files: ulimit -n is "
                                + limit.soft()
                                + ", and max_client_conn ("
                                + config.get(Settings.MAX_CLIENT_CONN)
                                + ") with the pools may need "
                                + expected
                                + " (raise ulimit -n, or lower max_client_conn and the pool"
                                + " sizes)");
    }

    /** The line that PgBouncer writes when it starts; empty if the kernel's limit is unknown. */
    public static Optional<String> line(Config config) {
        return FileLimit.now()
                .map(limit ->
                        "kernel file descriptor limit: "
                                + FileLimit.shown(limit.soft())
                                + " (hard: "
                                + FileLimit.shown(limit.hard())
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
}
