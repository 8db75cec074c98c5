package dev.weir.backend;

import dev.weir.net.SocketSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A server connection at one moment.
 *
 * @param id Weir's number for it
 * @param processId the server process, as PostgreSQL's own log and views name it
 * @param replication the startup parameter of that name; null if it had none
 * @param applicationName what it was given for its client; empty if nothing
 * @param reported the parameters that the server last reported
 * @param openedNanos when it was opened, on the clock of {@link ServerConnection#nanoTime}
 * @param closeNeeded whether it is closed at the next chance
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
