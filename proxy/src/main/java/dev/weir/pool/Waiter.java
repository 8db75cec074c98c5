package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.error.Refusal;
import dev.weir.net.ClientIdentity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client, or a part of Weir, that wants a server connection. Called on the shard's loop. */
public interface Waiter {
    /** Stands for a waiter without a client. */
    long NOBODY = 0;

    /** Whether this connection will do; a connection that does not is replaced. */
    boolean accepts(ServerConnection connection);

    /** Whether this connection is preferred, if several will do. */
    default boolean prefers(ServerConnection connection) {
        return accepts(connection);
    }

    /**
     * The startup parameters whose values RESET is to restore: a connection that was opened with
     * others will not do, one that was opened with none will.
     */
    default ParameterSet resetValues() {
        return ParameterSet.EMPTY;
    }

    /**
     * The number of the client that the connection is for, which may get back a connection in the
     * state it left it in; {@link #NOBODY} if there is none.
     */
    default long client() {
        return NOBODY;
    }

    /** Whether the connection is for a client to work with, so that it counts as assigned. */
    default boolean isForClient() {
        return false;
    }

    /** The client that the connection is for, as recorded; null if there is none to record. */
    default @Nullable ClientIdentity identity() {
        return null;
    }

    /** The current application_name of that client; null if it has none. */
    default @Nullable String applicationName() {
        return null;
    }

    /**
     * Stops or resumes reading from its client, whose actions cannot be recorded meanwhile. What
     * has been read is still carried out.
     */
    default void quiet(boolean on) {}

    /** Whether a connection that the client has returned may still carry state of it. */
    default boolean hasStained() {
        return false;
    }

    /** It has got the place among the pinned that it waited for; a connection follows. */
    default void placed() {}

    /** Hands the connection over. */
    void leased(Lease lease);

    /** There will be no connection: the server cannot be reached, or the wait was too long. */
    void refused(Refusal why);

    /** The waiter has waited for {@code query_wait_notify}. */
    default void stillWaits() {}

    /** Whether it keeps the connection for its whole session and may leave it in any state. */
    default boolean isWholeSession() {
        return false;
    }

    /** Whether it would keep the connection for more than a statement. */
    default boolean isForBlock() {
        return isWholeSession();
    }

    /**
     * The startup parameters of a dedicated connection, which is opened for this waiter and which
     * nobody else can use: for replication, and for clients with settings that can only be given at
     * startup. Null if any connection will do.
     */
    default @Nullable Map<String, String> dedicated() {
        return null;
    }
}
