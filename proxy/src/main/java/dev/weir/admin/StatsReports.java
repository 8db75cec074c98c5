package dev.weir.admin;

import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What the console shows of work done. PgBouncer has four names for each number; exporters rely on
 * every one of them.
 */
final class StatsReports {
    private static final List<Column> STATS =
            Table.columns(
                    "database, total_server_assignment_count numeric, total_xact_count numeric,"
                        + " total_query_count numeric, total_received numeric, total_sent numeric,"
                        + " total_xact_time numeric, total_query_time numeric, total_wait_time"
                        + " numeric, total_client_parse_count numeric, total_server_parse_count"
                        + " numeric, total_bind_count numeric, avg_server_assignment_count numeric,"
                        + " avg_xact_count numeric, avg_query_count numeric, avg_recv numeric,"
                        + " avg_sent numeric, avg_xact_time numeric, avg_query_time numeric,"
                        + " avg_wait_time numeric, avg_client_parse_count numeric,"
                        + " avg_server_parse_count numeric, avg_bind_count numeric");

    private static final List<Column> TOTALS_OF_DATABASE =
            Table.columns(
                    "database, server_assignment_count numeric, xact_count numeric, query_count"
                        + " numeric, bytes_received numeric, bytes_sent numeric, xact_time numeric,"
                        + " query_time numeric, wait_time numeric, client_parse_count numeric,"
                        + " server_parse_count numeric, bind_count numeric");

    private static final List<Column> AVERAGES_OF_DATABASE =
            Table.columns(
                    "database, server_assignment_count numeric, xact_count numeric, query_count"
                        + " numeric, bytes_received numeric, bytes_sent numeric, xact_time numeric,"
                        + " query_time numeric, wait_time numeric, avg_client_parse_count numeric,"
                        + " avg_server_parse_count numeric, avg_bind_count numeric");

    private static final List<Column> TOTALS = Table.columns("name, value numeric");

    private static final List<String> NAMES =
            List.of(
                    "server_assignment_count",
                    "xact_count",
                    "query_count",
                    "client_bytes",
                    "server_bytes",
                    "xact_time",
                    "query_time",
                    "wait_time",
                    "ps_client_parse_count",
                    "ps_server_parse_count",
                    "ps_bind_count");

    private StatsReports() {}

    private interface ValuesOf {
        List<Long> of(String database, Statistics.Sample now, Statistics.Sample older);
    }

    static CompletableFuture<Table> stats(Survey survey) {
        return table(
                survey,
                STATS,
                (database, now, older) -> {
                    var values = new ArrayList<>(now.of(database).values());
                    values.addAll(now.averagesOf(database, older).values());
                    return values;
                });
    }

    static CompletableFuture<Table> totalsOfDatabases(Survey survey) {
        return table(survey, TOTALS_OF_DATABASE, (database, now, _) -> now.of(database).values());
    }

    static CompletableFuture<Table> averagesOfDatabases(Survey survey) {
        return table(
                survey,
                AVERAGES_OF_DATABASE,
                (database, now, older) -> now.averagesOf(database, older).values());
    }

    private static CompletableFuture<Table> table(
            Survey survey, List<Column> columns, ValuesOf values) {
        Statistics.Sample older = survey.statistics().older();
        return survey.statistics()
                .now()
                .thenApply(now -> {
                    var rows = new ArrayList<Row>();
                    for (String database : now.totals().keySet()) {
                        var cells = new ArrayList<Object>();
                        cells.add(database);
                        cells.addAll(values.of(database, now, older));
                        rows.add(Row.of(cells.toArray()));
                    }
                    return new Table(columns, rows);
                });
    }

    static CompletableFuture<Table> totals(Survey survey) {
        Statistics.Sample older = survey.statistics().older();
        return survey.statistics()
                .now()
                .thenApply(now -> {
                    Totals all = now.all();
                    var rows = new ArrayList<Row>();
                    add(rows, "total_", all);
                    add(rows, "avg_", all.since(older.all(), now.nanos() - older.nanos()));
                    return new Table(TOTALS, rows);
                });
    }

    private static void add(List<Row> rows, String prefix, Totals totals) {
        for (int i = 0; i < NAMES.size(); i++) {
            rows.add(Row.of(prefix + NAMES.get(i), totals.values().get(i)));
        }
    }
}
