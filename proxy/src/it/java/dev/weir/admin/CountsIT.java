package dev.weir.admin;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.WireClient;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the console counts is what PgBouncer counts. */
final class CountsIT {
    @TempDir private Path directory;

    private WeirFile start(String... settings) {
        String entry =
                "app = host=127.0.0.1 port=%d dbname=postgres pool_mode=transaction pool_size=1"
                        .formatted(SharedPostgres.node().port());
        return WeirFile.start(directory, entry, settings);
    }

    private static void run(WireClient client, String name, String sql) {
        client.send(parse(name, sql), bind("", name), execute("", 0), sync());
        assertThat(client.summaries()).contains("Z I");
    }

    private static Map<String, String> totals(WireClient console) {
        Map<String, String> totals = new HashMap<>();
        Answers.rows(console.query("SHOW STATS")).stream()
                .filter(row -> "app".equals(row.get("database")))
                .forEach(totals::putAll);
        return totals;
    }

    @Test
    void onlyStatementsThatAreFollowedCount() {
        try (WeirFile weir = start();
                WireClient console = weir.console();
                WireClient client = weir.client("postgres", "app")) {
            run(client, "", "select 1");
            assertThat(totals(console))
                    .containsEntry("total_client_parse_count", "0")
                    .containsEntry("total_server_parse_count", "0")
                    .containsEntry("total_bind_count", "0");
            run(client, "s", "select 2");
            try (WireClient other = weir.client("postgres", "app")) {
                run(other, "t", "select 2");
            }
            assertThat(totals(console))
                    .containsEntry("total_client_parse_count", "2")
                    .containsEntry("total_server_parse_count", "1")
                    .containsEntry("total_bind_count", "2")
                    .containsEntry("total_client_login_count", "2");
        }
    }

    @Test
    void noneCountsWhereNoneIsFollowed() {
        try (WeirFile weir = start("max_prepared_statements = 0");
                WireClient console = weir.console();
                WireClient client = weir.client("postgres", "app")) {
            run(client, "s", "select 2");
            assertThat(totals(console))
                    .containsEntry("total_client_parse_count", "0")
                    .containsEntry("total_server_parse_count", "0")
                    .containsEntry("total_bind_count", "0");
        }
    }

    /** Not the connection from which Weir learns what to greet with. */
    @Test
    void anAssignmentIsToAClientThatAsks() {
        try (WeirFile weir = start();
                WireClient console = weir.console();
                WireClient client = weir.client("postgres", "app")) {
            assertThat(totals(console)).containsEntry("total_server_assignment_count", "0");
            client.query("select 1");
            assertThat(totals(console)).containsEntry("total_server_assignment_count", "1");
        }
    }

    @Test
    void aConsoleCountsAsALogin() {
        try (WeirFile weir = start();
                WireClient console = weir.console();
                WireClient other = weir.console()) {
            other.query("SHOW VERSION");
            assertThat(Answers.rows(console.query("SHOW STATS")))
                    .filteredOn(row -> "pgbouncer".equals(row.get("database")))
                    .singleElement()
                    .satisfies(
                            row -> assertThat(row).containsEntry("total_client_login_count", "2"));
        }
    }

    /** Each statement is prepared with those that the connection has already. */
    @Test
    void aChangedLimitOfStatementsHoldsForClientsThatAreThere() {
        try (WeirFile weir = start("max_prepared_statements = 2");
                WireClient console = weir.console();
                WireClient client = weir.client("postgres", "app")) {
            for (int i = 0; i < 4; i++) {
                run(client, "s" + i, "select " + i);
            }
            assertThat(prepared(client)).isEqualTo(2);
            console.query("SET max_prepared_statements = 4");
            for (int i = 0; i < 4; i++) {
                run(client, "t" + i, "select 1" + i);
            }
            assertThat(prepared(client)).isEqualTo(4);
            console.query("SET max_prepared_statements = 2");
            run(client, "u", "select 20");
            run(client, "v", "select 21");
            run(client, "w", "select 22");
            assertThat(prepared(client)).isEqualTo(2);
        }
    }

    private static int prepared(WireClient client) {
        return Integer.parseInt(
                client.query("select count(*) from pg_prepared_statements")
                        .get(1)
                        .row()
                        .getFirst());
    }

    /**
     * As in PgBouncer: the connection that Weir learns the greeting from is there for its client.
     */
    @Test
    void numbersFollowOneAnother() {
        try (WeirFile weir = start("server_lifetime = 0", "state_check = texts");
                WireClient console = weir.console()) {
            long last = ids(console).getLast();
            for (int i = 0; i < 3; i++) {
                try (WireClient client = weir.client("postgres", "app")) {
                    client.query("begin");
                    assertThat(ids(console)).contains(last + 1, last + 2);
                    last += 2;
                }
            }
        }
    }

    private static List<Long> ids(WireClient console) {
        return Answers.rows(console.query("SHOW SOCKETS")).stream()
                .map(row -> Long.valueOf(String.valueOf(row.get("id"))))
                .sorted()
                .toList();
    }

    @Test
    void noNumberStandsForTwo() {
        try (WeirFile weir = start();
                WireClient console = weir.console();
                WireClient client = weir.client("postgres", "app")) {
            client.query("select 1");
            List<String> ids =
                    Answers.rows(console.query("SHOW SOCKETS")).stream()
                            .map(row -> row.get("id"))
                            .toList();
            assertThat(ids).hasSizeGreaterThan(1).doesNotHaveDuplicates();
        }
    }
}
