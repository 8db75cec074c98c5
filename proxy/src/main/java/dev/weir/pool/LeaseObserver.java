package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.RequestObserver;
import org.jspecify.annotations.Nullable;

/** Observes what clients do with one server connection. Used on the connection's loop. */
public interface LeaseObserver extends RequestObserver {
    /** A waiter has got the connection, after waiting for this long. */
    void leased(Waiter to, long waitedNanos);

    /**
     * All that the client had asked is answered, after the ends of its requests were told.
     *
     * @param nanos how long it took, as counted in {@link dev.weir.metrics.Timing#QUERY}
     */
    default void counted(long nanos) {}

    /** Supplies the observers of new connections. */
    interface Source {
        /** The observer of a new connection; null for none. Called on its loop. */
        @Nullable LeaseObserver of(PoolKey pool, ServerConnection server);

        /** No connection is observed. */
        Source NONE = (_, _) -> null;

        /** Combines two sources; the clock of the first one counts. */
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
