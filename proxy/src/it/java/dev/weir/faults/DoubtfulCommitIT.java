package dev.weir.faults;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client learns whose COMMIT was cut off, and whether it is true. */
final class DoubtfulCommitIT {
    private PgCluster cluster;
    private PgNode primary;
    private PgNode replica;
    private @Nullable Rig rig;

    @BeforeEach
    void start() {
        cluster = PgCluster.builder().replicas(1).start();
        primary = cluster.primary();
        replica = cluster.replica(0);
        primary.execute("create table t (a int)");
        primary.execute(
                "create function wait() returns trigger language plpgsql as"
                        + " 'begin perform pg_sleep(60); return null; end'");
        primary.execute("create table late (a int)");
        primary.execute(
                "create constraint trigger wait after insert on late deferrable initially deferred"
                        + " for each row execute function wait()");
        cluster.awaitReplicas();
    }

    @AfterEach
    void stop() {
        if (rig != null) {
            rig.close();
        }
        cluster.close();
    }

    private WireClient before(PgNode node) {
        return before(node, "block");
    }

    private WireClient before(PgNode node, String certainty) {
        return opened(Rig.before(node, "default_pool_size = 5", "commit_certainty = " + certainty));
    }

    private WireClient beforeBoth() {
        String nodes = primary.host() + ":" + primary.port() + "," + replica.host() + ":";
        return opened(
                Rig.with(
                        "app = nodes=" + nodes + replica.port() + " dbname=postgres route=auto",
                        "monitor_user = " + PgNode.USER,
                        "default_pool_size = 5",
                        "commit_certainty = block"));
    }

    private WireClient opened(Rig started) {
        rig = started;
        return started.client();
    }

    private static void commits(WireClient client, String table) {
        client.query("begin");
        client.query("insert into " + table + " values (1)");
        client.send(query("commit"));
    }

    private String busy(String event) {
        String waiting = " from pg_stat_activity where wait_event = '" + event + "'";
        primary.awaitText("a COMMIT to wait", "select count(*)" + waiting, "1");
        return primary.queryText("select pid" + waiting);
    }

    /** From now on a COMMIT waits for this standby, which is not there. */
    private void waitsFor(String standby) {
        primary.setting("synchronous_standby_names", standby);
        primary.awaitText("the standby", "show synchronous_standby_names", standby);
    }

    private void killBackend(String event) {
        ProcessHandle.of(Long.parseLong(busy(event))).orElseThrow().destroyForcibly();
    }

    private static void isCommitted(WireClient client) {
        assertThat(client.readUntilReady())
                .extracting(Message::summary)
                .containsExactly("C COMMIT", "Z I");
        goesOn(client);
    }

    private static void isRolledBack(WireClient client) {
        List<Message> answer = client.readUntilReady();
        assertThat(answer.getFirst().sqlState()).isEqualTo("40001");
        assertThat(answer.getLast().status()).isEqualTo('I');
        goesOn(client);
    }

    private static void goesOn(WireClient client) {
        assertThat(client.query("select 'on'")).extracting(Message::summary).contains("D on");
    }

    private static String rows(PgNode node) {
        return node.queryText("select (select count(*) from t) + (select count(*) from late)");
    }

    // --- one server ------------------------------------------------------------------------------

    @Test
    void aCrashBeforeTheCommitRecordRollsBack() {
        WireClient client = before(primary);
        commits(client, "late");
        killBackend("PgSleep");
        isRolledBack(client);
        assertThat(rows(primary)).isEqualTo("0");
    }

    @Test
    void aCommitOfTheExtendedProtocolIsNoDifferent() {
        WireClient client = before(primary);
        client.query("begin");
        client.query("insert into late values (1)");
        client.send(parse("", "commit"), bind("", ""), execute("", 0), sync());
        killBackend("PgSleep");
        isRolledBack(client);
        assertThat(rows(primary)).isEqualTo("0");
    }

    @Test
    void aCrashAfterTheCommitRecordCommits() {
        WireClient client = before(primary);
        waitsFor("nobody");
        commits(client, "t");
        busy("SyncRep");
        primary.kill();
        primary.setting("synchronous_standby_names", "");
        primary.start();
        isCommitted(client);
        assertThat(rows(primary)).isEqualTo("1");
    }

    /** Who terminates a backend that waits for its standby gets no answer, but its rows. */
    @Test
    void aCommitThatIsKnownStillWaitsForTheStandby() {
        WireClient client = before(primary);
        waitsFor("nobody");
        commits(client, "t");
        String first = busy("SyncRep");
        primary.execute("select pg_terminate_backend(" + first + ", 5000)");
        assertThat(busy("SyncRep")).isNotEqualTo(first);
        waitsFor("");
        assertThat(client.readUntilReady())
                .extracting(Message::summary)
                .endsWith("C COMMIT", "Z I");
        assertThat(rows(primary)).isEqualTo("1");
    }

    /** Its number may be given to another: nobody can tell. */
    @Test
    void aCommitThatIsInNoLogStaysInDoubt() {
        WireClient client = before(primary);
        commitsBesideUnlogged(client);
        assertThat(client.readUntilReady().getFirst().sqlState()).isEqualTo("08007");
        goesOn(client);
    }

    /** The log names it, whatever it has written. */
    @Test
    void aCommitThatTheLogNamesIsKnown() {
        WireClient client = before(primary, "full");
        commitsBesideUnlogged(client);
        isCommitted(client);
        assertThat(rows(primary)).isEqualTo("1");
    }

    private void commitsBesideUnlogged(WireClient client) {
        primary.execute("create unlogged table u (a int)");
        waitsFor("nobody");
        commits(client, "t");
        busy("SyncRep");
        primary.kill();
        primary.setting("synchronous_standby_names", "");
        primary.start();
    }

    // --- another takes its place -----------------------------------------------------------------

    @Test
    void aCommitThatThePromotedNodeHasIsCommitted() {
        WireClient client = beforeBoth();
        waitsFor("nobody");
        commits(client, "t");
        busy("SyncRep");
        replica.awaitText("the row", "select count(*) from t", "1");
        primary.kill();
        replica.promote();
        isCommitted(client);
        assertThat(rows(replica)).isEqualTo("1");
    }

    @Test
    void aCommitThatThePromotedNodeLacksIsRolledBack() {
        WireClient client = beforeBoth();
        commits(client, "late");
        busy("PgSleep");
        primary.kill();
        replica.promote();
        isRolledBack(client);
        assertThat(rows(replica)).isEqualTo("0");
    }
}
