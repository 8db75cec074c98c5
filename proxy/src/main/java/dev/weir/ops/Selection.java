package dev.weir.ops;

import dev.weir.admin.Row;
import dev.weir.admin.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Selects and orders the rows of a SHOW.
 *
 * @param find only rows with a value that contains this, in either case; empty = all
 * @param order a column name, with a minus in front for descending order; empty = as they come
 * @param limit maximum number of rows
 */
record Selection(String find, String order, int limit) {
    static final Selection ALL = new Selection("", "", Integer.MAX_VALUE);

    static final String EXPECTED =
            "find=<text>, order=<column> or order=-<column>, limit=<number of rows>";

    private static final List<String> NAMES = List.of("find", "order", "limit");

    /** The selected rows, and their number without the limit. */
    record Found(List<Row> rows, int all) {}

    /**
     * Reads the parameters of a request.
     *
     * @throws IllegalArgumentException if one is invalid; says which
     */
    static Selection of(Map<String, List<String>> query) {
        for (String name : query.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("parameter \"" + name + "\"");
            }
        }
        String limit = first(query, "limit");
        return new Selection(
                first(query, "find"),
                first(query, "order"),
                limit.isEmpty() ? Integer.MAX_VALUE : parsed(limit));
    }

    private static int parsed(String limit) {
        try {
            int number = Integer.parseInt(limit);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // as with one below 0
        }
        throw new IllegalArgumentException("limit \"" + limit + "\"");
    }

    private static String first(Map<String, List<String>> query, String name) {
        return query.getOrDefault(name, List.of("")).getFirst();
    }

    /**
     * Selects from an answer.
     *
     * @throws IllegalArgumentException if there is no such column
     */
    Found from(Table table) {
        Stream<Row> some = table.rows().stream();
        if (!find.isEmpty()) {
            String text = find.toLowerCase(Locale.ROOT);
            some = some.filter(row -> contains(row, text));
        }
        if (!order.isEmpty()) {
            some = some.sorted(comparator(table));
        }
        List<Row> all = some.toList();
        return new Found(all.subList(0, Math.min(limit, all.size())), all.size());
    }

    private static boolean contains(Row row, String text) {
        return row.cells().stream()
                .anyMatch(cell -> cell != null && cell.toLowerCase(Locale.ROOT).contains(text));
    }

    private Comparator<Row> comparator(Table table) {
        boolean isReverse = order.startsWith("-");
        String name = isReverse ? order.substring(1) : order;
        for (int i = 0; i < table.columns().size(); i++) {
            if (table.columns().get(i).name().equals(name)) {
                int at = i;
                Comparator<Row> by =
                        Table.isNumeric(table.columns().get(i))
                                ? Comparator.comparingDouble(row -> number(row, at))
                                : Comparator.comparing(row -> text(row, at));
                return isReverse ? by.reversed() : by;
            }
        }
        throw new IllegalArgumentException("column \"" + name + "\"");
    }

    private static double number(Row row, int at) {
        String cell = row.cells().get(at);
        return cell == null ? Double.NEGATIVE_INFINITY : Double.parseDouble(cell);
    }

    private static String text(Row row, int at) {
        String cell = row.cells().get(at);
        return cell == null ? "" : cell;
    }
}
