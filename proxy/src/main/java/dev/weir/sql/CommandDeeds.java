package dev.weir.sql;

import static dev.weir.sql.Access.DEFINES;
import static dev.weir.sql.Access.GRANTS;
import static dev.weir.sql.Access.MAINTAINS;
import static dev.weir.sql.Access.READS;
import static dev.weir.sql.Access.WRITES;

/** What a command other than a query does, as in {@link Access#deeds}. */
final class CommandDeeds {
    private CommandDeeds() {}

    /**
     * Judges a command by its first two words. A command that is not known here may change rows.
     *
     * @param next the word after the first; NONE if it means nothing here
     */
    static int of(Keyword word, Keyword next) {
        return switch (word) {
            case CREATE, ALTER, DROP -> ofObject(next);
            case COMMENT, IMPORT, REFRESH, SECURITY -> DEFINES;
            case GRANT, REVOKE, REASSIGN -> GRANTS;
            case ANALYZE, ANALYSE, CHECKPOINT, CLUSTER, LOAD, REINDEX, REPACK, VACUUM -> MAINTAINS;
            case DECLARE -> READS;
            case EXECUTE -> READS | WRITES;
            case ABORT,
                    BEGIN,
                    CLOSE,
                    COMMIT,
                    DEALLOCATE,
                    DISCARD,
                    END,
                    FETCH,
                    LISTEN,
                    LOCK,
                    MOVE,
                    NOTIFY,
                    PREPARE,
                    RELEASE,
                    RESET,
                    ROLLBACK,
                    SAVEPOINT,
                    SET,
                    SHOW,
                    START,
                    UNLISTEN ->
                    0;
            default -> WRITES;
        };
    }

    private static int ofObject(Keyword next) {
        return switch (next) {
            case ROLE, GROUP, USER -> GRANTS; // USER MAPPING, too: it has a password
            case DEFAULT -> GRANTS; // ALTER DEFAULT PRIVILEGES
            case OWNED -> GRANTS | DEFINES;
            case SYSTEM -> MAINTAINS;
            default -> DEFINES;
        };
    }
}
