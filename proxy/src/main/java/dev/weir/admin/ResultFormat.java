package dev.weir.admin;

import dev.weir.protocol.BackendMessages.Column;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The formats that a Bind asks for: none = text, one = that of every column, else one for each.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Bind</a>
 */
record ResultFormat(List<Short> codes) {
    static final ResultFormat TEXT = new ResultFormat(List.of());

    private static final int BINARY = 1;
    private static final int NUMERIC_BASE = 10_000;

    short of(int column) {
        if (codes.isEmpty()) {
            return 0;
        }
        return codes.size() == 1 ? codes.getFirst() : codes.get(column);
    }

    /** Whether a result with this many columns can be sent in these formats. */
    boolean fits(int columns) {
        return codes.size() <= 1 || codes.size() == columns;
    }

    void rowDescription(ByteBuf out, List<Column> columns) {
        int start = begin(out, 'T');
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            out.writeCharSequence(column.name(), StandardCharsets.UTF_8);
            out.writeByte(0).writeInt(0).writeShort(0);
            out.writeInt(column.typeOid()).writeShort(column.typeLength()).writeInt(-1);
            out.writeShort(of(i));
        }
        end(out, start);
    }

    void dataRow(ByteBuf out, List<Column> columns, Row row) {
        int start = begin(out, 'D');
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            String cell = row.cells().get(i);
            if (cell == null) {
                out.writeInt(-1);
                continue;
            }
            int at = out.writerIndex();
            out.writeInt(0);
            cell(out, columns.get(i).typeOid(), of(i), cell);
            out.setInt(at, out.writerIndex() - at - 4);
        }
        end(out, start);
    }

    private static void cell(ByteBuf out, int type, short format, String cell) {
        if (format != BINARY) {
            ByteBufUtil.writeUtf8(out, cell);
            return;
        }
        switch (type) {
            case Table.INT4 -> out.writeInt((int) Long.parseLong(cell));
            case Table.INT8 -> out.writeLong(Long.parseLong(cell));
            case Table.NUMERIC -> numeric(out, Long.parseLong(cell));
            default -> ByteBufUtil.writeUtf8(out, cell);
        }
    }

    /** The binary numeric: digits to the base 10,000, the highest first. */
    private static void numeric(ByteBuf out, long value) {
        int digits = 0;
        for (long rest = value; rest != 0; rest /= NUMERIC_BASE) {
            digits++;
        }
        out.writeShort(digits).writeShort(Math.max(0, digits - 1));
        out.writeShort(value < 0 ? 0x4000 : 0).writeShort(0);
        for (int i = digits - 1; i >= 0; i--) {
            long part = value;
            for (int j = 0; j < i; j++) {
                part /= NUMERIC_BASE;
            }
            out.writeShort((int) Math.abs(part % NUMERIC_BASE));
        }
    }

    private static int begin(ByteBuf out, char tag) {
        out.writeByte(tag);
        int start = out.writerIndex();
        out.writeInt(0);
        return start;
    }

    private static void end(ByteBuf out, int start) {
        out.setInt(start, out.writerIndex() - start);
    }

    /** Reads it from the end of a Bind. */
    static @Nullable ResultFormat read(ByteBuf in) {
        int count = in.readShort();
        var codes = new ArrayList<Short>();
        for (int i = 0; i < count; i++) {
            short code = in.readShort();
            if (code != 0 && code != BINARY) {
                return null;
            }
            codes.add(code);
        }
        return new ResultFormat(List.copyOf(codes));
    }
}
