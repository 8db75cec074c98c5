package dev.weir.sql;

/** The meaning, to {@link AccessCheck}, of the words that begin or make up commands. */
final class CommandWords {
    private CommandWords() {}

    /** Whether the command changes nothing but the session. */
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

    /** Whether a command that begins with this word must not run on a standby. */
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

    /** Whether it may change which names call a function; temporary objects do not count. */
    static boolean defines(Keyword word) {
        return switch (word) {
            case ALTER, CREATE, DROP, IMPORT -> true;
            default -> false;
        };
    }

    /** Whether the word may precede TEMPORARY in a CREATE. */
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
