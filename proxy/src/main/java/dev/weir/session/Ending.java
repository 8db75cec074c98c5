package dev.weir.session;

import dev.weir.backend.ServerFailure;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import io.netty.util.internal.OutOfDirectMemoryError;
import org.jspecify.annotations.Nullable;

/** The ways in which a session, and its lease of a server connection, can end. */
interface Ending {
    /** Tells the client why, and closes both connections: what was to be sent no longer can be. */
    void fail(Refusal why);

    /** Tells the client why, and closes both connections. */
    default void fail(ProxyError error, Object... blanks) {
        fail(error.refusal(blanks));
    }

    /**
     * The server connection is lost, and the session cannot go on without it.
     *
     * @param said the FATAL error that the server sent and the client was told; null if none
     * @param violation how the server violated the protocol; null if it did not
     */
    void serverLost(@Nullable ServerFailure said, @Nullable String violation);

    /** Ends the session: the client is gone. */
    void close(String reason);

    /** There was no memory for a step of the session, which ends. */
    void outOfMemory(OutOfDirectMemoryError what);

    /**
     * Runs a step of the session in a task, or in the turn of another connection, which would be
     * held responsible for it: without memory for it, this session ends.
     */
    default void guard(Runnable step) {
        try {
            step.run();
        } catch (OutOfDirectMemoryError e) {
            outOfMemory(e);
        }
    }

    /** An internal error: it is no longer known what has been sent to either side. */
    void broken();
}
