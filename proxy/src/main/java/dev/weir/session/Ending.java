package dev.weir.session;

import dev.weir.backend.ServerFailure;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import org.jspecify.annotations.Nullable;

/** The ways in which a session ends, and with it the hold on its server connection. */
interface Ending {
    /** Tells the client why, and closes both ends: what was to be sent can no longer be. */
    void fail(Refusal why);

    /** Tells the client why, and closes both ends. */
    default void fail(ProxyError error, Object... blanks) {
        fail(error.refusal(blanks));
    }

    /**
     * The server connection is lost, and nothing else can go on for it.
     *
     * @param said the FATAL error that the server sent and the client was told; null if none
     * @param violation what the server did that no server may do; null if nothing
     */
    void serverLost(@Nullable ServerFailure said, @Nullable String violation);

    /** Ends the session: the client is gone. */
    void close(String reason);

    /** Something of Weir's own went wrong: nobody knows any more what either side was told. */
    void broken();
}
