package dev.weir.bench.jmh;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The messages of a server: the answer to a query that returns one small row, as pgbench receives
 * it, and a login.
 */
final class Answer {
    private static final byte[] NAME = "abalance\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAG = "SELECT 1\0".getBytes(StandardCharsets.US_ASCII);

    private Answer() {}

    static void login(ByteBuf out) {
        out.writeByte('R').writeInt(8).writeInt(0);
        out.writeByte('K').writeInt(12).writeInt(1).writeInt(1);
        ready(out);
    }

    /** RowDescription, {@code rows} times DataRow, CommandComplete, ReadyForQuery. */
    static void rows(ByteBuf out, int rows) {
        out.writeByte('T').writeInt(4 + 2 + NAME.length + 18).writeShort(1).writeBytes(NAME);
        out.writeInt(0).writeShort(0).writeInt(23).writeShort(4).writeInt(-1).writeShort(0);
        for (int i = 0; i < rows; i++) {
            out.writeByte('D').writeInt(4 + 2 + 4 + 1).writeShort(1).writeInt(1).writeByte('0');
        }
        out.writeByte('C').writeInt(4 + TAG.length).writeBytes(TAG);
        ready(out);
    }

    private static void ready(ByteBuf out) {
        out.writeByte('Z').writeInt(5).writeByte('I');
    }
}
