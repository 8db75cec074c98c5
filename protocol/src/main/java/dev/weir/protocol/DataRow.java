package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a DataRow whose values are text. */
public final class DataRow {
    private DataRow() {}

    /**
     * Returns the values of a row, as UTF-8; null stands for NULL. Borrows {@code in}.
     *
     * @param body where the message begins, behind its length; it is there as a whole
     */
    public static List<@Nullable String> values(ByteBuf in, int body) {
        int columns = in.getUnsignedShort(body);
        var values = new ArrayList<@Nullable String>(columns);
        int at = body + Short.BYTES;
        for (int i = 0; i < columns; i++) {
            int length = in.getInt(at);
            at += Integer.BYTES;
            values.add(length < 0 ? null : in.toString(at, length, StandardCharsets.UTF_8));
            at += Math.max(length, 0);
        }
        return values;
    }
}
