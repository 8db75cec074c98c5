package dev.weir.backend;

import dev.weir.exchange.Effect;
import io.netty.buffer.ByteBuf;

/**
 * The effect of a request that replaces a client's and makes the server raise an error of Weir's:
 * the client gets the error as Weir words it, not as the server raised it.
 */
public interface OwnError extends Effect {
    /** Whether an error with this SQLSTATE is the intended one. */
    boolean isMeant(String sqlState);

    /** Writes the ErrorResponse for the client. */
    void writeTo(ByteBuf out);
}
