package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code state_check = analysed}: the catalog shows what the function may do. */
final class AnalysedIT extends HiddenTraces {
    @RegisterExtension
    static final Rig rig =
            Rig.shared(PoolMode.TRANSACTION, 1, "state_check = analysed", "admin_users = postgres");

    AnalysedIT() {
        super(rig);
    }

    private static long wipes() {
        return rig.counts().get(Metric.WIPES);
    }

    @Test
    void whatIsProvenToLeaveNothingCostsNothing() {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            rig.awaitCatalog(a, "postgres");
            long before = wipes();
            for (int i = 0; i < 20; i++) {
                a.query("select count(*) from pg_class");
                b.query("begin; select " + i + "; commit");
            }
            assertThat(wipes()).isEqualTo(before);
        }
    }

    @Test
    void whatIsDefinedCountsAtOnce() {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            rig.awaitCatalog(a, "postgres");
            a.query(
                    "create or replace function new_one() returns text language sql as"
                            + " $$ select set_config('app.tenant', 'A', false) $$");
            a.query("select new_one()");
            assertThat(b.query("select nullif(current_setting('app.tenant', true), '')"))
                    .extracting(Message::summary)
                    .contains("D \\N");
            rig.awaitCatalog(a, "postgres");
            a.query("select new_one()");
            assertThat(b.query("select nullif(current_setting('app.tenant', true), '')"))
                    .extracting(Message::summary)
                    .contains("D \\N");
            a.query("drop function new_one()");
        }
    }

    /** A function of the database, called by its number. */
    @Test
    void whatAFunctionCallSetsReachesNobodyElse() {
        rig.execute(
                "create or replace function weir_tenant() returns text language sql as"
                        + " $$ select set_config('app.tenant', 'A', false) $$");
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            rig.awaitCatalog(a, "postgres");
            String oid = a.query("select 'weir_tenant'::regproc::oid").get(1).summary();
            b.query("select 1"); // the connection is clean again, whatever that was taken for
            a.send(Wire.functionCall(Integer.parseInt(oid.substring("D ".length()))));
            a.readUntilReady();
            assertThat(b.query("select nullif(current_setting('app.tenant', true), '')"))
                    .extracting(Message::summary)
                    .contains("D \\N");
        }
    }

    @Test
    void theConsoleSaysWhy() {
        try (WireClient a = rig.client();
                WireClient console = rig.client(Rig.USER, "pgbouncer")) {
            rig.awaitCatalog(a, "postgres");
            assertThat(rows(console, "SHOW CATALOGS"))
                    .singleElement()
                    .asString()
                    .startsWith("D postgres|analysed|");
            assertThat(rows(console, "EXPLAIN STATE select weir_run('listen a')"))
                    .singleElement()
                    .asString()
                    .startsWith("D postgres|wipe|weir_run|");
            assertThat(rows(console, "explain state select count(*) from pg_class"))
                    .containsExactly("D postgres|clean|\\N|nothing in it leaves anything behind");
            assertThat(rows(console, "explain state set work_mem = '1MB'"))
                    .singleElement()
                    .asString()
                    .startsWith("D postgres|keep|");
            assertThat(rows(console, "explain state load 'a'"))
                    .singleElement()
                    .asString()
                    .startsWith("D postgres|taint|");
        }
    }

    private static List<String> rows(WireClient console, String command) {
        return console.query(command).stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::summary)
                .toList();
    }
}
