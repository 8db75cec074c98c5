package dev.weir.session;

import dev.weir.sql.Classifier;
import dev.weir.sql.StatementFacts;

/** The texts of a client's statements, classified where they stand in its read. */
final class Texts {
    private final ClientRun run;
    private final StatementFacts facts;

    /** Uses {@code facts}, which all sessions of a loop share, from one message to the next. */
    Texts(ClientRun run, StatementFacts facts) {
        this.run = run;
        this.facts = facts;
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
        return facts.flags();
    }
}
