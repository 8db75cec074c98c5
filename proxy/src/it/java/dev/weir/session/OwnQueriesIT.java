package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weir's own queries run whatever a client has set; and nobody else is hit by that. */
final class OwnQueriesIT {
    @RegisterExtension static final Rig rig = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    @BeforeAll
    static void makeOperators() {
        rig.execute("drop schema if exists hostile cascade");
        rig.execute("create schema hostile");
        for (String type : List.of("text", "name", "oid", "int")) {
            for (String operator : List.of("=", "<>")) {
                String function = "hostile.refuses(" + type + "," + type + ")";
                rig.execute(
                        "create or replace function "
                                + function
                                + " returns bool language plpgsql as"
                                + " $$ begin raise exception 'hostile'; end $$");
                rig.execute(
                        "create operator hostile."
                                + operator
                                + " (leftarg = "
                                + type
                                + ", rightarg = "
                                + type
                                + ", function = hostile.refuses)");
            }
        }
    }

    private static List<String> ask(WireClient client, String sql) {
        return client.query(sql).stream()
                .filter(message -> message.tag() == 'D' || message.tag() == 'E')
                .map(Message::summary)
                .toList();
    }

    /** Lets two clients take turns on the one connection. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "set statement_timeout = 1",
                "set lock_timeout = 1",
                "set transaction_timeout = 50",
                "select set_config('statement_timeout', '1', false)",
                "set search_path = hostile, pg_catalog",
                "set client_min_messages = debug5",
                "set default_transaction_isolation = serializable",
                "set default_transaction_read_only = on",
                "set client_encoding = 'SJIS'",
                "set bytea_output = 'escape'; set datestyle = 'german'; set extra_float_digits = 0",
            })
    void theyRunWhateverIsSet(String hostility) {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            a.query(hostility);
            for (int i = 1; i <= 20; i++) {
                String value = i + "MB";
                List<String> said = ask(a, "set work_mem = '" + value + "'");
                if (!hostility.contains("_timeout")) { // which may hit what the client asks
                    assertThat(said).isEmpty();
                    assertThat(ask(a, "show work_mem")).containsExactly("D " + value);
                } else {
                    assertThat(said).allMatch(line -> line.startsWith("E 57014"));
                }
                assertThat(b.query("select " + i))
                        .extracting(Message::summary)
                        .containsSubsequence("D " + i, "Z I")
                        .noneMatch(line -> line.startsWith("N") || line.startsWith("E"));
                assertThat(ask(b, "show statement_timeout")).containsExactly("D 0");
                assertThat(ask(b, "show work_mem")).containsExactly("D 4MB");
            }
        }
    }

    /** What was asked again without timeouts is what the client has, in any unit. */
    @ParameterizedTest
    @ValueSource(strings = {"1ms", "2ms", "3ms"})
    void aTimeoutThatHitsTheQuestionIsKept(String timeout) {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            a.query("set lock_timeout = '2min'; set statement_timeout = '" + timeout + "'");
            for (int i = 0; i < 10; i++) {
                ask(b, "select 1");
                assertThat(ask(a, "show statement_timeout")).containsExactly("D " + timeout);
                ask(b, "select 1");
                assertThat(ask(a, "show lock_timeout")).containsExactly("D 2min");
            }
        }
    }

    /** What a client has made of its own is found, though its operators say otherwise. */
    @Test
    void operatorsOfAClientDoNotCount() {
        try (WireClient a = rig.client();
                WireClient b = rig.client()) {
            a.query("set search_path = hostile, pg_catalog");
            a.query("set app.tenant = 'A'");
            assertThat(ask(b, "select 1")).containsExactly("D 1");
            assertThat(ask(a, "show app.tenant")).containsExactly("D A");
            a.query("create temp table mine (i int)");
            a.query("insert into mine values (1)");
            assertThat(ask(a, "select i from mine")).containsExactly("D 1");
            a.query("drop table mine");
            assertThat(ask(b, "select 2")).containsExactly("D 2");
            a.send(Wire.query("select pg_advisory_lock(1)"));
            a.readUntilReady();
            assertThat(ask(a, "select pg_advisory_unlock(1)")).containsExactly("D t");
            assertThat(ask(b, "select 3")).containsExactly("D 3");
        }
    }
}
