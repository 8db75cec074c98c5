package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Functions that are declared IMMUTABLE and are not: PostgreSQL computes them once per plan. On a
 * connection of its own, a client that sets something once and never again notices nothing of that,
 * so it must not notice it through Weir, either: least of all, get another client's value.
 */
class FoldedFunctionsIT {
    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1);

    /**
     * Ends of definitions; each function asks in another way. What was set on a connection is empty
     * afterwards, not unknown.
     */
    private static final List<String> ASKING =
            List.of(
                    "language sql as $$select nullif(current_setting('app.tenant', true), '')$$",
                    "language plpgsql as $$begin return nullif(current_setting('app.tenant', true),"
                            + " ''); end$$",
                    "language plpgsql as $$declare r text; begin execute 'select"
                        + " nullif(cur'||'rent_setting(''app.ten'||'ant'', true), '''')' into r;"
                        + " return r; end$$",
                    "begin atomic select nullif(current_setting('app.tenant', true), ''); end",
                    "language plpgsql as $$begin return folded.stable_tenant(); end$$",
                    "language plpgsql as $$begin return (select tenant from folded.seen); end$$",
                    "language sql as $$select current_user::text$$",
                    "language plpgsql as $$begin return current_role; end$$");

    private static final String DEFINITIONS =
            """
            create schema folded;
            create role folded_1; create role folded_2;
            create function folded.stable_tenant() returns text language plpgsql stable as
                $f$begin return nullif(current_setting('app.tenant', true), ''); end$f$;
            create view folded.seen as select nullif(current_setting('app.tenant', true), '') as tenant;
            grant usage on schema folded to public; grant select on folded.seen to public;
            """;

    /** What a client says before and after it asks. */
    private record Way(String before, String after) {
        String before(int client) {
            return before.formatted(client);
        }
    }

    private static final List<Way> WAYS =
            List.of(
                    new Way("select set_config('app.tenant', 't%d', false)", "select 1"),
                    new Way("set app.tenant = 'u%d'", "reset app.tenant"),
                    new Way("begin; set local app.tenant = 'v%d'", "commit"),
                    new Way("begin; select set_config('app.tenant', 'w%d', true)", "rollback"),
                    new Way("begin; set local role folded_%d", "commit"),
                    new Way("set role folded_%d", "reset role"));

    @Test
    void nobodyGetsWhatAnotherHasSet() {
        StringBuilder definitions = new StringBuilder(DEFINITIONS);
        for (int i = 0; i < ASKING.size(); i++) {
            definitions.append(
                    """
                    create function folded.f%1$d() returns text immutable %2$s;
                    create function folded.call_f%1$d() returns text language plpgsql as
                        $f$begin return folded.f%1$d(); end$f$;
                    """
                            .formatted(i, ASKING.get(i)));
        }
        WireClient defining = one.client();
        defining.query(definitions.toString());
        one.awaitCatalog(defining, "postgres");
        for (Way way : WAYS) {
            // Others for each way: a client that sets another value has its own stale plans.
            List<WireClient> pooled = List.of(one.client(), one.client());
            List<WireClient> direct = List.of(one.direct(), one.direct());
            // One function after the other: where one may have set something, plans are discarded.
            for (int function = 0; function < ASKING.size(); function++) {
                for (int turn = 0; turn < 4; turn++) {
                    int client = turn % 2;
                    String before = way.before(client + 1);
                    WireClient asking = pooled.get(client);
                    assertThat(asked(asking, before, way.after, function, turn < 2))
                            .as("%s: %s", before, ASKING.get(function))
                            .isEqualTo(
                                    asked(
                                            direct.get(client),
                                            before,
                                            way.after,
                                            function,
                                            turn < 2));
                }
            }
        }
    }

    private static List<String> asked(
            WireClient client, String before, String after, int function, boolean isFirst) {
        List<String> said = new ArrayList<>();
        client.query(before);
        for (String text : List.of("select folded.f%d()", "select folded.call_f%d()")) {
            String sql = text.formatted(function);
            client.send(Wire.parse("", sql), Wire.bind("", ""), Wire.execute("", 0));
            if (isFirst) {
                client.send(Wire.parse(sql, sql));
            }
            client.send(Wire.bind("", sql), Wire.execute("", 0), Wire.sync());
            said.addAll(rows(client));
            client.send(Wire.query(sql));
            said.addAll(rows(client));
        }
        client.query(after);
        return said;
    }

    private static List<String> rows(WireClient client) {
        return client.readUntilReady(1).stream()
                .filter(message -> message.tag() == 'D' || message.tag() == 'E')
                .map(Message::summary)
                .toList();
    }
}
