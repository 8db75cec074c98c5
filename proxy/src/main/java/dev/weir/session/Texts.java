package dev.weir.session;

import dev.weir.sql.Classifier;
import dev.weir.sql.StatementFacts;

/** The texts of a client's statements, classified where they stand in its read. */
final class Texts {
    private static final long SETS =
            StatementFacts.SETS_PARAMETERS
                    | StatementFacts.SETS_CUSTOM_LOCAL
                    | StatementFacts.RESETS_PARAMETERS;

    private final ClientRun run;
    private final StatementFacts facts;
    private final boolean routes;

    /**
     * Uses {@code facts}, which all sessions of a loop share, from one message to the next.
     *
     * @param routes whether settings {@code weir.…} mean something
     */
    Texts(ClientRun run, StatementFacts facts, boolean routes) {
        this.run = run;
        this.facts = facts;
        this.routes = routes;
    }

    /** Whether the text sets nothing but what is Weir's own: the server's copy does not count. */
    private boolean setsWeir() {
        for (String name : facts.parameterNames()) {
            if (!name.startsWith("weir.")) {
                return false;
            }
        }
        return !facts.parameterNames().isEmpty()
                && !facts.has(StatementFacts.SETS_UNKNOWN_PARAMETERS);
    }

    /** What is known of the text that was classified last. */
    StatementFacts facts() {
        return facts;
    }

    /** Returns the flags of {@link StatementFacts} for {@code length} bytes of the read. */
    long classify(int start, int length, boolean whole) {
        if (!whole) {
            facts.clear();
            return StatementFacts.TOO_LONG;
        }
        if (length < 0) {
            facts.clear();
            return 0; // not even a terminator: the server says what it thinks of it
        }
        Classifier.classify(run.in(), start, length, facts);
        return routes && setsWeir() ? facts.flags() & ~SETS : facts.flags();
    }
}
