package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** However a client sets something, no other client finds it; with Weir's own defaults. */
final class LeakIT {
    static final List<Spelling> SPELLINGS = Spelling.ALL;

    private static final Map<String, String> STARTUP = Map.of("database", "postgres");

    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 1");

    @RegisterExtension
    static final Rig statement = Rig.shared(PoolMode.STATEMENT, 1, "max_pinned = 1");

    @BeforeAll
    static void makeObjects() {
        Spelling.OBJECTS.forEach(one::execute);
    }

    private static void run(WireClient client, Spelling spelling) {
        for (byte[] message : spelling.messages()) {
            client.send(message);
            assertThat(client.readUntilReady())
                    .as(spelling.name())
                    .noneMatch(answer -> answer.tag() == 'E');
        }
    }

    private static String tenant(WireClient client) {
        return client.query("select nullif(current_setting('app.tenant', true), '')").stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::summary)
                .findFirst()
                .orElse("no row");
    }

    /** That this test can fail: it is set on a direct connection. */
    @ParameterizedTest
    @FieldSource("SPELLINGS")
    void itIsSet(Spelling spelling) {
        try (WireClient direct = one.direct(STARTUP)) {
            run(direct, spelling);
            boolean isGone = spelling.name().startsWith("a rolled back");
            assertThat(tenant(direct)).isEqualTo(isGone ? "D \\N" : "D A");
        }
    }

    @ParameterizedTest
    @FieldSource("SPELLINGS")
    void nobodyElseFindsIt(Spelling spelling) {
        nobodyElseFindsIt(one, spelling);
        nobodyElseFindsIt(two, spelling);
        if (!spelling.name().contains("block") && !spelling.name().contains("rolled back")) {
            nobodyElseFindsIt(statement, spelling);
        }
    }

    private static void nobodyElseFindsIt(Rig rig, Spelling spelling) {
        try (WireClient a = rig.client();
                WireClient b = rig.client();
                WireClient c = rig.client()) {
            run(a, spelling);
            assertThat(tenant(c)).isEqualTo("D \\N");
            assertThat(tenant(b)).isEqualTo("D \\N");
            if (spelling.isKept()) {
                assertThat(tenant(a)).isEqualTo("D A");
            }
            run(a, spelling);
            assertThat(tenant(b)).isEqualTo("D \\N");
        }
    }

    /** A value's type can do something, and a Parse names it by number. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    state_domain   | 1
                    state_domain[] | {1}
                    state_row      | (1)
                    state_row[]    | {(1)}
                    """)
    void nobodyElseFindsWhatATypeSets(String type, String value) {
        int oid = oid(type);
        byte[] parse = Wire.concat(Wire.parse("s", "select $1", oid), Wire.sync());
        byte[] bind =
                Wire.concat(
                        Wire.bind("", "s", value),
                        Wire.execute("", 0),
                        Wire.closeStatement("s"),
                        Wire.sync());
        var named = new Spelling(type, List.of(parse, bind), false);
        nobodyElseFindsIt(one, named);
        nobodyElseFindsIt(two, named);
        nobodyElseFindsIt(statement, named);
        byte[] unnamed =
                Wire.concat(
                        Wire.parse("", "select $1", oid),
                        Wire.bind("", "", value),
                        Wire.execute("", 0),
                        Wire.sync());
        nobodyElseFindsIt(one, new Spelling(type, List.of(unnamed), false));
    }

    private static int oid(String type) {
        try (WireClient direct = one.direct(STARTUP)) {
            return direct.query("select '" + type + "'::regtype::oid").stream()
                    .filter(message -> message.tag() == 'D')
                    .mapToInt(message -> Integer.parseInt(message.summary().substring(2)))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
