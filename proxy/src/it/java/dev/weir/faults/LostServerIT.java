package dev.weir.faults;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client learns whose server connection ends, and that its session goes on. */
final class LostServerIT {
    /** A plain statement that lasts. */
    private static final String LONG = "insert into t select %d from pg_sleep(60)";

    private static final String BUSY =
            "select count(*) from pg_stat_activity where state = 'active' and wait_event ="
                    + " 'PgSleep'";

    private PgCluster cluster;
    private PgNode node;
    private Rig rig;

    @BeforeEach
    void start() {
        cluster = PgCluster.start();
        node = cluster.primary();
        node.execute("create table t (a int)");
        node.execute(
                "create function wait() returns trigger language plpgsql as"
                        + " 'begin perform pg_sleep(60); return null; end'");
        node.execute("create table late (a int)");
        node.execute(
                "create constraint trigger wait after insert on late deferrable initially deferred"
                        + " for each row execute function wait()");
        rig = Rig.before(node, "default_pool_size = 5", "state_check = analysed");
    }

    @AfterEach
    void stop() {
        rig.close();
        cluster.close();
    }

    private void awaitBusy() {
        node.awaitText("a statement to run", BUSY, "1");
    }

    private String busy() {
        return node.queryText(
                "select pid from pg_stat_activity where wait_event = 'PgSleep' and state ="
                        + " 'active'");
    }

    private void terminate() {
        awaitBusy();
        node.execute("select pg_terminate_backend(" + busy() + ", 5000)");
    }

    /** Ends one backend as nothing but a fault does; all others end, too. */
    private void killBackend() {
        awaitBusy();
        ProcessHandle.of(Long.parseLong(busy())).orElseThrow().destroyForcibly();
    }

    private static void goesOn(WireClient client) {
        assertThat(client.query("select 'on'")).extracting(Message::summary).contains("D on");
    }

    private String rows(String table) {
        return node.queryText("select count(*) from " + table);
    }

    private static Message error(List<Message> answer) {
        return answer.stream().filter(one -> one.tag() == 'E').findFirst().orElseThrow();
    }

    private static char status(List<Message> answer) {
        return answer.getLast().status();
    }

    // --- one statement
    // ------------------------------------------------------------------------------

    @Test
    void aTerminatedStatementIsRolledBackAndNotRunAgain() {
        WireClient client = rig.client();
        rig.awaitCatalog(client, Rig.DATABASE);
        client.send(query(LONG.formatted(1)));
        terminate();
        List<Message> answer = client.readUntilReady();
        assertThat(error(answer).sqlState()).isEqualTo("40001");
        assertThat(error(answer).fields().get('D'))
                .isEqualTo(
                        "The transaction has been rolled back. The server said: terminating"
                                + " connection due to administrator command.");
        assertThat(status(answer)).isEqualTo('I');
        goesOn(client);
        assertThat(rows("t")).isEqualTo("0");
    }

    @Test
    void aStatementIsRunAgainIfItsServerStops() {
        WireClient client = rig.client();
        rig.awaitCatalog(client, Rig.DATABASE);
        client.send(
                parse("", "insert into t select 1 from pg_sleep(2)"),
                bind("", ""),
                execute("", 0),
                sync());
        awaitBusy();
        long before = rig.counts().get(Metric.LOST_REPEATED);
        node.stop(StopMode.FAST);
        // a server that is back before Weir looks was not away
        rig.awaitCounts(now -> assertThat(now.get(Metric.LOST_REPEATED)).isGreaterThan(before));
        node.start();
        assertThat(client.readUntilReady())
                .extracting(Message::summary)
                .containsExactly("1", "2", "C INSERT 0 1", "Z I");
        assertThat(rows("t")).isEqualTo("1");
    }

    /** Where it is not known what the text reaches, nothing is run twice. */
    @Test
    void aStatementOfAnUnreadCatalogIsNotRunAgain() {
        try (Rig texts = Rig.before(node, "state_check = texts")) {
            WireClient client = texts.client();
            client.send(query(LONG.formatted(1)));
            awaitBusy();
            node.stop(StopMode.FAST);
            assertThat(error(client.readUntilReady()).sqlState()).isEqualTo("40001");
            node.start();
            goesOn(client);
        }
    }

    @Test
    void aStatementThatReachesAForeignTableIsInDoubt() {
        node.execute("create extension postgres_fdw");
        node.execute("create server s foreign data wrapper postgres_fdw");
        node.execute("create foreign table f (a int) server s");
        WireClient client = rig.client();
        rig.awaitCatalog(client, Rig.DATABASE);
        client.send(query("insert into t select 1 from pg_sleep(60) left join f on false"));
        terminate();
        assertThat(error(client.readUntilReady()).sqlState()).isEqualTo("08007");
        goesOn(client);
    }

    @Test
    void nobodyKnowsWhatBecameOfAStatementWhoseServerVanished() {
        WireClient client = rig.client();
        client.send(query(LONG.formatted(1)));
        killBackend();
        List<Message> answer = client.readUntilReady();
        assertThat(error(answer).sqlState()).isEqualTo("08007");
        assertThat(status(answer)).isEqualTo('I');
        goesOn(client);
    }

    @Test
    void aProcedureMayHaveCommitted() {
        node.execute(
                "create procedure p() language plpgsql as 'begin insert into t values (1); commit;"
                        + " perform pg_sleep(60); end'");
        WireClient client = rig.client();
        client.send(query("call p()"));
        terminate();
        assertThat(error(client.readUntilReady()).sqlState()).isEqualTo("08007");
        assertThat(rows("t")).isEqualTo("1");
        goesOn(client);
    }

    // --- blocks
    // -------------------------------------------------------------------------------------

    @Test
    void aBlockStaysFailedUntilItsEnd() {
        WireClient client = rig.client();
        client.query("begin");
        client.query("insert into t values (1)");
        client.send(query(LONG.formatted(2)));
        terminate();
        List<Message> answer = client.readUntilReady();
        assertThat(error(answer).sqlState()).isEqualTo("40001");
        assertThat(status(answer)).isEqualTo('E');
        answer = client.query("insert into t values (3)");
        assertThat(error(answer).sqlState()).isEqualTo("25P02");
        assertThat(status(answer)).isEqualTo('E');
        assertThat(client.query("commit"))
                .extracting(Message::summary)
                .containsExactly("C ROLLBACK", "Z I");
        assertThat(rows("t")).isEqualTo("0");
    }

    @Test
    void aBlockEndsThoughTheServerIsAway() {
        WireClient client = rig.client();
        client.query("begin");
        client.query("insert into t values (1)");
        node.stop(StopMode.IMMEDIATE);
        await().until(() -> rig.servers() == 0);
        List<Message> answer = client.query("select 1");
        assertThat(error(answer).sqlState()).isEqualTo("40001");
        assertThat(client.query("rollback"))
                .extracting(Message::summary)
                .containsExactly("C ROLLBACK", "Z I");
        node.start();
        goesOn(client);
        assertThat(rows("t")).isEqualTo("0");
    }

    @Test
    void aCommitThatWasCutOffIsInDoubt() {
        WireClient client = rig.client();
        client.query("begin");
        client.query("insert into late values (1)");
        client.send(parse("", "commit"), bind("", ""), execute("", 0), sync());
        killBackend();
        List<Message> answer = client.readUntilReady();
        assertThat(error(answer).sqlState()).isEqualTo("08007");
        assertThat(error(answer).fields()).containsKey('H');
        assertThat(status(answer)).isEqualTo('I');
        goesOn(client);
    }

    @Test
    void aBlockThatWasOnlyBegunIsBegunAgain() {
        WireClient client = rig.client();
        client.query("begin isolation level repeatable read");
        node.restart();
        assertThat(client.query("show transaction_isolation"))
                .extracting(Message::summary)
                .contains("D repeatable read", "Z T");
        client.query("insert into t values (1)");
        client.query("commit");
        assertThat(rows("t")).isEqualTo("1");
    }

    // --- who cannot go on
    // ---------------------------------------------------------------------------

    @Test
    void aSessionWithATemporaryTableEnds() {
        WireClient client = rig.client();
        client.query("create temp table mine (a int)");
        String pid = client.query("select pg_backend_pid()").get(1).row().getFirst();
        node.execute("select pg_terminate_backend(" + pid + ", 5000)");
        Message last = client.read();
        assertThat(last.sqlState()).isEqualTo("57P01");
        assertThat(last.fields()).containsEntry('S', "FATAL");
        assertThat(client.isClosedByPeer()).isTrue();
    }

    @Test
    void aSessionOfItsOwnEnds() {
        try (Rig session = Rig.before(node, "pool_mode = session")) {
            WireClient client = session.client();
            client.send(query(LONG.formatted(1)));
            terminate();
            assertThat(client.read().sqlState()).isEqualTo("57P01");
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }
}
