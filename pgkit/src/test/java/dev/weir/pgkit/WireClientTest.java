package dev.weir.pgkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init")
final class WireClientTest {
    private static final int ABS_OF_INT4 = 1397;

    private static PgCluster cluster;
    private WireClient client;

    @BeforeAll
    static void startCluster() {
        cluster =
                PgCluster.builder()
                        .hba("host all scram 127.0.0.1/32 scram-sha-256")
                        .hba("host all md5 127.0.0.1/32 md5")
                        .hba("host all clear 127.0.0.1/32 password")
                        .hba("host all all 127.0.0.1/32 trust")
                        .start();
        cluster.primary()
                .execute(
                        """
                        CREATE ROLE scram LOGIN PASSWORD 'pencil, with = signs';
                        CREATE ROLE clear LOGIN PASSWORD 'pencil';
                        SET password_encryption = md5;
                        CREATE ROLE md5 LOGIN PASSWORD 'pencil';
                        """);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void connect() {
        client = cluster.primary().wire();
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void runsASimpleQuery() {
        client.login("postgres", "postgres");
        client.send(Wire.query("SELECT 1 AS a, NULL::text AS b; SELECT x"));
        assertThat(client.summaries())
                .containsExactly(
                        "T a(23),b(25)",
                        "D 1|\\N",
                        "C SELECT 1",
                        "E 42703 column \"x\" does not exist",
                        "Z I");
    }

    @Test
    void runsAPipelineOfExtendedQueries() {
        client.login("postgres", "postgres");
        client.send(
                Wire.parse("s", "SELECT $1::int + 1, $2", 0, 25),
                Wire.describeStatement("s"),
                Wire.bind("p", "s", "41", null),
                Wire.describePortal("p"),
                Wire.execute("p", 0),
                Wire.closePortal("p"),
                Wire.closeStatement("s"),
                Wire.sync(),
                Wire.bind("", "s"),
                Wire.sync());
        List<Message> all = client.readUntilReady(2);
        assertThat(all.stream().map(Message::summary))
                .containsExactly(
                        "1",
                        "t 23,25",
                        "T ?column?(23),?column?(25)",
                        "2",
                        "T ?column?(23),?column?(25)",
                        "D 42|\\N",
                        "C SELECT 1",
                        "3",
                        "3",
                        "Z I",
                        "E 26000 prepared statement \"s\" does not exist",
                        "Z I");
        assertThat(all.get(5).row()).containsExactly("42", null);
        assertThat(all.get(6).commandTag()).isEqualTo("SELECT 1");
        assertThat(all.get(9).status()).isEqualTo('I');
    }

    @Test
    void suspendsAPortalAtItsLimit() {
        client.login("postgres", "postgres");
        client.send(
                Wire.parse("", "SELECT generate_series(1, 3)"),
                Wire.bind("", ""),
                Wire.execute("", 2),
                Wire.flush());
        assertThat(
                        List.of(
                                client.read(),
                                client.read(),
                                client.read(),
                                client.read(),
                                client.read()))
                .hasToString("[1, 2, D 1, D 2, s]");
        client.send(Wire.sync());
        assertThat(client.summaries()).containsExactly("Z I");
    }

    @Test
    void copiesInAndOut() {
        client.login("postgres", "postgres");
        client.query("CREATE TEMP TABLE t (a text)");
        byte[] rows = "x\ny\n".getBytes(StandardCharsets.UTF_8);
        client.send(Wire.query("COPY t FROM STDIN"), Wire.copyData(rows), Wire.copyDone());
        assertThat(client.summaries()).containsExactly("G 0/1", "C COPY 2", "Z I");
        client.send(Wire.query("COPY t FROM STDIN"), Wire.copyFail("enough"));
        assertThat(client.summaries())
                .containsExactly("G 0/1", "E 57014 COPY from stdin failed: enough", "Z I");
        client.send(Wire.query("COPY t TO STDOUT"));
        assertThat(client.summaries())
                .containsExactly("H 0/1", "d x\\n", "d y\\n", "c", "C COPY 2", "Z I");
    }

    @Test
    void callsAFunction() {
        client.login("postgres", "postgres");
        client.send(Wire.functionCall(ABS_OF_INT4, ByteBuffer.allocate(4).putInt(-7).array()));
        List<Message> answer = client.readUntilReady();
        assertThat(answer.getFirst().tag()).isEqualTo('V');
        assertThat(ByteBuffer.wrap(answer.getFirst().body()).getInt(4)).isEqualTo(7);
    }

    @Test
    void logsInByEveryMethodOfPasswords() {
        for (String user : List.of("md5", "clear")) {
            try (WireClient another = cluster.primary().wire()) {
                another.login(user, "postgres", "pencil");
                assertThat(another.query("SELECT current_user"))
                        .extracting(Message::summary)
                        .contains("D " + user);
            }
        }
        client.login("scram", "postgres", "pencil, with = signs");
        assertThat(client.query("SELECT current_user"))
                .extracting(Message::summary)
                .contains("D scram");
    }

    @Test
    void reportsAWrongPassword() {
        assertThatThrownBy(() -> client.login("scram", "postgres", "wrong"))
                .hasMessage("E 28P01 password authentication failed for user \"scram\"");
    }

    @Test
    void remembersParametersAndTheCancelKey() {
        client.startup(
                Wire.PROTOCOL_3_2,
                Map.of("user", "postgres", "database", "postgres", "application_name", ""));
        client.authenticate("postgres", null);
        assertThat(client.parameters())
                .containsEntry("server_encoding", "UTF8")
                .containsEntry("application_name", "");
        assertThat(client.processId()).isPositive();
        assertThat(client.secret()).hasSize(32);
    }

    @Test
    void cancelsAQuery() {
        client.login("postgres", "postgres");
        client.send(Wire.query("SELECT pg_sleep(20)"));
        Await.until(
                "the query to run",
                Duration.ofSeconds(10),
                () ->
                        cluster.primary()
                                .queryText(
                                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event ="
                                                + " 'PgSleep'")
                                .equals("1"));
        WireClient.cancel(
                "127.0.0.1", cluster.primary().port(), client.processId(), client.secret());
        assertThat(client.summaries())
                .contains("E 57014 canceling statement due to user request", "Z I");
    }

    @Test
    void seesTheEndOfTheConnection() {
        client.login("postgres", "postgres");
        assertThat(client.isClosedByPeer(Duration.ofMillis(10))).isFalse();
        client.send(Wire.terminate());
        assertThat(client.isClosedByPeer()).isTrue();
    }

    @Test
    void losesNoByteWhenNothingArrivesInTime() {
        client.login("postgres", "postgres");
        assertThat(client.tryRead(Duration.ofMillis(10))).isNull();
        client.send(Wire.query(""));
        assertThat(client.tryRead(Duration.ofSeconds(10))).hasToString("I");
        assertThat(client.isClosedByPeer()).isFalse();
        assertThat(client.read()).hasToString("Z I");
    }
}
