package dev.weir.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.config.PoolMode;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** pgjdbc through a pool of transactions with one server connection. */
final class DriverIT {
    @RegisterExtension
    static final Rig weir = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    private static void execute(Connection connection, String... texts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : texts) {
                statement.execute(text);
            }
        }
    }

    private static List<String> column(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        while (rows.next()) {
            values.add(rows.getString(1));
        }
        return values;
    }

    @Test
    void preparedStatementsOfTwoConnectionsTakeTurns() throws SQLException {
        try (Connection a = weir.jdbc("prepareThreshold", "1");
                Connection b = weir.jdbc("prepareThreshold", "1");
                PreparedStatement x = a.prepareStatement("select 'a' || ?::int");
                PreparedStatement y = b.prepareStatement("select 'b' || ?::int")) {
            for (int i = 0; i < 20; i++) {
                x.setInt(1, i);
                y.setInt(1, i);
                assertThat(column(x.executeQuery())).containsExactly("a" + i);
                assertThat(column(y.executeQuery())).containsExactly("b" + i);
            }
        }
    }

    @Test
    void batchesReturnTheirCountsAndKeys() throws SQLException {
        try (Connection a = weir.jdbc("prepareThreshold", "1", "reWriteBatchedInserts", "true")) {
            execute(a, "drop table if exists batched", "create table batched (i serial, s text)");
            try (PreparedStatement insert =
                    a.prepareStatement(
                            "insert into batched (s) values (?)",
                            Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 0; i < 300; i++) {
                    insert.setString(1, "s" + i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(300);
                assertThat(column(insert.getGeneratedKeys())).hasSize(300).contains("1", "300");
            }
        }
    }

    @Test
    void aFailingBatchRollsBackAlone() throws SQLException {
        try (Connection a = weir.jdbc()) {
            execute(a, "drop table if exists failing", "create table failing (i int primary key)");
            a.setAutoCommit(false);
            try (PreparedStatement insert = a.prepareStatement("insert into failing values (?)")) {
                for (int i : new int[] {1, 2, 2, 3}) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                assertThatThrownBy(insert::executeBatch).isInstanceOf(SQLException.class);
            }
            a.rollback();
            try (Statement count = a.createStatement()) {
                assertThat(column(count.executeQuery("select count(*) from failing")))
                        .containsExactly("0");
            }
            a.commit();
        }
    }

    @Test
    void cursorsFetchInPieces() throws SQLException {
        try (Connection a = weir.jdbc();
                Connection b = weir.jdbc()) {
            a.setAutoCommit(false);
            try (Statement statement = a.createStatement()) {
                statement.setFetchSize(10);
                assertThat(column(statement.executeQuery("select generate_series(1, 95)")))
                        .hasSize(95);
            }
            a.commit();
            execute(b, "select 1");
        }
    }

    @Test
    void copiesBothWays() throws SQLException, IOException {
        try (Connection a = weir.jdbc()) {
            execute(a, "drop table if exists copied", "create table copied (i int, s text)");
            CopyManager copy = a.unwrap(PGConnection.class).getCopyAPI();
            var in = new StringBuilder();
            for (int i = 0; i < 5_000; i++) {
                in.append(i).append('\t').append("row ").append(i).append('\n');
            }

            assertThat(copy.copyIn("copy copied from stdin", new StringReader(in.toString())))
                    .isEqualTo(5_000);
            var out = new StringWriter();
            copy.copyOut("copy copied to stdout", out);

            assertThat(out.toString()).isEqualTo(in.toString());
            assertThatThrownBy(
                            () -> copy.copyIn("copy copied from stdin", new StringReader("x\ty\n")))
                    .isInstanceOf(SQLException.class);
            execute(a, "select 1");
        }
    }

    @Test
    void largeObjectsLiveInATransaction() throws SQLException {
        try (Connection a = weir.jdbc();
                Connection b = weir.jdbc()) {
            a.setAutoCommit(false);
            LargeObjectManager objects = a.unwrap(PGConnection.class).getLargeObjectAPI();
            long id = objects.createLO(LargeObjectManager.READWRITE);
            byte[] data = "large enough".repeat(10_000).getBytes(StandardCharsets.UTF_8);
            LargeObject object = objects.open(id, LargeObjectManager.READWRITE);
            object.write(data);
            object.seek(0);

            assertThat(object.read(data.length)).isEqualTo(data);
            object.close();
            objects.delete(id);
            a.commit();
            execute(b, "select 1");
        }
    }

    @Test
    void cancelReachesTheQueryThatRuns() throws SQLException, InterruptedException {
        try (Connection a = weir.jdbc();
                Statement sleeping = a.createStatement()) {
            Thread canceller =
                    Thread.ofVirtual()
                            .start(() -> {
                                String asleep =
                                        "select count(*) from pg_stat_activity where state ="
                                                + " 'active' and query = 'select pg_sleep(30)'";
                                await().until(() -> weir.node().queryText(asleep).equals("1"));
                                cancel(sleeping);
                            });
            assertThatThrownBy(() -> sleeping.execute("select pg_sleep(30)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            canceller.join();
            execute(a, "select 1");
        }
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void severalResultsComeInOrder() throws SQLException {
        try (Connection a = weir.jdbc();
                Statement statement = a.createStatement()) {
            List<String> all = new ArrayList<>();
            boolean rows =
                    statement.execute(
                            "select 1; select 'two'; create temp table z (i int) on commit drop;"
                                    + " select 4");
            while (rows || statement.getUpdateCount() >= 0) {
                if (rows) {
                    all.addAll(column(statement.getResultSet()));
                }
                rows = statement.getMoreResults();
            }
            assertThat(all).containsExactly("1", "two", "4");
        }
    }

    @Test
    void autosaveAndSavepointsHeal() throws SQLException {
        try (Connection a = weir.jdbc("autosave", "always")) {
            execute(a, "drop table if exists healed", "create table healed (i int)");
            a.setAutoCommit(false);
            execute(a, "insert into healed values (1)");
            assertThatThrownBy(() -> execute(a, "insert into healed values ('x')"))
                    .isInstanceOf(SQLException.class);
            Savepoint savepoint = a.setSavepoint("s");
            execute(a, "insert into healed values (2)");
            a.rollback(savepoint);
            a.commit();
            try (Statement statement = a.createStatement()) {
                assertThat(column(statement.executeQuery("select i from healed")))
                        .containsExactly("1");
            }
            a.commit();
        }
    }

    @Test
    void describesItsCatalogs() throws SQLException {
        try (Connection a = weir.jdbc();
                Connection b = weir.directJdbc()) {
            execute(
                    a,
                    "drop table if exists seen",
                    "create table seen (i int primary key, s text)");
            assertThat(column(a.getMetaData().getTables(null, "public", "seen", null)))
                    .isEqualTo(column(b.getMetaData().getTables(null, "public", "seen", null)));
            assertThat(column(a.getMetaData().getColumns(null, "public", "seen", null))).hasSize(2);
        }
    }
}
