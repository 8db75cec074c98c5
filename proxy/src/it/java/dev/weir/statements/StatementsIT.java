package dev.weir.statements;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What SHOW STATEMENTS and the log say of what clients do. */
@NullMarked
final class StatementsIT {
    private static final int DATABASE = 0;
    private static final int CALLS = 3;
    private static final int ERRORS = 4;
    private static final int ROWS = 5;
    private static final int TOTAL = 7;
    private static final int MAX = 9;
    private static final int WAIT = 10;
    private static final int TEXT = 11;

    private static Rig start(String... settings) {
        List<String> lines = new ArrayList<>(List.of(settings));
        lines.add("admin_users = " + PgNode.USER);
        lines.add("worker_loops = 1");
        return Rig.before(Rig.postgres(), lines.toArray(String[]::new));
    }

    private static List<Message> console(Rig rig, String command) {
        try (WireClient console = rig.client(Map.of("database", "pgbouncer"))) {
            return console.query(command);
        }
    }

    private static List<List<String>> statements(Rig rig) {
        return console(rig, "SHOW STATEMENTS").stream()
                .filter(message -> message.tag() == 'D')
                .map(message -> message.row().stream().map(String::valueOf).toList())
                .toList();
    }

    private static List<String> statement(Rig rig, String text) {
        List<List<String>> all = statements(rig);
        return all.stream()
                .filter(row -> row.get(TEXT).equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(text + " in " + all));
    }

    private static long number(List<String> row, int column) {
        return Long.parseLong(row.get(column));
    }

    @Test
    void addsUpWhatDiffersInConstantsOnly() {
        try (Rig rig = start("statements_max = 100");
                WireClient client = rig.client()) {
            client.query("select 1 from generate_series(1, 3)");
            client.query("SELECT 2 FROM generate_series(1,  4) -- other");
            client.query("select 2 from generate_series(1, 4)");

            List<String> row = statement(rig, "select $1 from generate_series($2, $3)");

            assertThat(row.get(DATABASE)).isEqualTo("app");
            assertThat(number(row, CALLS)).isEqualTo(3);
            assertThat(number(row, ERRORS)).isZero();
            assertThat(number(row, ROWS)).isEqualTo(11);
            assertThat(number(row, TOTAL)).isPositive();
            assertThat(number(row, MAX)).isBetween(1L, number(row, TOTAL));
        }
    }

    @Test
    void countsPreparedStatementsByTheirExecutions() throws SQLException {
        try (Rig rig = start("statements_max = 100");
                Connection connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + rig.port() + "/app",
                                PgNode.USER,
                                PgNode.PASSWORD);
                PreparedStatement statement = connection.prepareStatement("select ? + 1 as sum")) {
            for (int i = 0; i < 12; i++) {
                statement.setInt(1, i);
                statement.executeQuery().close();
            }

            List<String> row = statement(rig, "select $1 + $2 as sum");

            assertThat(number(row, CALLS)).isEqualTo(12);
            assertThat(number(row, ROWS)).isEqualTo(12);
        }
    }

    @Test
    void countsWhatFails() {
        try (Rig rig = start("statements_max = 100");
                WireClient client = rig.client()) {
            client.query("select 1/0");
            client.query("select 1/0");

            List<String> row = statement(rig, "select $1/$2");

            assertThat(number(row, CALLS)).isEqualTo(2);
            assertThat(number(row, ERRORS)).isEqualTo(2);
        }
    }

    @Test
    void countsHowLongItsClientsWaited() throws InterruptedException {
        try (Rig rig = start("statements_max = 100", "default_pool_size = 1");
                WireClient holder = rig.client();
                WireClient waiting = rig.client()) {
            holder.query("begin");
            Thread waiter = Thread.startVirtualThread(() -> waiting.query("select 'waited'"));
            rig.awaitCounts(counts -> assertThat(counts.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
            holder.query("select pg_sleep(0.05)");
            holder.query("commit");
            waiter.join();

            assertThat(number(statement(rig, "select $1"), WAIT)).isGreaterThan(40_000);
            assertThat(number(statement(rig, "select pg_sleep($1)"), WAIT)).isZero();
        }
    }

    @Test
    void keepsNoMoreThanItIsToAndThoseThatAreUsed() {
        try (Rig rig = start("statements_max = 20");
                WireClient client = rig.client()) {
            for (int i = 0; i < 100; i++) {
                client.query("select 1 as a" + i);
                client.query("select 1 as used");
            }

            assertThat(statements(rig)).hasSizeBetween(10, 20);
            assertThat(number(statement(rig, "select $1 as used"), CALLS)).isEqualTo(100);
        }
    }

    @Test
    void forgetsOnCommand() {
        try (Rig rig = start("statements_max = 100");
                WireClient client = rig.client()) {
            client.query("select 1");
            assertThat(statements(rig)).isNotEmpty();

            assertThat(console(rig, "RESET STATEMENTS").getFirst().summary()).isEqualTo("C RESET");

            assertThat(statements(rig)).isEmpty();
            assertThat(console(rig, "RESET something").getFirst().tag()).isEqualTo('E');
        }
    }

    @Test
    void keepsNothingUnlessAsked() {
        try (Rig rig = start();
                WireClient client = rig.client()) {
            client.query("select 1");

            assertThat(statements(rig)).isEmpty();
        }
    }

    // --- the log ------------------------------------------------------------------------------

    @Test
    void logsWhatTakesLongWithoutItsConstants() {
        try (Rig rig = start("log_min_duration = 40ms");
                WireClient client = rig.client();
                LogLines lines = LogLines.beginAt(Level.INFO)) {
            client.query("select 'quick'");
            client.query("select pg_sleep(0.05), 'a secret'");

            assertThat(lines.all())
                    .filteredOn(line -> line.contains("slow_statement"))
                    .singleElement()
                    .asString()
                    .contains(" slow_statement ms=")
                    .contains(" rows=1 sqlstate=00000 fingerprint=")
                    .endsWith("text=\"select pg_sleep($1), $2\"")
                    .doesNotContain("secret");
        }
    }

    @Test
    void logsTheTraceThatAStatementBelongsTo() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        String comment = "/*framework='x',traceparent='00-" + trace + "-00f067aa0ba902b7-01'*/";
        try (Rig rig = start("log_min_duration = 0");
                WireClient client = rig.client();
                LogLines lines = LogLines.beginAt(Level.INFO)) {
            client.query("select 1 " + comment);
            client.send(
                    Wire.parse("", "select $1::int " + comment),
                    Wire.bind("", "", "7"),
                    Wire.execute("", 0),
                    Wire.sync());
            client.readUntilReady();
            client.query("select 'traceparent'");

            assertThat(lines.all())
                    .filteredOn(line -> line.contains("slow_statement"))
                    .satisfiesExactly(
                            simple ->
                                    assertThat(simple)
                                            .contains(" trace_id=" + trace)
                                            .contains(" span_id=00f067aa0ba902b7 "),
                            extended -> assertThat(extended).contains(" trace_id=" + trace),
                            none -> assertThat(none).contains(" trace_id=- span_id=- text="));
        }
    }

    @Test
    void logsOneOfSoMany() {
        try (Rig rig = start("log_min_duration = 1ms", "log_duration_sample = 3");
                WireClient client = rig.client();
                LogLines lines = LogLines.beginAt(Level.INFO)) {
            for (int i = 0; i < 6; i++) {
                client.query("select pg_sleep(0.005)");
            }

            assertThat(lines.all()).filteredOn(line -> line.contains("slow_statement")).hasSize(2);
        }
    }
}
