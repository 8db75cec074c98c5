package dev.weir.sql;

import java.nio.charset.StandardCharsets;

/**
 * The transaction modes after BEGIN, START TRANSACTION and SET TRANSACTION, by PostgreSQL's
 * grammar; what the grammar refuses is left to a server.
 */
final class TransactionModes {
    /*
     * modes:  mode [ [,] mode ]...
     * mode:   READ ONLY | READ WRITE | [NOT] DEFERRABLE
     *       | ISOLATION LEVEL { SERIALIZABLE | REPEATABLE READ | READ COMMITTED | READ UNCOMMITTED }
     */

    private final Lexer lexer;
    private boolean readOnly;
    private boolean elsewhere;
    private String token = "";

    TransactionModes(Lexer lexer) {
        this.lexer = lexer;
    }

    /** Whether they make a transaction READ ONLY that a standby can run. */
    boolean isReadOnly() {
        return readOnly && !elsewhere;
    }

    /** Whether they leave open if the transaction is read-only. */
    boolean isUnsaid() {
        return !readOnly && !elsewhere;
    }

    /** The word that keeps the transaction on the primary; empty if none does. */
    String token() {
        return token;
    }

    /** Reads from the word before the first mode to the end of the statement. */
    void read() {
        readOnly = false;
        elsewhere = false;
        token = "";
        lexer.next();
        boolean needed = false;
        while (needed || !atEnd()) {
            if (!mode()) {
                elsewhere();
                break;
            }
            lexer.next();
            needed = lexer.token() == Token.COMMA;
            if (needed) {
                lexer.next();
            }
        }
        while (!atEnd()) {
            lexer.next();
        }
    }

    private boolean atEnd() {
        return lexer.token() == Token.END || lexer.token() == Token.SEMICOLON;
    }

    /** Reads a mode to its last word; false if there is none. */
    private boolean mode() {
        return switch (lexer.keyword()) {
            case READ -> access();
            case ISOLATION -> next(Keyword.LEVEL) && level();
            case NOT -> next(Keyword.DEFERRABLE);
            case DEFERRABLE -> true; // only matters to a SERIALIZABLE one
            default -> false;
        };
    }

    private boolean access() {
        if (next(Keyword.ONLY)) {
            readOnly = true;
            return true;
        } else if (next(Keyword.WRITE)) {
            elsewhere();
            return true;
        }
        return false;
    }

    private boolean level() {
        if (next(Keyword.SERIALIZABLE)) {
            elsewhere();
            return true;
        } else if (next(Keyword.REPEATABLE)) {
            return next(Keyword.READ);
        }
        return next(Keyword.READ) && (next(Keyword.COMMITTED) || next(Keyword.UNCOMMITTED));
    }

    /** Moves to the next token if that is this word. */
    private boolean next(Keyword word) {
        if (lexer.peekKeyword() != word) {
            return false;
        }
        lexer.next();
        return true;
    }

    private void elsewhere() {
        if (!elsewhere) {
            elsewhere = true;
            int shown = Math.min(lexer.end() - lexer.start(), Spelling.NAME_BYTES_MAX);
            token = new String(lexer.bytes(), lexer.start(), shown, StandardCharsets.UTF_8);
        }
    }
}
