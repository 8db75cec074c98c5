package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Peeks into the body of an ErrorResponse or NoticeResponse where it stands in a buffer.
 *
 * <p>An error of several megabytes is legal, and often only its beginning is there. So nothing is
 * read behind the field that was asked for, behind the body, or behind the writer index, and no
 * field but that one is decoded. PostgreSQL sends S, V, C, M first, so these are cheap; asking for
 * a later one walks over the message text.
 *
 * <p>Section "Error and Notice Message Fields" of the PostgreSQL manual.
 */
public final class ErrorFields {
    /** The most bytes of one field that are decoded; a log line has no use for more. */
    public static final int FIELD_LENGTH_MAX = 8_192;

    private ErrorFields() {}

    /**
     * The field {@code code}, decoded as UTF-8, malformed bytes replaced, cut after {@value
     * #FIELD_LENGTH_MAX} bytes.
     *
     * @param bodyIndex of the byte after the length word
     * @param bodyLength what the length word announced, less its own four bytes; may exceed what is
     *     there
     * @return null if there is no such field, or if it is not there to its end
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

    /** The SQLSTATE (field C), or "" if there is none. */
    public static String sqlState(ByteBuf buf, int bodyIndex, int bodyLength) {
        String state = field(buf, bodyIndex, bodyLength, 'C');
        return state == null ? "" : state;
    }

    private static int end(ByteBuf buf, int bodyIndex, int bodyLength) {
        return (int) Math.min((long) bodyIndex + bodyLength, buf.writerIndex());
    }
}
