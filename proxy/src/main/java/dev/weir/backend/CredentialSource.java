package dev.weir.backend;

import dev.weir.protocol.auth.StoredSecret;
import org.jspecify.annotations.Nullable;

/** Where the secrets come from with which Weir logs in to servers. Implemented above. */
public interface CredentialSource {
    /** The secret of {@code user} on {@code database}, null if there is none. */
    @Nullable StoredSecret secret(String user, String database);
}
