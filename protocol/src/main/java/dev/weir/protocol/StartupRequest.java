package dev.weir.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request that a client may send before its messages have tags.
 *
 * <p>Sections "Start-up", "SSL Session Encryption" and "Canceling Requests in Progress" of the
 * PostgreSQL manual.
 */
public sealed interface StartupRequest {

    /** Asks for TLS; answered with one byte, {@code S} or {@code N}. */
    record SslRequest() implements StartupRequest {}

    /** Asks for GSSAPI encryption; answered with one byte, {@code G} or {@code N}. */
    record GssEncRequest() implements StartupRequest {}

    /** Asks to cancel the query that another session is running; never answered. */
    record CancelRequest(CancelKey key) implements StartupRequest {}

    /**
     * Begins a session.
     *
     * @param parameters in the order of arrival, unmodifiable; empty unless {@code major} is 3,
     *     because only the layout of version 3 is known
     */
    record StartupMessage(int major, int minor, Map<String, String> parameters)
            implements StartupRequest {
        public StartupMessage {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }
    }
}
