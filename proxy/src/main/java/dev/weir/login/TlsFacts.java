package dev.weir.login;

import dev.weir.protocol.auth.ScramBinding;
import org.jspecify.annotations.Nullable;

/**
 * What a client's TLS, or the lack of it, means for its login.
 *
 * @param isMissing whether it speaks in the clear where {@code client_tls_sslmode} wants TLS
 * @param serverName the host that it named in its handshake, in lower case; null if none
 * @param binding what SCRAM can be bound to
 */
public record TlsFacts(boolean isMissing, @Nullable String serverName, ScramBinding binding) {
    /** In the clear, and allowed to be. */
    public static final TlsFacts NONE = new TlsFacts(false, null, ScramBinding.NONE);
}
