package dev.weir.net;

import org.jspecify.annotations.Nullable;

/** Who a client is, for those who write down what it does. Immutable. */
public interface ClientIdentity {
    /** Weir's number for its connection. */
    long id();

    /** The name it has logged in with, or wants to; empty if it has given none. */
    String user();

    /** The database it has asked for; empty if it has named none. */
    String database();

    Origin origin();

    /** What it called itself when it came; null if it did not. */
    @Nullable String applicationName();

    /** A client that has said nothing of itself. */
    static ClientIdentity unknown(long id, Origin origin) {
        return new Named(id, "", "", origin, null);
    }

    /** Somebody who has no session. */
    record Named(
            long id, String user, String database, Origin origin, @Nullable String applicationName)
            implements ClientIdentity {}
}
