package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerTarget;
import dev.weir.error.Refusal;
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

    /** The waiter's own target, for a connection that nobody else can use: replication. */
    default @Nullable ServerTarget dedicated() {
        return null;
    }
}
