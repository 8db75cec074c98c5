package dev.weir.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weir.config.PoolMode;
import dev.weir.differential.Conversation.Trait;
import dev.weir.support.Auditor;
import dev.weir.support.Rig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Holds every conversation of the corpus with PostgreSQL, then through Weir, and compares. */
final class DifferentialIT {
    /**
     * Without it, a custom setting that another client has used has an empty value where PostgreSQL
     * knows no such name, and RESET may bring back a server's default instead of what the startup
     * packet says.
     */
    static final String STRICT = "custom_settings = strict\nstartup_parameters = strict";

    @RegisterExtension static final Rig session = Rig.shared(PoolMode.SESSION, 3, STRICT);

    @RegisterExtension static final Rig transaction = Rig.shared(PoolMode.TRANSACTION, 3, STRICT);

    @RegisterExtension
    static final Rig single = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1", STRICT);

    @RegisterExtension static final Rig statement = Rig.shared(PoolMode.STATEMENT, 1, STRICT);

    private static final List<Conversation> CORPUS = Corpus.ALL;
    private static final Map<String, List<String>> ORACLE = new HashMap<>();
    private static final Map<Rig, Auditor> AUDITORS = new HashMap<>();

    @TestFactory
    Stream<DynamicTest> aloneOnOneServerConnection() {
        return through(single, c -> !c.has(Trait.WIDE) && !(c.has(Trait.PIN) && c.isDialogue()));
    }

    @TestFactory
    Stream<DynamicTest> withAPoolOfTransactions() {
        return through(transaction, some(0));
    }

    @TestFactory
    Stream<DynamicTest> withAPoolOfStatements() {
        return through(statement, c -> !c.has(Trait.TX) && !c.has(Trait.PIN) && !c.has(Trait.WIDE));
    }

    @TestFactory
    Stream<DynamicTest> withAPoolOfSessions() {
        // its server knows nothing of the startup packet, and Weir does not read what is said
        Predicate<Conversation> which = c -> !c.has(Trait.RESETS);
        return through(session, which.and(some(0)));
    }

    /**
     * Every second conversation, and those that {@link #aloneOnOneServerConnection} leaves out; all
     * of them in the long form.
     *
     * @param first where to begin: 0 or 1, so that two tests can walk different halves
     */
    static Predicate<Conversation> some(int first) {
        Set<Conversation> chosen = new HashSet<>();
        for (int i = Rig.SOAK ? 0 : first; i < CORPUS.size(); i += Rig.SOAK ? 1 : 2) {
            chosen.add(CORPUS.get(i));
        }
        return c -> chosen.contains(c) || c.has(Trait.WIDE) || c.has(Trait.PIN) && c.isDialogue();
    }

    private static Stream<DynamicTest> through(Rig weir, Predicate<Conversation> which) {
        String only = System.getProperty("weir.conversation", "");
        return CORPUS.stream()
                .filter(which)
                .filter(c -> c.name().contains(only.replace("_", " ")))
                .map(c -> dynamicTest(c.name(), () -> compare(weir, c)));
    }

    static void compare(Rig weir, Conversation conversation) {
        List<String> expected = direct(weir, conversation);
        prepare(weir, "d1");
        List<String> actual = new Performance(conversation, "d1", weir::client).perform();
        assertSame(conversation, actual, expected);
        weir.validate();
        if (weir != session || Rig.SOAK) { // a session's server is reset, whatever it has
            audit(AUDITORS.computeIfAbsent(weir, rig -> new Auditor(rig, false)), conversation);
        }
    }

    static void audit(Auditor auditor, Conversation conversation) {
        assertThat(auditor.left(conversation.text()))
                .as("left by %s", conversation.name())
                .isEmpty();
    }

    static void assertSame(Conversation conversation, List<String> actual, List<String> expected) {
        int same = 0;
        while (same < Math.min(actual.size(), expected.size())
                && actual.get(same).equals(expected.get(same))) {
            same++;
        }
        int from = Math.max(0, same - 3);
        assertThat(actual.subList(from, Math.min(actual.size(), same + 4)))
                .as("%s, around answer %d", conversation.name(), same)
                .isEqualTo(expected.subList(from, Math.min(expected.size(), same + 4)));
        assertThat(actual).isEqualTo(expected);
    }

    /** What PostgreSQL itself answers, asked once. */
    static List<String> direct(Rig weir, Conversation conversation) {
        return ORACLE.computeIfAbsent(
                conversation.name(),
                name -> {
                    prepare(weir, "d1");
                    return new Performance(conversation, "d1", weir::direct).perform();
                });
    }

    /** Gives a conversation an empty schema. */
    static void prepare(Rig weir, String schema) {
        weir.execute(
                "set client_min_messages = error; drop schema if exists %1$s cascade; create schema %1$s"
                        .formatted(schema));
    }
}
