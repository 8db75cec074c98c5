package dev.weir.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where transactions go, and what their clients see of it. */
final class RoutingIT {
    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        routes = Routes.start(directory, 2);
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    @AfterEach
    void resume() {
        routes.replica(0).resumeReplay();
        routes.replica(1).resumeReplay();
    }

    private static boolean onReplica(WireClient client) {
        return routes.isReplica(client.query(Routes.WHERE.formatted("test")));
    }

    private static boolean onReplica(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT on_replica(), ?::int");
                ResultSet rows = executed(statement)) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    // --- explicit -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"explicit", "eager", "auto"})
    void readOnlyTransactionsRunOnAReplica(String database) {
        try (WireClient client = routes.client(database)) {
            for (String begin :
                    List.of(
                            "BEGIN READ ONLY",
                            "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")) {
                assertThat(client.query(begin).getLast().status()).isEqualTo('T');
                assertThat(onReplica(client)).as(begin).isTrue();
                assertThat(onReplica(client)).as(begin).isTrue();
                assertThat(client.query("COMMIT").getLast().status()).isEqualTo('I');
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"explicit", "eager", "auto"})
    void otherTransactionsRunOnThePrimary(String database) {
        try (WireClient client = routes.client(database)) {
            assertThat(client.query("BEGIN"))
                    .extracting(Message::summary)
                    .containsExactly("C BEGIN", "Z T");
            assertThat(onReplica(client)).isFalse();
            Routes.assertFine(client.query("UPDATE t SET b = 1 WHERE a = 1"));
            Routes.assertFine(client.query("COMMIT"));
        }
    }

    @Test
    void aDeferredBeginWaitsForSetTransaction() {
        try (WireClient client = routes.client("explicit")) {
            client.query("BEGIN");
            client.query("SET TRANSACTION READ ONLY");
            assertThat(onReplica(client)).isTrue();
            assertThat(client.query("ROLLBACK").getLast().status()).isEqualTo('I');
            client.query("BEGIN");
            assertThat(client.query("COMMIT"))
                    .extracting(Message::summary)
                    .containsExactly("C COMMIT", "Z I");
        }
    }

    @Test
    void sessionsThatReadOnlyRunOnAReplica() {
        try (WireClient client = routes.client("explicit")) {
            assertThat(onReplica(client)).isFalse();
            client.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
            assertThat(onReplica(client)).isTrue();
            client.query("SET default_transaction_read_only = off");
            assertThat(onReplica(client)).isFalse();
        }
    }

    @Test
    void hintsAndSettingsDecide() {
        try (WireClient client = routes.client("explicit")) {
            assertThat(routes.isReplica(client.query("/* weir: route=replica */ " + Routes.WHERE)))
                    .isTrue();
            client.query("SET weir.route = 'auto'");
            await().until(() -> onReplica(client)); // once the functions are known
            assertThat(routes.isReplica(client.query("/* weir: route=primary */ " + Routes.WHERE)))
                    .isFalse();
            client.query("SET weir.route = 'primary'");
            assertThat(onReplica(client)).isFalse();
            client.query("RESET weir.route");
            assertThat(onReplica(client)).isFalse();
            assertThat(client.query("SHOW weir.route"))
                    .extracting(Message::summary)
                    .contains("D explicit");
        }
    }

    @Test
    void aDatabaseOfReplicasIsOne() {
        try (WireClient client = routes.client("replica")) {
            assertThat(onReplica(client)).isTrue();
            assertThat(client.query("INSERT INTO t VALUES (1000, 1)").getFirst().tag())
                    .isEqualTo('C');
        }
    }

    // --- auto -----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "SELECT on_replica() # t",
                "SELECT on_replica(); # t",
                "TABLE t # ?",
                "WITH x AS (SELECT on_replica()) TABLE x # t",
                "SELECT on_replica() FOR UPDATE # f",
                "WITH x AS (INSERT INTO t VALUES (2000, 1) RETURNING a) SELECT on_replica() FROM x"
                        + " # f",
                "SELECT on_replica() FROM pg_class LIMIT 1 # f",
                "SELECT on_replica() WHERE nextval('s') > 0 # f",
                "SELECT on_replica() WHERE pg_try_advisory_xact_lock(1) # f",
                "SELECT on_replica() WHERE pg_notify('a', 'b') IS NOT NULL # f",
                "SELECT on_replica() WHERE txid_current() > 0 # f",
                "SELECT pg_is_in_recovery() # f"
            })
    void onlyWhatProvablyReadsRunsOnAReplica(String text, String expected) {
        try (WireClient client = routes.client("auto")) {
            List<Message> answer = client.query(text);
            Routes.assertFine(answer);
            if (!expected.equals("?")) {
                assertThat(routes.isReplica(answer)).isEqualTo(expected.equals("t"));
            }
        }
    }

    @Test
    void aTextIsNoBetterThanItsWorstStatement() {
        try (WireClient client = routes.client("auto")) {
            List<Message> answer =
                    client.query("SELECT on_replica(); INSERT INTO t VALUES (3000, 1)");
            Routes.assertFine(answer);
            assertThat(routes.isReplica(answer)).isFalse();
        }
    }

    /** What the text does not show, the replica refuses: the client sees neither. */
    @Test
    void aFunctionThatChangesIsLookedAtAnew() {
        try (WireClient client = routes.client("waits")) {
            String where = "SELECT moody()";
            client.query(
                    "CREATE FUNCTION moody() RETURNS bool VOLATILE LANGUAGE sql AS 'SELECT"
                            + " pg_is_in_recovery()'");
            assertThat(routes.isReplica(client.query(where))).isFalse();
            client.query("ALTER FUNCTION moody() STABLE");
            await().until(() -> routes.isReplica(client.query(where)));
            client.query("ALTER FUNCTION moody() VOLATILE");
            assertThat(routes.isReplica(client.query(where))).isFalse();
            client.query("DROP FUNCTION moody()");
        }
    }

    @Test
    void aLiarIsRunAgainOnThePrimary() {
        try (WireClient client = routes.client("auto")) {
            String lie = "SELECT liar()";
            assertThat(client.query(lie))
                    .extracting(Message::summary)
                    .contains("C SELECT 1", "Z I")
                    .noneMatch(line -> line.startsWith("E"));
            Routes.assertFine(client.query(lie));
            client.query("SET weir.explain = on");
            assertThat(client.query(lie))
                    .filteredOn(message -> message.tag() == 'N')
                    .singleElement()
                    .extracting(Message::errorMessage)
                    .asString()
                    .contains(Reason.REFUSED_BEFORE.sentence());
        }
    }

    @Test
    void errorsOfTheStatementAreTheClients() {
        try (WireClient client = routes.client("auto")) {
            assertThat(client.query("SELECT 1/0 FROM t").getFirst().tag()).isIn('T', 'E');
            assertThat(client.query("SELECT * FROM missing").getFirst().sqlState())
                    .isEqualTo("42P01");
            assertThat(client.query("SELECT").getLast().status()).isEqualTo('I');
        }
    }

    /** With backslashes that escape, what looks like a string may end in a COPY. */
    @Test
    void textsThatSettingsMakeUnclearAreThePrimarys() {
        try (WireClient client = routes.client("waits")) {
            client.query("SET standard_conforming_strings = off");
            assertThat(onReplica(client)).isTrue(); // plain, whatever is set
            assertThat(routes.isReplica(client.query("SELECT on_replica(), E'\\''"))).isFalse();

            client.send(
                    Wire.query(
                            "INSERT INTO t VALUES (1077, 1) RETURNING '\\' '; COPY t FROM STDIN;"
                                    + " --'"));
            while (client.read().tag() != 'G') {}
            client.send(Wire.copyData("1078\t1\n".getBytes(UTF_8)), Wire.copyDone());
            assertThat(client.readUntilReady())
                    .extracting(Message::summary)
                    .containsExactly("C COPY 1", "Z I");
            List<Message> rows = client.query("SELECT a FROM t WHERE a IN (1077, 1078)");
            assertThat(rows).extracting(Message::summary).contains("D 1077", "D 1078");
            Routes.assertFine(client.query("DELETE FROM t WHERE a IN (1077, 1078)"));
        }
    }

    // --- the deny list in READ ONLY transactions -------------------------------------------------

    @Test
    void aDeniedFirstStatementMovesToThePrimary() {
        for (String database : List.of("explicit", "eager")) {
            try (WireClient client = routes.client(database)) {
                client.query("BEGIN READ ONLY");
                List<Message> answer =
                        client.query("SELECT on_replica() WHERE pg_try_advisory_xact_lock(2)");
                Routes.assertFine(answer);
                assertThat(routes.isReplica(answer)).as(database).isFalse();
                assertThat(onReplica(client)).isFalse();
                assertThat(client.query("INSERT INTO t VALUES (4000, 1)").getFirst().sqlState())
                        .isEqualTo("25006");
                client.query("ROLLBACK");
            }
        }
    }

    @Test
    void aDeniedLaterStatementIsRefused() {
        try (WireClient client = routes.client("explicit")) {
            client.query("BEGIN READ ONLY");
            assertThat(onReplica(client)).isTrue();
            Message error = client.query("SELECT pg_advisory_xact_lock(1)").getFirst();
            assertThat(error.sqlState()).isEqualTo("0A000");
            assertThat(error.errorMessage()).contains("pg_advisory_xact_lock");
            assertThat(client.query("SELECT 1").getFirst().sqlState()).isEqualTo("25P02");
            assertThat(client.query("ROLLBACK").getLast().status()).isEqualTo('I');
            assertThat(client.query("SELECT 1").getLast().status()).isEqualTo('I');
        }
    }

    // --- drivers ---------------------------------------------------------------------------------

    private static Connection jdbc(String database, String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + routes.port() + "/" + database + "?" + options,
                "postgres",
                "");
    }

    private static ResultSet executed(PreparedStatement statement) throws SQLException {
        statement.setInt(1, 1);
        return statement.executeQuery();
    }

    @Test
    void pgjdbcSaysReadOnlyInItsWays() throws SQLException {
        try (Connection connection = jdbc("explicit", "")) {
            for (int i = 0; i < 8; i++) { // from the fifth on, its BEGIN is prepared
                connection.setAutoCommit(false);
                connection.setReadOnly(true);
                assertThat(onReplica(connection)).isTrue();
                assertThat(onReplica(connection)).isTrue();
                connection.commit();
                connection.setReadOnly(false);
                assertThat(onReplica(connection)).isFalse();
                connection.commit();
            }
        }
        try (Connection connection = jdbc("explicit", "readOnlyMode=always")) {
            connection.setReadOnly(true);
            assertThat(onReplica(connection)).isTrue();
            connection.setReadOnly(false);
            assertThat(onReplica(connection)).isFalse();
        }
        try (Connection connection = jdbc("auto", "prepareThreshold=3")) {
            for (int i = 0; i < 8; i++) {
                assertThat(onReplica(connection)).isTrue();
            }
        }
    }

    @Test
    void pgjdbcFindsTheServerTypeThatItWants() throws SQLException {
        try (Connection connection = jdbc("replica", "targetServerType=secondary")) {
            assertThat(onReplica(connection)).isTrue();
        }
        try (Connection connection = jdbc("explicit", "targetServerType=primary")) {
            assertThat(onReplica(connection)).isFalse();
        }
    }

    // --- causal reads ----------------------------------------------------------------------------

    @Test
    void readsSeeTheSessionsWrites() {
        routes.replica(0).pauseReplay();
        routes.replica(1).pauseReplay();
        try (WireClient client = routes.client("auto")) {
            for (int i = 1; i <= 50; i++) {
                client.query("UPDATE t SET b = " + i + " WHERE a = 2");
                assertThat(client.query("SELECT b FROM t WHERE a = 2"))
                        .extracting(Message::summary)
                        .contains("D " + i);
            }
        }
    }

    @Test
    void aReadWaitsForItsReplica() {
        try (WireClient client = routes.client("waits")) {
            for (int i = 1; i <= 50; i++) {
                client.query("UPDATE t SET b = " + i + " WHERE a = 3");
                List<Message> answer = client.query("SELECT on_replica(), b FROM t WHERE a = 3");
                assertThat(answer).extracting(Message::summary).contains("D t|" + i);
            }
        }
    }

    @Test
    void aTokenGoesFromHandToHand() {
        routes.replica(0).pauseReplay();
        routes.replica(1).pauseReplay();
        try (WireClient writer = routes.client("auto");
                WireClient reader = routes.client("auto")) {
            writer.query("UPDATE t SET b = 77 WHERE a = 4");
            String lsn = writer.query("SHOW weir.lsn").get(1).row().getFirst();
            Routes.assertFine(reader.query("SET weir.min_lsn = '" + lsn + "'"));
            assertThat(reader.query("SELECT b FROM t WHERE a = 4"))
                    .extracting(Message::summary)
                    .contains("D 77");
        }
    }

    @Test
    void sessionsOfOneUserMayShareATokens() {
        routes.replica(0).pauseReplay();
        try (WireClient writer = routes.client("team");
                WireClient reader = routes.client("team")) {
            for (int i = 1; i <= 50; i++) {
                writer.query("UPDATE t SET b = " + i + " WHERE a = 5");
                assertThat(reader.query("SELECT b FROM t WHERE a = 5"))
                        .extracting(Message::summary)
                        .contains("D " + i);
            }
        }
    }

    @Test
    void withoutThemReadsMayBeStale() {
        routes.replica(0).pauseReplay();
        routes.replica(1).pauseReplay();
        try (WireClient client = routes.client("stale")) {
            client.query("UPDATE t SET b = b + 1000 WHERE a = 6");
            assertThat(client.query("SELECT b FROM t WHERE a = 6"))
                    .extracting(Message::summary)
                    .contains("D 0");
        }
    }

    // --- nodes that go ---------------------------------------------------------------------------

    @Test
    void aLostReplicaIsNotSeenByItsReaders() {
        PgNode lost = routes.replica(1);
        try (WireClient first = routes.client("auto");
                WireClient second = routes.client("auto")) {
            assertThat(onReplica(first)).isTrue();
            assertThat(onReplica(second)).isTrue();
            lost.kill();
            for (int i = 0; i < 20; i++) {
                Routes.assertFine(first.query("SELECT on_replica()"));
                Routes.assertFine(second.query("SELECT on_replica()"));
            }
            lost.start();
            await().until(() -> onReplica(first) && onReplica(second));
        }
    }

    /** Its Close was sent, and not answered: what the batch did to names is undone, too. */
    @Test
    void aLostReplicaIsNotSeenByABatchThatClosesWhatItHasParsed() {
        byte[] batch =
                Wire.concat(
                        Wire.parse("s", "SELECT on_replica()"),
                        Wire.bind("", "s"),
                        Wire.execute("", 0),
                        Wire.closeStatement("s"),
                        Wire.sync());
        PgNode lost = routes.replica(1);
        try (WireClient first = routes.client("auto");
                WireClient second = routes.client("auto")) {
            for (WireClient each : List.of(first, second)) {
                each.send(batch);
                Routes.assertFine(each.readUntilReady());
            }
            lost.pause();
            first.send(batch);
            second.send(batch);
            lost.kill();
            Routes.assertFine(first.readUntilReady());
            Routes.assertFine(second.readUntilReady());
            lost.start();
            await().until(() -> onReplica(first) && onReplica(second));
        }
    }

    @Test
    void stateOnAServerConnectionStaysOnThePrimary() {
        try (WireClient client = routes.client("auto")) {
            client.query("CREATE TEMP TABLE mine (a int)");
            Routes.assertFine(client.query("SELECT * FROM mine"));
            assertThat(onReplica(client)).isFalse();
            client.query("DROP TABLE mine");
            await().until(() -> onReplica(client));
        }
    }

    @Test
    void withoutNodesNothingIsDifferent() {
        try (WireClient client = routes.client("plain")) {
            assertThat(onReplica(client)).isFalse();
            client.query("BEGIN READ ONLY");
            assertThat(onReplica(client)).isFalse();
            client.query("COMMIT");
        }
    }
}
