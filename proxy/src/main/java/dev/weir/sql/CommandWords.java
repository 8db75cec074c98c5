package dev.weir.sql;

/** What the words that begin or make up commands mean to {@link AccessCheck}. */
final class CommandWords {
    private CommandWords() {}

    /** Whether the command changes the session at most. */
    static boolean keeps(Keyword word) {
        return switch (word) {
            case CLOSE,
                    DEALLOCATE,
                    DISCARD,
                    LISTEN,
                    RELEASE,
                    RESET,
                    SAVEPOINT,
                    SET,
                    SHOW,
                    UNLISTEN ->
                    true;
            default -> false;
        };
    }

    static boolean isCommit(Keyword word) {
        return word == Keyword.COMMIT || word == Keyword.END || word == Keyword.ROLLBACK;
    }

    /** Whether it begins a query. */
    static boolean isQuery(Keyword word) {
        return switch (word) {
            case SELECT, TABLE, VALUES, WITH -> true;
            default -> false;
        };
    }

    /** Whether a command that begins with it must not run where nothing may be written. */
    static boolean isDenied(Keyword word) {
        return switch (word) {
            case ALTER,
                    CALL,
                    CHECKPOINT,
                    DO,
                    EXECUTE,
                    LISTEN,
                    LOAD,
                    LOCK,
                    NOTIFY,
                    PREPARE,
                    UNLISTEN ->
                    true;
            default -> false;
        };
    }

    /** Whether FOR and this word begin a locking clause. */
    static boolean locks(Keyword word) {
        return switch (word) {
            case UPDATE, SHARE, NO, KEY -> true;
            default -> false;
        };
    }

    /** Whether it may change which names call a function: what is temporary is nobody else's. */
    static boolean defines(Keyword word) {
        return switch (word) {
            case ALTER, CREATE, DROP, IMPORT -> true;
            default -> false;
        };
    }

    /** What may stand before TEMPORARY in a CREATE. */
    static boolean isBeforeTemporary(Keyword word) {
        return switch (word) {
            case CREATE, OR, REPLACE, LOCAL, GLOBAL -> true;
            default -> false;
        };
    }

    static boolean isTemporary(Keyword word) {
        return word == Keyword.TEMP || word == Keyword.TEMPORARY;
    }

    static boolean modifies(Keyword word) {
        return switch (word) {
            case DELETE, INSERT, MERGE, UPDATE -> true;
            default -> false;
        };
    }
}
