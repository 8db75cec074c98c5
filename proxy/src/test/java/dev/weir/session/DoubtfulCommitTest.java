package dev.weir.session;

import static dev.weir.session.ScriptedClient.bind;
import static dev.weir.session.ScriptedClient.execute;
import static dev.weir.session.ScriptedClient.parse;
import static dev.weir.session.ScriptedClient.sync;
import static io.netty.buffer.Unpooled.copiedBuffer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What has become of a COMMIT without an answer is found out. */
@NullMarked
final class DoubtfulCommitTest {
    private SessionRig rig = new SessionRig("default_pool_size = 1", "commit_certainty = block");
    private ScriptedServer server = first();

    private ScriptedServer first() {
        rig.login();
        return rig.open();
    }

    private void begins(String... settings) {
        rig.close();
        rig = new SessionRig(settings);
        server = first();
    }

    private void writesTheLog() {
        begins("default_pool_size = 1", "commit_certainty = full");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** The connection has said which log it writes. */
    private ScriptedClient known() {
        ScriptedClient client = rig.client().asks("SELECT 1");
        assertThat(server.received()).startsWith("QSELECT system_identifier").endsWith("QSELECT 1");
        tellsItsLog("4");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
        assertThat(client.isServed()).isFalse();
        return client;
    }

    private void tellsItsLog(String arguments) {
        row("77", "3", "0/64", "t", arguments);
        rig.answers(server, "SELECT 1", 'I');
    }

    private ScriptedClient writes(ScriptedClient client) {
        return rig.writes(client, server);
    }

    private void row(@Nullable String... columns) {
        ByteBuffer row = ByteBuffer.allocate(1_000).putShort((short) columns.length);
        for (String column : columns) {
            if (column == null) {
                row.putInt(-1);
            } else {
                byte[] value = column.getBytes(StandardCharsets.UTF_8);
                row.putInt(value.length).put(value);
            }
        }
        byte[] body = new byte[row.position()];
        row.flip().get(body);
        server.sends('D', body);
    }

    private void result(@Nullable Long value) {
        ByteBuffer body = ByteBuffer.allocate(value == null ? 4 : 12);
        body.putInt(value == null ? -1 : 8);
        if (value != null) {
            body.putLong(value);
        }
        server.sends('V', body.array());
        rig.ready(server, 'T');
    }

    private void marked() {
        result(4711L);
        result(500L);
    }

    private ScriptedClient commits() {
        ScriptedClient client = writes(known()).asks("COMMIT");
        assertThat(server.received()).isEqualTo("FFQCOMMIT");
        return client;
    }

    private void vanishes() {
        server.vanishes();
        rig.run();
    }

    /** The connection that takes its place is asked, and answers so. */
    private void answers(@Nullable String... columns) {
        next();
        answersAgain(columns);
    }

    /** The connection that takes its place, which has said which log it writes. */
    private void next() {
        server = rig.open();
        tellsItsLog("4");
    }

    private void answersAgain(@Nullable String... columns) {
        assertThat(server.received())
                .contains("pg_catalog.txid_status(4711)")
                .doesNotContain("QCOMMIT");
        row("");
        row(columns);
        rig.answers(server, "SELECT 1", 'I');
    }

    private void isCommitted(ScriptedClient client) {
        assertThat(client.told()).isEmpty();
        assertThat(server.received()).isEqualTo("QBEGINQCOMMIT");
        rig.answers(server, "BEGIN", 'T');
        rig.answers(server, "COMMIT", 'I');
        assertThat(client.told()).isEqualTo("C:COMMIT ZI");
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void answersTheCommitIfItWasCarriedOut() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        assertThat(client.told()).isEmpty();
        answers("weir_commit", "f", "77", "3", "0/1F5", "f", "committed", "f", "f");
        isCommitted(client);
    }

    /** The first that a connection is given is no exception. */
    @Test
    void knowsOfTheFirstBlockOfAConnection() {
        ScriptedClient client = rig.client().asks("BEGIN");
        assertThat(server.received()).startsWith("QSELECT system_identifier").endsWith("QBEGIN");
        tellsItsLog("4");
        rig.answers(server, "BEGIN", 'T');
        client.asks("INSERT INTO t VALUES (1)");
        rig.answers(server, "INSERT 0 1", 'T');
        client.asks("COMMIT");
        assertThat(server.received()).isEqualTo("QINSERT INTO t VALUES (1)FFQCOMMIT");
        assertThat(client.told()).isEqualTo("C:BEGIN ZT C:INSERT_0_1 ZT");
        marked();
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/1F5", "f", "committed", "f", "f");
        isCommitted(client);
    }

    /** A standby says nothing: it is asked again once it has written. */
    @Test
    void asksAgainIfThereWasNoAnswer() {
        ScriptedClient client = rig.client().asks("SELECT 1");
        rig.answers(server, "SELECT 0", 'I');
        rig.answers(server, "SELECT 1", 'I');
        client.told();
        writes(client).asks("COMMIT");
        assertThat(server.received()).isEqualTo("QCOMMIT");
        rig.answers(server, "COMMIT", 'I');
        assertThat(server.received()).startsWith("QSELECT system_identifier");
        tellsItsLog("4");
        assertThat(client.isServed()).isFalse();
        writes(client).asks("COMMIT");
        assertThat(server.received()).isEqualTo("FFQCOMMIT");
    }

    /** The number is asked for behind what writes the log: only then it has one for certain. */
    @Test
    void namesTheTransactionInTheLogIfItIsToBeCertain() {
        writesTheLog();
        ScriptedClient client = commits();
        result(500L);
        result(4711L);
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/1F5", "f", "committed", "t", "f");
        isCommitted(client);
    }

    @Test
    void waitsForTheStandbyThatTheCommitHasToWaitFor() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/64", "f", "committed", "f", "t");
        assertThat(client.told()).isEmpty();
        assertThat(server.received())
                .startsWith("QBEGIN;SELECT pg_catalog.pg_logical_emit_message(true")
                .endsWith("QCOMMIT");
    }

    @Test
    void saysThatItWasRolledBack() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        answers("weir_commit", "f", "77", "4", "0/64", "t", "committed", "f", "f");
        assertThat(client.told()).isEqualTo("E:40001 ZI");
        client.asks("SELECT 1");
        assertThat(server.received()).endsWith("QSELECT 1");
    }

    @Test
    void saysThatNobodyKnows() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        answers("weir_commit", "f", "78", "3", "0/64", "f", "committed", "f", "f");
        assertThat(client.told()).isEqualTo("E:08007 ZI");
    }

    /**
     * If it is known already that the server lets nobody in, that is said while the COMMIT waits.
     */
    @Test
    void saysThatNobodyKnowsIfNobodyCanBeAsked() {
        begins("default_pool_size = 2", "commit_certainty = block");
        ScriptedClient client = commits();
        marked();
        rig.client().asks("SELECT 1");
        rig.isRefused();
        vanishes();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
        assertThat(client.session().isClosed()).isFalse();
    }

    /** The server has said why it ends, which says nothing of a COMMIT. */
    @Test
    void asksAlsoIfTheServerSaidFarewell() {
        ScriptedClient client = commits();
        marked();
        rig.raises(server, "FATAL", "57P01");
        vanishes();
        answers("weir_commit", "f", "77", "3", null, "f", "aborted", "f", "f");
        assertThat(client.told()).isEqualTo("E:40001 ZI");
    }

    @Test
    void asksUntilItHasEnded() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/64", "f", "in progress", "f", "f");
        answersAgain("weir_commit", "f", "77", "3", "0/64", "f", "committed", "f", "f");
        isCommitted(client);
    }

    @Test
    void asksNotForEver() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        next();
        for (int i = 0; i < CommitQuestion.TRIES_MAX; i++) {
            answersAgain("weir_commit", "f", "77", "3", "0/64", "f", null, "f", "f");
        }
        assertThat(client.told()).isEqualTo("E:08007 ZI");
    }

    @Test
    void asksTheNextIfThatIsLostToo() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        server = rig.open();
        assertThat(server.received()).contains("txid_status");
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/1F5", "f", "committed", "f", "f");
        isCommitted(client);
    }

    @Test
    void asksForACommitOfTheExtendedProtocol() {
        ScriptedClient client =
                writes(known())
                        .sends(copiedBuffer(parse("", "COMMIT"), bind(""), execute(), sync()));
        assertThat(server.received()).startsWith("FFP").endsWith("BES");
        marked();
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/64", "f", "committed", "f", "f");
        assertThat(server.received()).startsWith("QBEGIN").endsWith("BES");
        rig.answers(server, "BEGIN", 'T');
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        rig.answers(server, "COMMIT", 'I');
        assertThat(client.told()).isEqualTo("1 2 C:COMMIT ZI");
    }

    /** It would be run once more behind a BEGIN. */
    @Test
    void asksForNoCommitThatIsNotAlone() {
        ScriptedClient client = writes(known()).asks("INSERT INTO t VALUES (2);COMMIT");
        assertThat(server.received()).startsWith("FFQINSERT");
        marked();
        vanishes();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
    }

    @Test
    void asksForNoCommitOfWhichTheClientHasSeenTheEnd() {
        ScriptedClient client = commits();
        marked();
        server.sends('C', "COMMIT\0".getBytes(StandardCharsets.US_ASCII));
        rig.run();
        assertThat(client.told()).isEqualTo("C:COMMIT");
        vanishes();
        assertThat(rig.opening()).isZero();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
    }

    @Test
    void cannotAskWithoutTheNumber() {
        ScriptedClient client = commits();
        result(4711L);
        vanishes();
        assertThat(client.told()).as("the position is missing").isEqualTo("E:08007 ZI");
    }

    @Test
    void cannotAskWithoutANumber() {
        ScriptedClient client = commits();
        result(null);
        result(500L);
        vanishes();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
    }

    /** The marks of a COMMIT say nothing of the next, for which none were asked. */
    @Test
    void forgetsWhatWasAnswered() {
        ScriptedClient client = commits();
        marked();
        rig.answers(server, "COMMIT", 'I');
        assertThat(client.told()).isEqualTo("C:COMMIT ZI");
        client.asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        server.received();
        client.told();
        client.asks("COMMIT");
        assertThat(server.received()).as("nothing was changed").isEqualTo("QCOMMIT");
        vanishes();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
    }

    @Test
    void asksNothingForReads() {
        ScriptedClient client = known().asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        client.asks("SELECT 1");
        rig.answers(server, "SELECT 1", 'T');
        server.received();
        client.asks("COMMIT");
        assertThat(server.received()).isEqualTo("QCOMMIT");
    }

    @Test
    void asksOnceForEachBlock() {
        ScriptedClient client = writes(known()).asks("INSERT INTO t VALUES (2)");
        assertThat(server.received()).isEqualTo("FFQINSERT INTO t VALUES (2)");
        marked();
        rig.answers(server, "INSERT 0 1", 'T');
        client.told();
        client.asks("COMMIT");
        assertThat(server.received()).isEqualTo("QCOMMIT");
        vanishes();
        answers("weir_commit", "f", "77", "3", "0/1F5", "f", "committed", "f", "f");
        isCommitted(client);
    }

    /** The question runs in the client's block: if it fails, so does the block. */
    @Test
    void tellsTheErrorOfTheQuestion() {
        ScriptedClient client = commits();
        result(4711L);
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'E');
        rig.answers(server, "ROLLBACK", 'I');
        assertThat(client.told()).isEqualTo("E:57014 ZI");
        assertThat(client.isServed()).isFalse();
        client.asks("SELECT 1");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
    }

    /** The client's own statement fails as well, since its block has failed. */
    @Test
    void tellsOneErrorOfOneStatement() {
        ScriptedClient client = writes(known()).asks("INSERT INTO t VALUES (2)");
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'E');
        rig.raises(server, "ERROR", "25P02");
        rig.ready(server, 'E');
        rig.raises(server, "ERROR", "25P02");
        rig.ready(server, 'E');
        assertThat(client.told()).isEqualTo("E:57014 ZE");
        client.asks("INSERT INTO t VALUES (3)");
        rig.raises(server, "ERROR", "25P02");
        rig.ready(server, 'E');
        assertThat(client.told()).isEqualTo("E:25P02 ZE");
    }

    @Test
    void tellsTheFirstErrorOnly() {
        ScriptedClient client =
                writes(known())
                        .sends(copiedBuffer(parse("", "COMMIT"), bind(""), execute(), sync()));
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'E');
        rig.raises(server, "ERROR", "25P02");
        rig.ready(server, 'E');
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        rig.answers(server, "ROLLBACK", 'I');
        assertThat(client.told()).isEqualTo("E:57014 ZI");
    }

    /** Who cancels, or waits too long, learns that nobody knows. */
    @Test
    void saysThatNobodyKnowsIfItIsGivenUp() {
        ScriptedClient client = commits();
        marked();
        vanishes();
        assertThat(client.told()).isEmpty();
        client.cancels();
        assertThat(client.told()).isEqualTo("E:08007 ZI");
        client.asks("SELECT 1");
        server = rig.open();
        assertThat(Objects.requireNonNull(server).received()).endsWith("QSELECT 1");
    }

    @Test
    void asksNothingIfItIsOff() {
        try (var off = new SessionRig("default_pool_size = 1")) {
            off.login();
            ScriptedServer only = off.open();
            ScriptedClient client = off.client().asks("BEGIN");
            off.answers(only, "BEGIN", 'T');
            client.asks("INSERT INTO t VALUES (1)");
            off.answers(only, "INSERT 0 1", 'T');
            client.asks("COMMIT");
            off.answers(only, "COMMIT", 'I');
            assertThat(client.isServed()).isFalse();
        }
    }
}
