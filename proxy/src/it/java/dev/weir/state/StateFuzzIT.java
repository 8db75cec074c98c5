package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.support.Auditor;
import dev.weir.support.Rig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two clients say what changes their sessions, at random, to PostgreSQL and then through Weir: each
 * is answered the same; and who comes next finds connections as new ones are. A failure says its
 * seed; {@code -Dweir.seed} begins with that one, {@code -Dweir.seeds} says how many there are.
 */
final class StateFuzzIT {
    private static final int SEEDS = Integer.getInteger("weir.seeds", Rig.SOAK ? 2_000 : 3);
    private static final long FIRST = Long.getLong("weir.seed", 1);
    private static final Map<String, String> STARTUP = Map.of("database", "postgres");

    @RegisterExtension
    static final Rig three =
            Rig.shared(PoolMode.TRANSACTION, 3, "max_pinned = 2", "max_prepared_statements = 200");

    @RegisterExtension
    static final Rig two =
            Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 2", "max_prepared_statements = 2");

    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1);

    @RegisterExtension
    static final Rig always = Rig.shared(PoolMode.TRANSACTION, 1, "state_check = always");

    @RegisterExtension static final Rig session = Rig.shared(PoolMode.SESSION, 2);

    @BeforeEach
    void makeObjects() {
        FuzzTexts.OBJECTS.forEach(one::execute);
    }

    @Test
    void whatPins() {
        run(true, Map.of("three connections", three, "two connections", two, "sessions", session));
    }

    @Test
    void whatDoesNotPin() {
        run(false, Map.of("one connection", one, "one connection, always wiped", always));
    }

    private static void run(boolean pins, Map<String, Rig> rigs) {
        var auditors = new HashMap<Rig, Auditor>();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            var script = new FuzzScript(seed, pins);
            List<String> expected = script.perform(() -> one.direct(STARTUP));
            rigs.forEach((title, weir) -> {
                compare(expected, script.perform(weir::client), title + ", " + script);
                var auditor = auditors.computeIfAbsent(weir, rig -> new Auditor(rig, false));
                assertThat(auditor.left("")).as("left, %s, by %s", title, script).isEmpty();
            });
        }
    }

    private static void compare(List<String> expected, List<String> actual, String script) {
        int same = 0;
        while (same < actual.size() && actual.get(same).equals(expected.get(same))) {
            same++;
        }
        if (same < actual.size()) {
            assertThat(actual.get(same))
                    .as("step %d, %s", same, script)
                    .isEqualTo(expected.get(same));
        }
    }
}
