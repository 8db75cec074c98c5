package dev.weir.admin;

import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.BackendMessages.Column;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** An answer of the console: columns and rows. */
public record Table(List<Column> columns, List<Row> rows) {
    static final int TEXT = 25;
    static final int NUMERIC = 1700;
    private static final int BYTEA = 17;
    static final int INT4 = 23;
    static final int INT8 = 20;

    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        for (Row row : rows) {
            assert row.cells().size() == columns.size() : row + " in " + columns;
        }
    }

    /**
     * Reads columns as this package writes them: {@code "database, cl_active int4"}, where a column
     * without a type is a text.
     */
    static List<Column> columns(String list) {
        var columns = new ArrayList<Column>();
        for (String one : list.split(",", -1)) {
            String[] words = one.strip().split(" ", 2);
            columns.add(
                    switch (words.length == 1 ? "text" : words[1]) {
                        case "text" -> new Column(words[0], TEXT, (short) -1);
                        case "int4" -> new Column(words[0], INT4, (short) 4);
                        case "bytea" -> new Column(words[0], BYTEA, (short) -1);
                        case "numeric" -> new Column(words[0], NUMERIC, (short) -1);
                        case "int8" -> new Column(words[0], INT8, (short) 8);
                        default -> throw new IllegalArgumentException("column: " + one);
                    });
        }
        return columns;
    }

    /** Whether the values of a column are numbers. */
    public static boolean isNumeric(Column column) {
        return switch (column.typeOid()) {
            case INT4, INT8, NUMERIC -> true;
            default -> false;
        };
    }

    void writeTo(ByteBuf out) {
        BackendMessages.rowDescription(out, columns);
        for (Row row : rows) {
            BackendMessages.dataRow(out, row.cells());
        }
    }
}
