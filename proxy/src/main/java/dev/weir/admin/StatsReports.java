package dev.weir.admin;

import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What the console shows of work done. */
final class StatsReports {
    private static final List<StatsColumn> ALL = List.of(StatsColumn.values());

    private StatsReports() {}

    /** Totals, then averages. */
    static Table stats(StatsSample now, StatsSample older) {
        List<Column> columns = columns();
        ALL.forEach(column -> columns.add(numeric("total_" + column.names().total())));
        ALL.forEach(column -> columns.add(numeric("avg_" + column.names().average())));
        return table(columns, now, older, interval -> both(totals(interval), averages(interval)));
    }

    static Table totalsOfDatabases(StatsSample now, StatsSample older) {
        List<Column> columns = columns();
        ALL.forEach(column -> columns.add(numeric(column.names().ofTotals())));
        return table(columns, now, older, StatsReports::totals);
    }

    static Table averagesOfDatabases(StatsSample now, StatsSample older) {
        List<Column> columns = columns();
        ALL.forEach(column -> columns.add(numeric(column.names().ofAverages())));
        return table(columns, now, older, StatsReports::averages);
    }

    /** All databases together, in a row for each value. */
    static Table allDatabases(StatsSample now, StatsSample older) {
        Interval all = now.since(older);
        var rows = new ArrayList<Row>();
        for (StatsColumn column : ALL) {
            rows.add(Row.of("total_" + column.names().ofAll(), column.total(all)));
        }
        for (StatsColumn column : ALL) {
            rows.add(Row.of("avg_" + column.names().ofAll(), column.average(all)));
        }
        return new Table(Table.columns("name, value numeric"), rows);
    }

    private static Table table(
            List<Column> columns,
            StatsSample now,
            StatsSample older,
            Function<Interval, List<Long>> values) {
        var rows = new ArrayList<Row>();
        for (String database : now.readings().keySet()) {
            var cells = new ArrayList<Object>();
            cells.add(database);
            cells.addAll(values.apply(now.since(older, database)));
            rows.add(Row.of(cells.toArray()));
        }
        return new Table(columns, rows);
    }

    private static List<Long> totals(Interval interval) {
        return ALL.stream().map(column -> column.total(interval)).toList();
    }

    private static List<Long> averages(Interval interval) {
        return ALL.stream().map(column -> column.average(interval)).toList();
    }

    private static List<Long> both(List<Long> totals, List<Long> averages) {
        var all = new ArrayList<>(totals);
        all.addAll(averages);
        return all;
    }

    private static List<Column> columns() {
        return Table.columns("database");
    }

    private static Column numeric(String name) {
        return new Column(name, Table.NUMERIC, (short) -1);
    }
}
