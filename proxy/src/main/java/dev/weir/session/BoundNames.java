package dev.weir.session;

import dev.weir.sql.NameHints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;

/**
 * The names of custom settings, such as {@code app.tenant}, that the values of a Bind may contain.
 * Text is the same in the text and binary formats, and JSON nearly so.
 */
final class BoundNames {
    /** The longest value in which names are looked for. */
    private static final int VALUE_BYTES_MAX = 65_536;

    private BoundNames() {}

    /**
     * Reads the part of a Bind after the name of the statement. Borrows {@code in}.
     *
     * @param start where the format codes of the values begin
     * @param end where the message ends; malformed input ends the list
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
            if (length > 0 && length <= VALUE_BYTES_MAX) {
                NameHints.ofBytes(ByteBufUtil.getBytes(in, at, length), names::add);
            }
            at += Math.max(length, 0);
        }
        return names;
    }
}
