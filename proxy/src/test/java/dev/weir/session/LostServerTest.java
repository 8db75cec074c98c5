package dev.weir.session;

import static dev.weir.session.ScriptedClient.bind;
import static dev.weir.session.ScriptedClient.execute;
import static dev.weir.session.ScriptedClient.flush;
import static dev.weir.session.ScriptedClient.message;
import static dev.weir.session.ScriptedClient.parse;
import static dev.weir.session.ScriptedClient.query;
import static dev.weir.session.ScriptedClient.sync;
import static io.netty.buffer.Unpooled.copiedBuffer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session goes on though its server connection has ended. */
@NullMarked
final class LostServerTest {
    private final SessionRig rig = new SessionRig("default_pool_size = 1");
    private ScriptedServer server = first();

    private ScriptedServer first() {
        rig.login();
        return rig.open();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void stops() {
        rig.raises(server, "FATAL", "57P01");
        vanishes();
    }

    private void vanishes() {
        server.vanishes();
        rig.run();
    }

    private ScriptedClient inBlock() {
        return rig.writes(rig.client(), server);
    }

    /** It can go on, on the next connection. */
    private void serves(ScriptedClient client) {
        client.asks("SELECT 2");
        ScriptedServer next = rig.open();
        assertThat(next.received()).isEqualTo("QSELECT 2");
        rig.answers(next, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
    }

    // --- outside of a block ----------------------------------------------------------------------

    @Test
    void saysThatAStatementWasRolledBack() {
        ScriptedClient client = rig.client().asks("INSERT INTO t VALUES (1)");
        stops();
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        serves(client);
    }

    @Test
    void saysThatNobodyKnows() {
        ScriptedClient client = rig.client().asks("INSERT INTO t VALUES (1)");
        vanishes();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
        serves(client);
    }

    @Test
    void takesNoNoticeForTheEnd() {
        ScriptedClient client = rig.client().asks("INSERT INTO t VALUES (1)");
        server.sends('N', "SWARNING\0VWARNING\0C57P01\0Mno\0\0".getBytes(StandardCharsets.UTF_8));
        vanishes();
        assertThat(client.told()).isEqualTo("N:no E:08007 ZI");
    }

    /** As of a backend whose postmaster lost another one. */
    @Test
    void takesNoNoticeForAnAnswer() {
        ScriptedClient client = inBlock().asks("ROLLBACK");
        server.sends('N', "SWARNING\0VWARNING\0C57P02\0Mno\0\0".getBytes(StandardCharsets.UTF_8));
        vanishes();
        assertThat(client.told()).isEqualTo("N:no C:ROLLBACK ZI");
    }

    @Test
    void takesNoErrorForTheEnd() {
        ScriptedClient client = rig.client().asks("INSERT INTO t VALUES (1)");
        rig.raises(server, "ERROR", "57P01");
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("E:57P01 ZI");
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void saysOnlyThatTheQueryIsOverIfItHadFailed() {
        ScriptedClient client = rig.client().asks("INSERT INTO t VALUES (1)");
        rig.raises(server, "ERROR", "23505");
        vanishes();
        assertThat(client.told()).isEqualTo("E:23505 ZI");
        serves(client);
    }

    @Test
    void answersABatchOnce() {
        ScriptedClient client =
                rig.client()
                        .sends(parse("", "INSERT INTO t VALUES (1)"), bind(""), execute(), sync());
        stops();
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        serves(client);
    }

    @Test
    void skipsTheRestOfABatch() {
        ScriptedClient client =
                rig.client().sends(parse("", "INSERT INTO t VALUES (1)"), bind(""), flush());
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        rig.run();
        vanishes();
        assertThat(client.told()).isEqualTo("1 2 E:40001");
        client.sends(execute());
        client.sends(sync());
        assertThat(client.told()).isEqualTo("ZI");
        serves(client);
    }

    /** Both come in one read. */
    @Test
    void swallowsNoAnswerBeforeTheEnd() {
        ScriptedClient client = rig.client().asks("BEGIN");
        server.sendsAtOnce("C", "BEGIN\0", "Z", "T", "E", "SFATAL\0VFATAL\0C57P01\0Mno\0\0");
        rig.run();
        vanishes();
        assertThat(client.told()).isEqualTo("C:BEGIN ZT");
        client.asks("SELECT 1");
        assertThat(rig.open().received()).isEqualTo("QBEGINQSELECT 1");
    }

    @Test
    void answersEachOfSeveralQueries() {
        ScriptedClient client =
                rig.client()
                        .sends(
                                query("INSERT INTO t VALUES (1)"),
                                query("INSERT INTO t VALUES (2)"),
                                query("INSERT INTO t VALUES (3)"));
        rig.answers(server, "INSERT 0 1", 'I');
        stops();
        assertThat(client.told()).isEqualTo("C:INSERT_0_1 ZI E:08007 ZI E:40001 ZI");
        serves(client);
    }

    @Test
    void dropsTheDataOfACopy() {
        ScriptedClient client = rig.client().asks("COPY t FROM STDIN");
        server.sends('G', new byte[] {0, 0, 0});
        rig.run();
        vanishes();
        assertThat(client.told()).isEqualTo("G E:08007 ZI");
        client.sends(message('d'), message('d'));
        client.sends(message('c'));
        assertThat(client.told()).isEmpty();
        serves(client);
    }

    @Test
    void sendsAgainWhatNoServerHasLookedAt() {
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("VACUUM");
        assertThat(server.received()).contains("search_path");
        stops();
        ScriptedServer next = rig.open();
        rig.answers(next, "SET", 'I');
        assertThat(next.received()).endsWith("QVACUUM");
        rig.answers(next, "VACUUM", 'I');
        assertThat(client.told()).isEqualTo("C:VACUUM ZI");
    }

    /** The change of a parameter goes ahead in the same write. */
    @Test
    void sendsAgainWhatWasBehindAQueryOfWeirs() {
        ScriptedClient client =
                rig.client(Map.of("application_name", "a")).asks("VACUUM").asks("SELECT 2");
        assertThat(server.received()).contains("application_name").contains("QVACUUM");
        stops();
        assertThat(client.told()).as("two are under way").isEqualTo("E:40001 ZI E:40001 ZI");
        client.asks("VACUUM");
        server = rig.open();
        assertThat(server.received()).contains("application_name").contains("QVACUUM");
        stops();
        ScriptedServer next = rig.open();
        rig.answers(next, "SET", 'I');
        assertThat(next.received()).endsWith("QVACUUM");
        rig.answers(next, "VACUUM", 'I');
        assertThat(client.told()).isEqualTo("C:VACUUM ZI");
    }

    /** The data of a COPY are not kept: without them it would wait for its end for ever. */
    @Test
    void sendsNoCopyAgainWhoseDataWereSent() {
        ScriptedClient client =
                rig.client(Map.of("application_name", "a")).asks("COPY t FROM STDIN");
        client.sends(message('d'), message('c'));
        assertThat(server.received()).contains("application_name").endsWith("c");
        stops();
        assertThat(client.told()).isEqualTo("E:40001 ZI");
    }

    /** What the client sends later follows it. */
    @Test
    void sendsACopyAgainBeforeItsData() {
        ScriptedClient client =
                rig.client(Map.of("application_name", "a")).asks("COPY t FROM STDIN");
        stops();
        client.sends(message('d'), message('c'));
        ScriptedServer next = rig.open();
        rig.answers(next, "SET", 'I');
        assertThat(next.received()).contains("QCOPY t FROM STDIN").endsWith("c");
    }

    @Test
    void sendsNothingAgainForEver() {
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("VACUUM");
        for (int i = 0; i < 3; i++) {
            stops();
            assertThat(client.told()).isEmpty();
            server = rig.open();
        }
        stops();
        assertThat(client.told()).startsWith("E:");
    }

    @Test
    void beginsNotForEver() {
        ScriptedClient client = rig.client().asks("BEGIN");
        for (int i = 0; i < 3; i++) {
            stops();
            assertThat(client.told()).isEmpty();
            server = rig.open();
        }
        stops();
        assertThat(client.told()).isEqualTo("E:40001 ZI");
    }

    @Test
    void beginsAgain() {
        ScriptedClient client = rig.client().asks("BEGIN");
        stops();
        ScriptedServer next = rig.open();
        assertThat(next.received()).isEqualTo("QBEGIN");
        rig.answers(next, "BEGIN", 'T');
        assertThat(client.told()).isEqualTo("C:BEGIN ZT");
    }

    @Test
    void preparesAgainWhatItsServerHadPrepared() {
        ScriptedClient client =
                rig.client().sends(copiedBuffer(parse("s", "INSERT INTO t VALUES (1)"), sync()));
        server.sends('1', new byte[0]);
        server.sends('t', new byte[] {0, 0});
        server.sends('n', new byte[0]);
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("1 ZI");
        client.sends(copiedBuffer(bind("s"), execute(), sync()));
        assertThat(server.received()).endsWith("BES");
        stops();
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        client.sends(copiedBuffer(bind("s"), execute(), sync()));
        assertThat(rig.open().received()).isEqualTo("PBES");
    }

    /** Its client was told that the Parse had failed. */
    @Test
    void forgetsAStatementWhoseParseWasLost() {
        ScriptedClient client =
                rig.client()
                        .sends(
                                copiedBuffer(
                                        parse("s", "INSERT INTO t VALUES (1)"),
                                        bind("s"),
                                        execute(),
                                        sync()));
        stops();
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        client.sends(copiedBuffer(parse("s", "SELECT 1"), bind("s"), execute(), sync()));
        assertThat(rig.open().received()).startsWith("PD").endsWith("BES");
    }

    // --- in a block ------------------------------------------------------------------------------

    @Test
    void keepsTheBlockUntilItsEnd() {
        ScriptedClient client = inBlock().asks("INSERT INTO t VALUES (2)");
        vanishes();
        assertThat(client.told()).isEqualTo("E:40001 ZE");

        client.asks("INSERT INTO t VALUES (3)");
        ScriptedServer next = rig.open();
        assertThat(next.received())
                .startsWith("QBEGINQROLLBACK TO SAVEPOINT")
                .endsWith("QINSERT INTO t VALUES (3)");
        rig.answers(next, "BEGIN", 'T');
        rig.raises(next, "ERROR", "3B001");
        rig.ready(next, 'E');
        rig.raises(next, "ERROR", "25P02");
        rig.ready(next, 'E');
        assertThat(client.told()).isEqualTo("E:25P02 ZE");
        client.asks("COMMIT");
        assertThat(next.received()).isEqualTo("QCOMMIT");
        rig.answers(next, "ROLLBACK", 'I');
        assertThat(client.told()).isEqualTo("C:ROLLBACK ZI");
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void endsTheBlockWithoutAServer() {
        ScriptedClient client = inBlock().asks("INSERT INTO t VALUES (2)");
        vanishes();
        client.told();
        client.asks("COMMIT");
        assertThat(client.told()).isEqualTo("C:ROLLBACK ZI");
        serves(client);
    }

    @Test
    void doesNotKnowWhetherACommitTookEffect() {
        ScriptedClient client = inBlock().asks("COMMIT");
        vanishes();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
        serves(client);
    }

    @Test
    void rollsBackWhatIsLost() {
        ScriptedClient client = inBlock().asks("ROLLBACK");
        vanishes();
        assertThat(client.told()).isEqualTo("C:ROLLBACK ZI");
    }

    @Test
    void tellsAnIdleClientWhenItAsks() {
        ScriptedClient client = inBlock();
        stops();
        assertThat(client.told()).isEmpty();
        client.asks("INSERT INTO t VALUES (2)");
        assertThat(client.told()).isEqualTo("E:40001 ZE");
        client.asks("ROLLBACK");
        assertThat(client.told()).isEqualTo("C:ROLLBACK ZI");
        serves(client);
    }

    /** Else a driver that does not look at the command tag would take it for committed. */
    @Test
    void failsTheCommitOfWhatIsLost() {
        ScriptedClient client = inBlock();
        stops();
        client.asks("COMMIT");
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        serves(client);
    }

    @Test
    void failsABatchThatCommitsWhatIsLost() {
        ScriptedClient client = inBlock();
        stops();
        client.sends(copiedBuffer(parse("", "COMMIT"), bind(""), execute(), sync()));
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        serves(client);
    }

    @Test
    void rollsBackWhatIsLostAlready() {
        ScriptedClient client = inBlock();
        stops();
        client.asks("ROLLBACK");
        assertThat(client.told()).isEqualTo("C:ROLLBACK ZI");
        serves(client);
    }

    @Test
    void beginsTheBlockElsewhereIfNothingHasRun() {
        ScriptedClient client = rig.client().asks("BEGIN ISOLATION LEVEL SERIALIZABLE");
        rig.answers(server, "BEGIN", 'T');
        client.told();
        stops();
        client.asks("INSERT INTO t VALUES (1)");
        ScriptedServer next = rig.open();
        assertThat(next.received())
                .isEqualTo("QBEGIN ISOLATION LEVEL SERIALIZABLEQINSERT INTO t VALUES (1)");
        rig.answers(next, "BEGIN", 'T');
        rig.answers(next, "INSERT 0 1", 'T');
        assertThat(client.told()).isEqualTo("C:INSERT_0_1 ZT");
        client.asks("COMMIT");
        rig.answers(next, "COMMIT", 'I');
        assertThat(client.told()).isEqualTo("C:COMMIT ZI");
        assertThat(client.isServed()).isFalse();
    }

    /** The client was told that its block has failed, so nothing of it may run. */
    @Test
    void failsTheBlockElsewhereIfItsNextStatementWasGivenUp() {
        ScriptedClient client = rig.client().asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        client.told();
        stops();
        client.asks("INSERT INTO t VALUES (1)");
        client.cancels();
        assertThat(client.told()).isEqualTo("E:57014 ZE");
        client.asks("INSERT INTO t VALUES (2)");
        server = rig.open();
        assertThat(server.received()).startsWith("QBEGINQ").doesNotStartWith("QBEGINQINSERT");
    }

    /** A client in a block, on a server that has set its parameter. */
    private ScriptedClient inLostBlock(String... statements) {
        ScriptedClient client = rig.client(Map.of("work_mem", "2MB")).asks("BEGIN");
        rig.answers(server, "SET", 'I');
        rig.answers(server, "BEGIN", 'T');
        for (String statement : statements) {
            client.asks(statement);
            rig.answers(server, statement, 'T');
        }
        client.told();
        stops();
        return client;
    }

    /**
     * The server that takes its place is lost too.
     *
     * @param answered so many of the parameters and the BEGIN ahead of the statement
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void beginsTheBlockOnceMoreIfItsNextServerStops(int answered) {
        ScriptedClient client = inLostBlock();
        client.asks("INSERT INTO t VALUES (1)");
        server = ready(rig.open());
        for (int i = 0; i < answered; i++) {
            rig.answers(server, "SET", 'I');
        }
        stops();

        ScriptedServer third = rig.open();
        assertThat(third.received()).endsWith("QBEGINQINSERT INTO t VALUES (1)");
        rig.answers(third, "SET", 'I');
        rig.answers(third, "BEGIN", 'T');
        rig.answers(third, "INSERT 0 1", 'T');
        assertThat(client.told()).isEqualTo("C:INSERT_0_1 ZT");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void failsTheBlockIfItsNextServerVanishes(int answered) {
        ScriptedClient client = inLostBlock("INSERT INTO t VALUES (1)");
        client.asks("INSERT INTO t VALUES (2)");
        assertThat(client.told()).isEqualTo("E:40001 ZE");
        client.asks("INSERT INTO t VALUES (3)");
        server = ready(rig.open());
        List<String> ahead = List.of("SET", "BEGIN");
        for (String tag : ahead.subList(0, answered)) {
            rig.answers(server, tag, tag.equals("BEGIN") ? 'T' : 'I');
        }
        vanishes();

        ScriptedServer third = ready(rig.open());
        rig.answers(third, "SET", 'I');
        rig.answers(third, "BEGIN", 'T');
        for (String sqlState : List.of("3B001", "25P02")) {
            rig.raises(third, "ERROR", sqlState);
            rig.ready(third, 'E');
        }
        assertThat(client.told()).isEqualTo("E:25P02 ZE");
    }

    /** It has got what a block of this client begins with. */
    private static ScriptedServer ready(ScriptedServer next) {
        assertThat(next.received()).contains("work_mem").contains("QBEGIN").contains("QINSERT");
        return next;
    }

    // --- who cannot go on ------------------------------------------------------------------------

    @Test
    void endsASessionThatHasSomethingOnTheServer() {
        try (SessionRig larger = new SessionRig("default_pool_size = 2")) {
            ScriptedClient client = larger.client().asks("CREATE TEMP TABLE x (a int)");
            ScriptedServer own = larger.open();
            larger.raises(own, "FATAL", "57P01");
            assertThat(client.told()).isEqualTo("E:57P01");
            own.vanishes();
            larger.run();
            assertThat(client.port().end()).isEqualTo("closed");
        }
    }

    @Test
    void endsInTheMiddleOfAMessage() {
        ScriptedClient client = rig.client().asks("SELECT 1");
        server.sendsBeginning('D', 100, 50);
        rig.run();
        vanishes();
        assertThat(client.port().end()).isEqualTo("closed");
    }

    @Test
    void endsWithAnotherFatalError() {
        ScriptedClient client = rig.client().asks("SELECT 1");
        rig.raises(server, "FATAL", "XX000");
        vanishes();
        assertThat(client.told()).isEqualTo("E:XX000");
        assertThat(client.port().end()).isEqualTo("closed");
    }
}
