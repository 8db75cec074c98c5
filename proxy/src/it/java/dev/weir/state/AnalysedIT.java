package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
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

    private static void select(WireClient client) {
        client.query("select count(*) from pg_class where relname = 'a'");
    }

    /** Lets two clients take turns until that needs no wipe: the catalog has been read. */
    private static void awaitCatalog(WireClient a, WireClient b) {
        await().until(() -> {
            long before = wipes();
            select(a);
            select(b);
            select(a);
            return wipes() == before;
        });
    }

    @Test
    void whatIsProvenToLeaveNothingCostsNothing() {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            awaitCatalog(a, b);
            long before = wipes();
            for (int i = 0; i < 20; i++) {
                select(a);
                b.query("begin; select " + i + "; commit");
            }
            assertThat(wipes()).isEqualTo(before);
        }
    }

    @Test
    void whatIsDefinedCountsAtOnce() {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            awaitCatalog(a, b);
            a.query(
                    "create or replace function new_one() returns text language sql as"
                            + " $$ select set_config('app.tenant', 'A', false) $$");
            a.query("select new_one()");
            assertThat(b.query("select nullif(current_setting('app.tenant', true), '')"))
                    .extracting(Message::summary)
                    .contains("D \\N");
            awaitCatalog(a, b);
            a.query("select new_one()");
            assertThat(b.query("select nullif(current_setting('app.tenant', true), '')"))
                    .extracting(Message::summary)
                    .contains("D \\N");
            a.query("drop function new_one()");
        }
    }

    @Test
    void theConsoleSaysWhy() {
        try (WireClient a = rig.client();
                WireClient b = rig.client();
                WireClient console = rig.client(Rig.USER, "pgbouncer")) {
            awaitCatalog(a, b);
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
