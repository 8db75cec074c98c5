package dev.weir.tls;

import dev.weir.config.SslMode;
import org.jspecify.annotations.Nullable;

/**
 * The TLS policy of one side, for connections that begin now.
 *
 * @param context null only with {@link SslMode#DISABLE}
 */
public record TlsPolicy(SslMode mode, @Nullable TlsContext context) {
    /** No TLS at all. */
    public static final TlsPolicy NONE = new TlsPolicy(SslMode.DISABLE, null);

    /** Whether a connection without TLS is refused. */
    public boolean insists() {
        return mode.compareTo(SslMode.REQUIRE) >= 0;
    }
}
