package dev.weir.session;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The values of a Bind that may be names of custom settings, {@code app.tenant}. */
final class BoundNames {
    /** A longer value is no name: PostgreSQL cuts each part of one at 63 bytes. */
    private static final int NAME_BYTES_MAX = 256;

    private BoundNames() {}

    /**
     * Reads the part of a Bind behind the name of the statement. Borrows {@code in}.
     *
     * @param start where the formats of the values begin
     * @param end where the message ends; what is malformed ends the list
     */
    static List<String> of(ByteBuf in, int start, int end) {
        var names = new ArrayList<String>();
        int at = start + Short.BYTES;
        if (at > end) {
            return names;
        }
        at += Short.BYTES * in.getUnsignedShort(start);
        int count = at + Short.BYTES > end ? 0 : in.getUnsignedShort(at);
        at += Short.BYTES;
        for (int i = 0; i < count && at + Integer.BYTES <= end; i++) {
            int length = in.getInt(at);
            at += Integer.BYTES;
            if (length > end - at) {
                break;
            }
            if (isName(in, at, length)) {
                names.add(in.toString(at, length, StandardCharsets.UTF_8));
            }
            at += Math.max(length, 0);
        }
        return names;
    }

    /** The value of a text is the same in both formats. */
    private static boolean isName(ByteBuf in, int start, int length) {
        if (length <= 0 || length > NAME_BYTES_MAX) {
            return false;
        }
        boolean isCustom = false;
        for (int i = start; i < start + length; i++) {
            int c = in.getByte(i) & 0xff;
            isCustom |= c == '.';
            boolean isPart = c == '.' || c == '_' || c == '$' || c >= 0x80;
            if (!isPart && !Character.isLetterOrDigit(c)) {
                return false;
            }
        }
        return isCustom;
    }
}
