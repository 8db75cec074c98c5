package dev.weir.sql;

/**
 * The words in the body of a DO, wherever they occur: in code, in strings that it may execute, even
 * in comments.
 *
 * <p>The body may be in any language, with any lexical rules. So this is a guess, which reports a
 * change when in doubt. The price is that an UPDATE in the body counts as a change of parameters.
 */
final class DoBody {
    private DoBody() {}

    /** Adds what the words between {@code from} and {@code to} may do. */
    static void classify(byte[] bytes, int from, int to, StatementFacts facts) {
        int p = from;
        while (p < to) {
            int start = p;
            while (p < to && isLetter(bytes[p])) {
                p++;
            }
            if (p > start) {
                facts.add(flags(Keyword.of(bytes, start, p - start)));
            } else {
                p++;
            }
        }
    }

    private static long flags(Keyword word) {
        return switch (word) {
            case SET, RESET, SET_CONFIG -> StatementFacts.SETS_UNKNOWN_PARAMETERS;
            case DISCARD ->
                    StatementFacts.SETS_UNKNOWN_PARAMETERS
                            | StatementFacts.DEALLOCATES_UNSEEN
                            | StatementFacts.UNLISTENS
                            | StatementFacts.SESSION_UNLOCK;
            case DEALLOCATE -> StatementFacts.DEALLOCATES_UNSEEN;
            case PREPARE -> StatementFacts.PREPARES;
            case TEMP, TEMPORARY, PG_TEMP, PG_TEMP_ -> StatementFacts.CREATES_TEMPORARY;
            case DROP -> StatementFacts.DROPS | StatementFacts.DEFINES;
            case CREATE, ALTER, GRANT, REVOKE, REASSIGN, IMPORT -> StatementFacts.DEFINES;
            case LISTEN -> StatementFacts.LISTENS;
            case UNLISTEN -> StatementFacts.UNLISTENS;
            case LOAD -> StatementFacts.LOADS;
            case HOLD -> StatementFacts.HOLDS_CURSOR;
            case PG_ADVISORY_LOCK,
                    PG_ADVISORY_LOCK_SHARED,
                    PG_TRY_ADVISORY_LOCK,
                    PG_TRY_ADVISORY_LOCK_SHARED ->
                    StatementFacts.SESSION_LOCK;
            case PG_ADVISORY_UNLOCK, PG_ADVISORY_UNLOCK_SHARED, PG_ADVISORY_UNLOCK_ALL ->
                    StatementFacts.SESSION_UNLOCK;
            default -> 0;
        };
    }

    private static boolean isLetter(byte b) {
        int folded = b | 0x20;
        return (folded >= 'a' && folded <= 'z') || (b >= '0' && b <= '9') || b == '_';
    }
}
