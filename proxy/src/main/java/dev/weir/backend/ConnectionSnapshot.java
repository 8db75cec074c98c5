package dev.weir.backend;

import dev.weir.net.SocketSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A server connection at one moment.
 *
 * @param id Weir's number for it
 * @param processId the server process, as PostgreSQL's own log and views name it
 * @param replication the startup parameter of that name; null if not given
 * @param applicationName as set for its client; empty if not set
 * @param reported the parameters that the server last reported
 * @param openedNanos when it was opened, on the clock of {@link ServerConnection#nanoTime}
 * @param closeNeeded whether it is to be closed at the next opportunity
 * @param statements how many statements it has prepared
 */
public record ConnectionSnapshot(
        long id,
        int processId,
        @Nullable String replication,
        SocketSnapshot socket,
        String applicationName,
        ParameterSet reported,
        long openedNanos,
        boolean closeNeeded,
        int statements) {}
