package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads fields from the body of an ErrorResponse or NoticeResponse in place.
 *
 * <p>An error of several megabytes is legal, and often only its beginning has arrived. Therefore
 * nothing is read beyond the requested field, the body, or the writer index, and no other field is
 * decoded. PostgreSQL sends S, V, C and M first, so the first three are cheap to read; any later
 * field requires a walk over the message text.
 *
 * <p>Section "Error and Notice Message Fields" of the PostgreSQL manual.
 */
public final class ErrorFields {
    /** The most bytes that are decoded of one field; a log line has no use for more. */
    public static final int FIELD_LENGTH_MAX = 8_192;

    private ErrorFields() {}

    /**
     * Returns the field {@code code}, decoded as UTF-8. Malformed bytes are replaced, and the field
     * is cut after {@value #FIELD_LENGTH_MAX} bytes.
     *
     * @param bodyIndex the index of the byte after the length word
     * @param bodyLength the value of the length word, less its own four bytes; may exceed what has
     *     arrived
     * @return null if there is no such field, or if it has not arrived completely
     */
    public static @Nullable String field(ByteBuf buf, int bodyIndex, int bodyLength, char code) {
        int end = end(buf, bodyIndex, bodyLength);
        int index = bodyIndex;
        while (index < end) {
            byte found = buf.getByte(index);
            if (found == 0) {
                return null;
            }
            int terminator = buf.indexOf(index + 1, end, (byte) 0);
            if (terminator < 0) {
                return null;
            }
            if (found == code) {
                int length = Math.min(terminator - index - 1, FIELD_LENGTH_MAX);
                return buf.toString(index + 1, length, StandardCharsets.UTF_8);
            }
            index = terminator + 1;
        }
        return null;
    }

    /** Returns the SQLSTATE (field C), or "" if there is none. */
    public static String sqlState(ByteBuf buf, int bodyIndex, int bodyLength) {
        String state = field(buf, bodyIndex, bodyLength, 'C');
        return state == null ? "" : state;
    }

    private static int end(ByteBuf buf, int bodyIndex, int bodyLength) {
        return (int) Math.min((long) bodyIndex + bodyLength, buf.writerIndex());
    }
}
