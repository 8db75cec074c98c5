package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.RequestObserver;
import org.jspecify.annotations.Nullable;

/** Looks on at what clients do with one server connection. Used on the connection's loop. */
public interface LeaseObserver extends RequestObserver {
    /** A client has got the connection, and waited so long for it. */
    void leased(long waitedNanos);

    /** Says who is to look on. */
    interface Source {
        /** Who looks on at a new connection from now on; null if nobody does. On its loop. */
        @Nullable LeaseObserver of(PoolKey pool, ServerConnection server);

        /** Nobody looks on at any. */
        Source NONE = (_, _) -> null;
    }
}
