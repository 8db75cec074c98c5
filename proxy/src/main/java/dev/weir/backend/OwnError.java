package dev.weir.backend;

import dev.weir.exchange.Effect;
import io.netty.buffer.ByteBuf;

/**
 * Of a request in the place of a client's, by which the server is to raise an error of Weir's: the
 * client is told that in Weir's words, not in those of the language in which it was raised.
 */
public interface OwnError extends Effect {
    /** Whether an error with this SQLSTATE is the one that was to be raised. */
    boolean isMeant(String sqlState);

    /** Writes the ErrorResponse for the client. */
    void writeTo(ByteBuf out);
}
