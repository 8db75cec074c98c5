package dev.weir.state;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shows all that a session can show of itself, asked by a client that has set nothing: on a
 * connection of a pool that must be what it is on a new one.
 */
final class Auditor {
    /** Custom settings that the tests use: PostgreSQL lists them nowhere. */
    static final List<String> CUSTOM = List.of("app.tenant", "app.other", "my.x", "request.claims");

    private static final Map<String, String> QUESTIONS = new TreeMap<>();

    static {
        QUESTIONS.put(
                "settings",
                """
                select name, setting, source, reset_val from pg_catalog.pg_settings
                 where name not in ('transaction_isolation', 'transaction_read_only',
                 'transaction_deferrable', 'seed') order by name
                """);
        QUESTIONS.put(
                "users",
                "select session_user, current_user, pg_catalog.current_setting('role'),"
                        + " pg_catalog.current_schemas(false)");
        QUESTIONS.put(
                "objects",
                Stream.of(
                                "pg_class where relnamespace",
                                "pg_type where typnamespace",
                                "pg_proc where pronamespace",
                                "pg_operator where oprnamespace",
                                "pg_collation where collnamespace",
                                "pg_ts_config where cfgnamespace",
                                "pg_ts_dict where dictnamespace",
                                "pg_opclass where opcnamespace",
                                "pg_conversion where connamespace")
                        .map(table ->
                                "select tableoid::regclass, oid from pg_catalog.%s"
                                        .formatted(table))
                        .map(select -> select + " = pg_catalog.pg_my_temp_schema()")
                        .collect(Collectors.joining(" union all ")));
        QUESTIONS.put(
                "statements",
                "select name from pg_catalog.pg_prepared_statements where name not like 'weir%'");
        QUESTIONS.put("cursors", "select name from pg_catalog.pg_cursors where name <> ''");
        QUESTIONS.put("channels", "select pg_catalog.pg_listening_channels()");
        QUESTIONS.put(
                "locks",
                "select classid, objid, objsubid, mode from pg_catalog.pg_locks where locktype ="
                        + " 'advisory' and pid = pg_catalog.pg_backend_pid()");
        QUESTIONS.put("sequences", "select pg_catalog.lastval()");
        QUESTIONS.put(
                "custom",
                CUSTOM.stream()
                        .map("nullif(pg_catalog.current_setting('%s', true), '')"::formatted)
                        .collect(Collectors.joining(", ", "select ", "")));
    }

    private Auditor() {}

    /** What the session of {@code client} is, question by question. */
    static Map<String, List<String>> dump(WireClient client) {
        var all = new TreeMap<String, List<String>>();
        QUESTIONS.forEach((name, sql) -> all.put(name, ask(client, sql)));
        return all;
    }

    /** What {@code now} has and {@code fresh} has not, and the other way round. */
    static List<String> differences(
            Map<String, List<String>> fresh, Map<String, List<String>> now) {
        var all = new ArrayList<String>();
        fresh.forEach((question, rows) -> {
            List<String> other = now.getOrDefault(question, List.of());
            other.stream()
                    .filter(row -> !rows.contains(row))
                    .forEach(row -> all.add(question + ": " + row));
            rows.stream()
                    .filter(row -> !other.contains(row))
                    .forEach(row -> all.add(question + ", not there: " + row));
        });
        return all;
    }

    /** The next value of random(), to be compared with those of a series. */
    static String random(WireClient client) {
        return ask(client, "select pg_catalog.random()").getFirst();
    }

    private static List<String> ask(WireClient client, String sql) {
        var rows = new ArrayList<String>();
        for (Message message : client.query(sql)) {
            if (message.tag() == 'D' || message.tag() == 'E') {
                rows.add(message.summary());
            }
        }
        return rows;
    }
}
