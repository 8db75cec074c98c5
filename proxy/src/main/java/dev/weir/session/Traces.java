package dev.weir.session;

import dev.weir.sql.StateEffects;
import dev.weir.sql.StatementFacts;

/** Whether a text leaves something on its server connection, by its facts and its effects. */
final class Traces {
    /** The facts about which the server is asked once the transaction is over. */
    private static final long ASKED =
            StatementFacts.PIN_CANDIDATES
                    | StatementFacts.PIN_RELEASES
                    | StatementFacts.PARAMETER_CHANGES;

    /** The facts that make a text more than bytes to forward. */
    private static final long SENSITIVE =
            ASKED
                    | StatementFacts.TOO_LONG
                    | StatementFacts.EXECUTES
                    | StatementFacts.DEALLOCATES_UNSEEN;

    private Traces() {}

    /** Whether a text with these facts is more than bytes to forward. */
    static boolean isSensitive(long flags) {
        return (flags & SENSITIVE) != 0;
    }

    /**
     * Whether a text may leave something about which the server is not asked.
     *
     * @param flags its facts
     * @param effects what it may leave behind, as {@link StateEffects}
     */
    static boolean stains(long flags, int effects) {
        if (effects == 0 || effects == StateEffects.OWN && isForTransaction(flags)) {
            return false;
        }
        boolean isAskedAbout = (flags & ASKED) != 0 && (flags & StatementFacts.UNCERTAIN) == 0;
        return (effects & ~StateEffects.OWN) != 0 || !isAskedAbout;
    }

    /** Whether everything that a text sets is gone, or of no account, after the transaction. */
    private static boolean isForTransaction(long flags) {
        return (flags & StatementFacts.SETS_LOCAL) != 0
                && (flags & (ASKED | StatementFacts.UNCERTAIN)) == 0;
    }
}
