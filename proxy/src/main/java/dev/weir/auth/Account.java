package dev.weir.auth;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.protocol.auth.StoredSecret;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a user who wants to log in. Clients must be answered in the same way, and
 * after the same time, whichever of these it is. Never prints a secret.
 */
public sealed interface Account {
    /** The name that the client gave in its startup packet. */
    String user();

    /** The secret that the client must prove; null if it has none, so that no password fits. */
    default @Nullable StoredSecret secret() {
        return null;
    }

    /**
     * A user of {@code auth_file} or {@code auth_query}.
     *
     * @param secret null for a user without a password, and for one whose password has expired
     */
    record Known(String user, @Nullable StoredSecret secret) implements Account {}

    /** Neither {@code auth_file} nor {@code auth_query} knows the user. */
    record Unknown(String user) implements Account {}

    /**
     * It is unknown whether the user exists, since {@code auth_query} failed. The cause is in the
     * log.
     *
     * @param reason what the client is told
     * @param fromServer the server's own error, where that says more about the database that the
     *     client asks for; null otherwise
     */
    record Unavailable(String user, String reason, @Nullable Refusal fromServer)
            implements Account {
        Unavailable(String user, String reason) {
            this(user, reason, null);
        }

        /** As the client is told. */
        public Refusal refusal() {
            return fromServer != null
                    ? fromServer
                    : ProxyError.USER_LOOKUP_FAILED.refusal(user, reason);
        }

        /** The same, without what the server said. */
        Unavailable ofOtherDatabase() {
            return new Unavailable(user, reason);
        }
    }
}
