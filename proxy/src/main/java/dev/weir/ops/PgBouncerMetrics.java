package dev.weir.ops;

import dev.weir.admin.Access;
import dev.weir.admin.ConsoleService;
import dev.weir.admin.Reply;
import dev.weir.admin.Row;
import dev.weir.admin.Table;
import dev.weir.metrics.Figure.Shape;
import dev.weir.metrics.Sheet;
import dev.weir.net.Origin;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of prometheus-community's pgbouncer_exporter, under its names and made in the same
 * way, from the console's output. The counters of SHOW STATS appear under both of its prefixes:
 * that of the version that most dashboards were made for, and the current one.
 */
final class PgBouncerMetrics {
    private static final double MICROS_PER_SECOND = 1e6;

    /** One column of a topic. */
    private record Rule(String column, String name, Shape shape, double divisor) {}

    private static final List<Rule> POOLS =
            List.of(
                    gauge("cl_active", "pools_client_active_connections"),
                    gauge("cl_waiting", "pools_client_waiting_connections"),
                    gauge("cl_active_cancel_req", "pools_client_active_cancel_connections"),
                    gauge("cl_waiting_cancel_req", "pools_client_waiting_cancel_connections"),
                    gauge("sv_active", "pools_server_active_connections"),
                    gauge("sv_active_cancel", "pools_server_active_cancel_connections"),
                    gauge("sv_being_canceled", "pools_server_being_canceled_connections"),
                    gauge("sv_idle", "pools_server_idle_connections"),
                    gauge("sv_used", "pools_server_used_connections"),
                    gauge("sv_tested", "pools_server_testing_connections"),
                    gauge("sv_login", "pools_server_login_connections"),
                    gauge("maxwait", "pools_client_maxwait_seconds"));

    private static final List<Rule> STATS =
            List.of(
                    counter("query_count", "queries_pooled_total", 1),
                    counter("query_time", "queries_duration_seconds_total", MICROS_PER_SECOND),
                    counter("bytes_received", "received_bytes_total", 1),
                    counter("bytes_sent", "sent_bytes_total", 1),
                    counter("wait_time", "client_wait_seconds_total", MICROS_PER_SECOND),
                    counter("xact_count", "sql_transactions_pooled_total", 1),
                    counter("xact_time", "server_in_transaction_seconds_total", MICROS_PER_SECOND),
                    counter("client_parse_count", "client_parses_total", 1),
                    counter("server_parse_count", "server_parses_total", 1),
                    counter("bind_count", "binds_total", 1));

    private static final List<Rule> DATABASES =
            List.of(
                    gauge("pool_size", "databases_pool_size"),
                    gauge("reserve_pool_size", "databases_reserve_pool"),
                    gauge("max_connections", "databases_max_connections"),
                    gauge("current_connections", "databases_current_connections"),
                    gauge("paused", "databases_paused"),
                    gauge("disabled", "databases_disabled"));

    private static final Map<String, String> LISTS =
            Map.ofEntries(
                    Map.entry("databases", "databases"),
                    Map.entry("users", "users"),
                    Map.entry("pools", "pools"),
                    Map.entry("free_clients", "free_clients"),
                    Map.entry("used_clients", "used_clients"),
                    Map.entry("login_clients", "login_clients"),
                    Map.entry("free_servers", "free_servers"),
                    Map.entry("used_servers", "used_servers"),
                    Map.entry("dns_names", "cached_dns_names"),
                    Map.entry("dns_zones", "cached_dns_zones"),
                    Map.entry("dns_queries", "in_flight_dns_queries"));

    private static final Map<String, String> CONFIG =
            Map.of(
                    "max_client_conn", "config_max_client_connections",
                    "max_user_connections", "config_max_user_connections");

    private static final List<String> PREFIXES = List.of("stats_", "stats_totals_");

    private final ConsoleService console;

    PgBouncerMetrics(ConsoleService console) {
        this.console = console;
    }

    private static Rule gauge(String column, String name) {
        return new Rule(column, name, Shape.GAUGE, 1);
    }

    private static Rule counter(String column, String name, double divisor) {
        return new Rule(column, name, Shape.COUNTER, divisor);
    }

    /** Adds them; completes with the same sheet. */
    CompletableFuture<Sheet> addTo(Sheet sheet) {
        var tables = new ArrayList<CompletableFuture<Table>>();
        for (String topic :
                List.of("POOLS", "STATS_TOTALS", "DATABASES", "LISTS", "CONFIG", "VERSION")) {
            tables.add(table(topic));
        }
        return CompletableFuture.allOf(tables.toArray(CompletableFuture<?>[]::new))
                .thenApplyAsync(
                        _ -> {
                            add(sheet, "up", Shape.GAUGE, 1, List.of(), List.of());
                            pools(sheet, tables.get(0).join());
                            stats(sheet, tables.get(1).join());
                            databases(sheet, tables.get(2).join());
                            list(sheet, tables.get(3).join(), "list", "items", LISTS);
                            list(sheet, tables.get(4).join(), "key", "value", CONFIG);
                            version(sheet, tables.get(5).join());
                            return sheet;
                        },
                        OpsPort.THREADS);
    }

    private CompletableFuture<Table> table(String topic) {
        return console.answer(Access.STATS, "", Origin.UNKNOWN, "SHOW " + topic)
                .thenApply(reply -> {
                    if (reply instanceof Reply.Rows(Table table)) {
                        return table;
                    }
                    throw new IllegalStateException("SHOW " + topic + ": " + reply);
                });
    }

    private static void pools(Sheet sheet, Table table) {
        List<String> labels = List.of("database", "user");
        for (Row row : table.rows()) {
            List<String> values = texts(table, row, labels);
            for (Rule rule : POOLS) {
                add(sheet, rule, number(table, row, rule), labels, values);
            }
        }
    }

    private static void stats(Sheet sheet, Table table) {
        List<String> labels = List.of("database");
        for (String prefix : PREFIXES) {
            for (Row row : table.rows()) {
                List<String> values = texts(table, row, labels);
                for (Rule rule : STATS) {
                    double value = number(table, row, rule);
                    add(sheet, prefix + rule.name, rule.shape, value, labels, values);
                }
            }
        }
    }

    private static void databases(Sheet sheet, Table table) {
        List<String> labels =
                List.of("name", "host", "port", "database", "force_user", "pool_mode");
        for (Row row : table.rows()) {
            List<String> values = texts(table, row, labels);
            for (Rule rule : DATABASES) {
                add(sheet, rule, number(table, row, rule), labels, values);
            }
        }
    }

    private static void list(
            Sheet sheet, Table table, String key, String value, Map<String, String> names) {
        for (Row row : table.rows()) {
            String name = names.get(text(table, row, key));
            if (name != null) {
                double number = Double.parseDouble(text(table, row, value));
                add(sheet, name, Shape.GAUGE, number, List.of(), List.of());
            }
        }
    }

    private static void version(Sheet sheet, Table table) {
        String version = text(table, table.rows().getFirst(), "version");
        add(sheet, "version_info", Shape.INFO, 1, List.of("version"), List.of(version));
    }

    // --- cells --------------------------------------------------------------------------------

    private static double number(Table table, Row row, Rule rule) {
        String text = text(table, row, rule.column);
        return text.isEmpty() ? 0 : Double.parseDouble(text) / rule.divisor;
    }

    private static List<String> texts(Table table, Row row, List<String> columns) {
        return columns.stream().map(column -> text(table, row, column)).toList();
    }

    /** A cell by the name of its column; empty for NULL. */
    private static String text(Table table, Row row, String name) {
        List<Column> columns = table.columns();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                @Nullable String cell = row.cells().get(i);
                return cell == null ? "" : cell;
            }
        }
        throw new IllegalArgumentException("column " + name + " (expected: " + columns + ")");
    }

    private static void add(
            Sheet sheet, Rule rule, double value, List<String> labels, List<String> values) {
        add(sheet, rule.name, rule.shape, value, labels, values);
    }

    private static void add(
            Sheet sheet,
            String name,
            Shape shape,
            double value,
            List<String> labels,
            List<String> values) {
        sheet.add(
                "pgbouncer_" + name,
                shape,
                "As pgbouncer_exporter tells it.",
                value,
                labels,
                values);
    }
}
