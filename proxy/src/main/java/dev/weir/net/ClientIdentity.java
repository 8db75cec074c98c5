package dev.weir.net;

import org.jspecify.annotations.Nullable;

/** Identifies a client, for logs and audit records. Immutable. */
public interface ClientIdentity {
    /** Weir's number for its connection. */
    long id();

    /** The name it has logged in with, or wants to; empty if it has given none. */
    String user();

    /** The database it has asked for; empty if it has named none. */
    String database();

    Origin origin();

    /** The application name in its startup packet; null if there was none. */
    @Nullable String applicationName();

    /** A client that has not sent a startup packet. */
    static ClientIdentity unknown(long id, Origin origin) {
        return new Named(id, "", "", origin, null);
    }

    /** A client without a session. */
    record Named(
            long id, String user, String database, Origin origin, @Nullable String applicationName)
            implements ClientIdentity {}
}
