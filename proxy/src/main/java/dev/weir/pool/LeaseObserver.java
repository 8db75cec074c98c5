package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.RequestObserver;
import org.jspecify.annotations.Nullable;

/** Looks on at what clients do with one server connection. Used on the connection's loop. */
public interface LeaseObserver extends RequestObserver {
    /** Somebody has got the connection, and waited so long for it. */
    void leased(Waiter to, long waitedNanos);

    /** Says who is to look on. */
    interface Source {
        /** Who looks on at a new connection from now on; null if nobody does. On its loop. */
        @Nullable LeaseObserver of(PoolKey pool, ServerConnection server);

        /** Nobody looks on at any. */
        Source NONE = (_, _) -> null;

        /** Those of two look on, by the clock of the first. */
        static Source both(Source one, Source other) {
            return (pool, server) -> {
                LeaseObserver first = one.of(pool, server);
                LeaseObserver second = other.of(pool, server);
                return first == null
                        ? second
                        : second == null ? first : new BothObservers(first, second);
            };
        }
    }
}
