package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.error.Refusal;
import dev.weir.net.ClientIdentity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Someone who wants a server connection. Called on the shard's loop. */
public interface Waiter {
    /** Stands for whoever has no number. */
    long NOBODY = 0;

    /** Whether this connection will do; one that nobody takes is replaced. */
    boolean accepts(ServerConnection connection);

    /** Whether this connection is the right one, if there are several that will do. */
    default boolean prefers(ServerConnection connection) {
        return accepts(connection);
    }

    /**
     * The startup parameters that RESET is to bring back: a connection that was opened with others
     * will not do, one that was opened with none will.
     */
    default ParameterSet resetValues() {
        return ParameterSet.EMPTY;
    }

    /**
     * The number of the client that it is for, which may get back a connection as it has left it;
     * {@link #NOBODY} if there is none.
     */
    default long client() {
        return NOBODY;
    }

    /** Whether a client is to work with it, so that it counts as assigned. */
    default boolean isForClient() {
        return false;
    }

    /** The client that it is for; null if there is none that anybody would write down. */
    default @Nullable ClientIdentity identity() {
        return null;
    }

    /** What that client calls itself at present; null if it does not. */
    default @Nullable String applicationName() {
        return null;
    }

    /**
     * Stops reading from its client, or resumes: nobody could write down what it does. What was
     * read already goes on.
     */
    default void quiet(boolean on) {}

    /** Whether a connection that the client has left may have something of it. */
    default boolean hasStained() {
        return false;
    }

    /** It has a place among the pinned now, for which it has waited; a connection follows. */
    default void placed() {}

    /** Hands the connection over. */
    void leased(Lease lease);

    /** There will be none: the server cannot be reached, or the wait was too long. */
    void refused(Refusal why);

    /** The waiter has waited for {@code query_wait_notify}. */
    default void stillWaits() {}

    /** Whether it keeps the connection for its whole session and leaves it in any state. */
    default boolean isWholeSession() {
        return false;
    }

    /** Whether it would keep the connection for more than a statement. */
    default boolean isForBlock() {
        return isWholeSession();
    }

    /**
     * The startup parameters of a connection that is opened for this waiter and that nobody else
     * can use: replication, and clients with settings that can only be given then. Null if any
     * connection will do.
     */
    default @Nullable Map<String, String> dedicated() {
        return null;
    }
}
