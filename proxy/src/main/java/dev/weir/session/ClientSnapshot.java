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
 * @param database the name it asked for
 * @param poolUser the name that its server connections log in with
 * @param replication the startup parameter of that name; null if it had none
 * @param state idle, active, waiting or closed
 * @param applicationName the last that it was told of, or asked for; empty if none
 * @param told the parameters that it was told of as reported by its server
 * @param server the server connection that it holds; null if it holds none
 * @param statements how many statements it has prepared
 * @param statementClass the class of the text that ran last, in words; null where Weir does not
 *     read texts, or before the first
 * @param pins why it keeps its server connection; empty if it does not
 * @param channels those on which it listens by the connection that its pool shares
 * @param pinnedSinceNanos since when; meaningless if nothing pins it
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
     * When things began, on the clock of the client's loop, and how long others last.
     *
     * @param startedNanos when it came
     * @param requestNanos when it last asked for something; at first, when it came
     * @param waitNanos how long it has waited for a server connection; 0 if it does not wait
     * @param queryNanos how long the query runs that is not answered yet; 0 = none
     * @param transactionNanos how long the transaction lasts that has not ended yet; 0 = none
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
     * @param file the number of its file; -1 where the transport has none
     */
    public record Server(long id, int processId, int file) {
        static @Nullable Server of(@Nullable ServerConnection held) {
            return held == null
                    ? null
                    : new Server(held.id(), held.processId(), held.socket().file());
        }
    }

    /** Whether it is a replication client, which no pool serves twice. */
    public boolean isReplication() {
        return replication != null;
    }
}
