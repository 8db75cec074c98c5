package dev.weir.session;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** EDGE-CASES B and C: what a session keeps is kept for it, and never shown to another. */
final class SessionStateIT {
    @RegisterExtension
    static final Rig weir = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1", "listen = pin");

    private static String value(WireClient client, String sql) {
        for (Message message : client.query(sql)) {
            if (message.tag() == 'D') {
                return String.valueOf(message.row().getFirst());
            }
            if (message.tag() == 'E') {
                return message.sqlState();
            }
        }
        return "no row";
    }

    @Test
    void noSettingReachesAnotherClient() {
        WireClient a = weir.client();
        WireClient b = weir.client();
        for (String setting :
                List.of(
                        "default_transaction_read_only=on",
                        "statement_timeout=12s",
                        "role=pg_monitor",
                        "search_path=secret",
                        "row_security=off",
                        "idle_in_transaction_session_timeout=10s",
                        "session_replication_role=replica")) {
            String name = setting.substring(0, setting.indexOf('='));
            String mine = setting.substring(setting.indexOf('=') + 1);
            String usual = value(b, "show " + name);
            a.query("set " + name + " = '" + mine + "'");

            assertThat(value(b, "show " + name)).as(name).isEqualTo(usual);
            assertThat(value(a, "show " + name)).as(name).isEqualTo(mine);
            a.query("reset " + name);
            assertThat(value(a, "show " + name)).as(name).isEqualTo(usual);
        }
    }

    @Test
    void anInvalidSettingFailsWhereItIsSet() {
        WireClient a = weir.client();

        assertThat(value(a, "set lock_timeout to sdf")).isEqualTo("22023");
        assertThat(value(a, "select 'next'")).isEqualTo("next");
    }

    @Test
    void quotedSearchPathsSurviveAChangeOfConnection() {
        WireClient a =
                weir.client(
                        Map.of("options", "-c search_path=a,\"$user\",\"o,dd\" -c x.y=1+2\\ 3"));
        WireClient b = weir.client();

        assertThat(value(b, "show search_path")).isEqualTo("\"$user\", public");
        assertThat(value(a, "show search_path")).isEqualTo("a,\"$user\",\"o,dd\"");
        assertThat(value(a, "show x.y")).isEqualTo("1+2 3");
    }

    @Test
    void aPreparedStatementOfAVanishedClientIsGone() {
        WireClient a = weir.client();
        a.query("begin; prepare p as select 1");
        a.reset();

        WireClient b = weir.client();
        assertThat(value(b, "select count(*) from pg_prepared_statements where from_sql"))
                .isEqualTo("0");
        assertThat(b.query("prepare p as select 2"))
                .extracting(Message::summary)
                .containsExactly("C PREPARE", "Z I");
        b.query("deallocate p");
    }

    @Test
    void aTemporaryTableOfAVanishedClientIsGone() {
        WireClient a = weir.client();
        a.query("create temp table mine (i int)");
        a.reset();

        assertThat(value(weir.client(), "select * from mine")).isEqualTo("42P01");
    }

    @Test
    void aSessionLockKeepsItsConnectionUntilItIsFree() {
        WireClient a = weir.client();
        a.query("select pg_advisory_lock(99), pg_advisory_lock(99)");
        a.query("select pg_advisory_unlock(99)");
        WireClient b = weir.client();
        b.send(query("select 'B'"));
        weir.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));

        a.query("select pg_advisory_unlock(99)");

        assertThat(b.summaries()).contains("D B");
    }

    @Test
    void aTryLockThatFailsKeepsNothing() {
        WireClient direct = weir.direct();
        direct.query("select pg_advisory_lock(98)");
        WireClient a = weir.client();
        assertThat(value(a, "select pg_try_advisory_lock(98)")).isEqualTo("f");

        assertThat(value(weir.client(), "select 'B'")).isEqualTo("B");
    }

    @Test
    void aLockDiesWithItsClient() {
        WireClient a = weir.client();
        a.query("select pg_advisory_lock(97)");
        a.reset();

        assertThat(value(weir.client(), "select pg_try_advisory_xact_lock(97)")).isEqualTo("t");
    }

    @Test
    void aListenerHearsWhatIsSaidAfterItsAnswer() {
        WireClient a = weir.client();
        a.query("listen news");

        weir.node().execute("notify news, 'hot'");

        Message heard = a.tryRead(Duration.ofSeconds(5));
        assertThat(heard).isNotNull();
        assertThat(heard.summary()).isEqualTo("A news hot");
        a.query("unlisten news");
        assertThat(value(weir.client(), "select 'B'")).isEqualTo("B");
    }

    @Test
    void aListenerWhoseConnectionDiesIsTold() {
        WireClient a = weir.client();
        a.query("listen news");
        String pid = value(a, "select pg_backend_pid()");

        weir.node().execute("select pg_terminate_backend(" + pid + ", 5000)");

        assertThat(a.read().sqlState()).isEqualTo("57P01");
        assertThat(a.isClosedByPeer()).isTrue();
    }

    @Test
    void moreSessionsThanMayBePinnedAreRefusedByName() {
        WireClient a = weir.client();
        WireClient b = weir.client();
        a.query("begin");
        b.send(query("listen c"));
        weir.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
        a.query("commit");
        assertThat(b.summaries()).containsExactly("C LISTEN", "Z I");
        b.query("unlisten *");

        assertThat(value(a, "select 'A'")).isEqualTo("A");
    }

    @Test
    void aChangedTableIsPlannedAnew() {
        WireClient a = weir.client();
        a.query("drop table if exists evolving; create table evolving (i int)");
        a.send(parse("all", "select * from evolving"), sync());
        a.readUntilReady();
        a.send(bind("", "all"), execute("", 0), sync());
        a.readUntilReady();
        a.query("alter table evolving add column s text");

        a.send(parse("", "select 1"), sync());
        a.readUntilReady();
        WireClient b = weir.client();
        b.send(parse("all", "select * from evolving"), bind("", "all"), execute("", 0), sync());

        assertThat(b.summaries()).containsExactly("1", "2", "C SELECT 0", "Z I");
    }

    @Test
    void manyStatementsStayWithinTheirBounds() {
        WireClient a = weir.client();
        int many = 2_000;
        for (int i = 0; i < many; i += 100) {
            for (int j = i; j < i + 100; j++) {
                a.send(parse("s" + j, "select " + j), bind("", "s" + j), execute("", 0), sync());
            }
            a.readUntilReady(100);
        }

        int onServer = Integer.parseInt(value(a, "select count(*) from pg_prepared_statements"));
        assertThat(onServer).isBetween(1, 200);
        a.send(bind("", "s7"), execute("", 0), sync());
        assertThat(a.summaries()).containsExactly("2", "D 7", "C SELECT 1", "Z I");
    }
}
