package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.net.SocketSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client after its login, at one moment.
 *
 * @param id Weir's number for it
 * @param user the name it logged in with
 * @param database the database name it asked for
 * @param poolUser the name that its server connections log in with
 * @param replication the startup parameter of that name; null if not given
 * @param state idle, active, waiting or closed
 * @param applicationName the last that it was told, or asked for; empty if none
 * @param told the parameters that it was told as reported by its server
 * @param server the server connection that it holds; null if it holds none
 * @param statements how many statements it has prepared
 * @param statementClass the class of the text that ran last, in words; null if Weir does not read
 *     texts, or before the first
 * @param pins why it keeps its server connection; empty if it does not
 * @param channels the channels on which it listens by its pool's shared connection
 * @param pinnedSinceNanos since when it is pinned; meaningless if it is not
 */
public record ClientSnapshot(
        long id,
        String user,
        String database,
        String poolUser,
        @Nullable String replication,
        String state,
        SocketSnapshot socket,
        String applicationName,
        ParameterSet told,
        Times times,
        @Nullable Server server,
        int statements,
        @Nullable String statementClass,
        List<PinReason> pins,
        List<String> channels,
        long pinnedSinceNanos) {

    public ClientSnapshot {
        pins = List.copyOf(pins);
        channels = List.copyOf(channels);
    }

    /**
     * When things began, on the clock of the client's loop, and how long others have lasted.
     *
     * @param startedNanos when it connected
     * @param requestNanos when it last sent a request; before the first, when it connected
     * @param waitNanos how long it has waited for a server connection; 0 if it does not wait
     * @param queryNanos how long its unanswered query has run; 0 = there is none
     * @param transactionNanos how long its open transaction has lasted; 0 = there is none
     */
    public record Times(
            long startedNanos,
            long requestNanos,
            long waitNanos,
            long queryNanos,
            long transactionNanos) {}

    /**
     * The server connection that a client holds.
     *
     * @param id Weir's number for it
     * @param processId the server process
     * @param file its file descriptor; -1 if the transport has none
     */
    public record Server(long id, int processId, int file) {
        static @Nullable Server of(@Nullable ServerConnection held) {
            return held == null
                    ? null
                    : new Server(held.id(), held.processId(), held.socket().file());
        }
    }

    /** Whether it is a replication client, whose server connection is never reused. */
    public boolean isReplication() {
        return replication != null;
    }
}
