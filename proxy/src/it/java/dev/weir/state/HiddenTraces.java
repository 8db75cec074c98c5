package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Auditor;
import dev.weir.support.Rig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Nothing that a client leaves reaches another, though no text shows what it does. */
abstract class HiddenTraces {
    static final List<Trace> TRACES = Trace.ALL;

    private final Rig rig;

    HiddenTraces(Rig rig) {
        this.rig = rig;
    }

    private static final Map<String, String> STARTUP = Map.of("database", "postgres");

    @BeforeEach
    void makeFunctions() {
        rig.execute(
                "do $$ begin create role weir_traces; exception when duplicate_object then end $$");
        rig.execute("create sequence if not exists weir_traces");
        rig.execute(
                "create or replace function weir_run(text) returns void language plpgsql as"
                        + " 'begin execute $1; end'");
    }

    private static void isFine(List<Message> answer) {
        assertThat(answer).extracting(Message::summary).noneMatch(line -> line.startsWith("E"));
    }

    /** Runs a command in a way that no text shows. */
    private static void runHidden(WireClient client, String command) {
        client.send(
                Wire.parse("", "select weir_run($1)", 25),
                Wire.bind("", "", command),
                Wire.execute("", 0),
                Wire.sync());
        isFine(client.readUntilReady());
    }

    private List<String> series() {
        try (WireClient direct = rig.direct(STARTUP)) {
            return Auditor.series(direct);
        }
    }

    /** A new session, in which PL/pgSQL is loaded: that cannot be undone, and harms nobody. */
    private static Map<String, List<String>> fresh(WireClient direct) {
        runHidden(direct, "select 1");
        return Auditor.dump(direct);
    }

    /** That a test of a trace can fail: the auditor sees it in the session that made it. */
    @ParameterizedTest
    @FieldSource("TRACES")
    void theAuditorSeesIt(Trace trace) {
        try (WireClient direct = rig.direct(STARTUP)) {
            Map<String, List<String>> before = Auditor.dump(direct);
            for (String command : trace.commands()) {
                runHidden(direct, command);
            }
            String random = Auditor.random(direct);
            assertThat(Auditor.dump(direct).equals(before) && !series().contains(random)).isFalse();
        }
    }

    @ParameterizedTest
    @FieldSource("TRACES")
    void nobodyElseSeesIt(Trace trace) {
        try (WireClient direct = rig.direct(STARTUP);
                WireClient a = rig.client();
                WireClient c = rig.client()) {
            Map<String, List<String>> fresh = fresh(direct);
            for (String command : trace.commands()) {
                runHidden(a, command);
            }
            String random = Auditor.random(c);
            assertThat(series()).doesNotContain(random);
            assertThat(Auditor.differences(fresh, Auditor.dump(c))).isEmpty();
        }
    }

    @ParameterizedTest
    @FieldSource("TRACES")
    void nobodyElseSeesItOfOneWhoLeft(Trace trace) {
        try (WireClient direct = rig.direct(STARTUP)) {
            Map<String, List<String>> fresh = fresh(direct);
            try (WireClient a = rig.client()) {
                for (String command : trace.commands()) {
                    runHidden(a, command);
                }
            }
            try (WireClient c = rig.client()) {
                assertThat(series()).doesNotContain(Auditor.random(c));
                assertThat(Auditor.differences(fresh, Auditor.dump(c))).isEmpty();
            }
        }
    }

    /** Alone, it goes on where it was. */
    @Test
    void theClientItselfFindsWhatItHasLeft() {
        try (WireClient a = rig.client()) {
            runHidden(a, "set app.tenant = 'A'");
            runHidden(a, "create temp table mine as select 'still here' as v");
            runHidden(a, "select pg_catalog.nextval('weir_traces')");
            assertThat(a.query("select current_setting('app.tenant'), v from mine"))
                    .extracting(Message::summary)
                    .contains("D A|still here");
            isFine(a.query("select lastval()"));
        }
    }

    /** The wipe is ended by the timeout: the connection goes, and nobody learns of it. */
    @Test
    void aTimeoutThatEndsTheWipeHurtsNobody() {
        try (WireClient a = rig.client();
                WireClient c = rig.client()) {
            for (int i = 0; i < 20; i++) {
                runHidden(a, "set app.tenant = 'A'; set statement_timeout = 1");
                assertThat(c.query("select 'none' || current_setting('app.tenant', true)"))
                        .extracting(Message::summary)
                        .containsAnyOf("D none", "D \\N")
                        .contains("Z I");
            }
        }
    }
}
