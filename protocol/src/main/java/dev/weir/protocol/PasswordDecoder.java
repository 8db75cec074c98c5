package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's answers to authentication requests: PasswordMessage, SASLInitialResponse and
 * SASLResponse, which share a tag. The limits and the error texts are PostgreSQL's.
 */
public final class PasswordDecoder {
    /** The largest length word, as in PostgreSQL. */
    public static final int LENGTH_MAX = 65_535;

    private static final int HEADER_LENGTH = 5;

    private PasswordDecoder() {}

    /**
     * Reads exactly one message and moves the reader index past it; borrows {@code in}.
     *
     * @return its body; null, with the reader index unchanged, while the message is incomplete
     * @throws ProtocolViolation if it is another message, or too long
     */
    public static byte @Nullable [] decode(ByteBuf in) {
        if (in.readableBytes() < HEADER_LENGTH) {
            return null;
        }
        int at = in.readerIndex();
        byte tag = in.getByte(at);
        int length = in.getInt(at + 1);
        if (tag != FrontendTag.PASSWORD) {
            throw new ProtocolViolation(
                    "expected password response, got message type " + (tag & 0xff));
        }
        if (length < Integer.BYTES || length > LENGTH_MAX) {
            throw new ProtocolViolation("invalid message length");
        }
        if (in.readableBytes() < 1 + length) {
            return null;
        }
        byte[] body = new byte[length - Integer.BYTES];
        in.skipBytes(HEADER_LENGTH);
        in.readBytes(body);
        return body;
    }
}
