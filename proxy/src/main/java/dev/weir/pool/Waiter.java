package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.error.Refusal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Someone who wants a server connection. Called on the shard's loop. */
public interface Waiter {
    /** Whether this connection will do; one that nobody takes is replaced. */
    boolean accepts(ServerConnection connection);

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

    /**
     * The startup parameters of a connection that is opened for this waiter and that nobody else
     * can use: replication. Null if any connection will do.
     */
    default @Nullable Map<String, String> dedicated() {
        return null;
    }
}
