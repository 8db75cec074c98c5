package dev.weir.sql;

import java.nio.charset.StandardCharsets;

/** The transaction modes behind BEGIN, START TRANSACTION and SET TRANSACTION. */
final class TransactionModes {
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

    /** Whether they do not say if the transaction is read-only. */
    boolean isUnsaid() {
        return !readOnly && !elsewhere;
    }

    /** The word that keeps the transaction on the primary; empty if none does. */
    String token() {
        return token;
    }

    /** Reads on from the current word, to the end of the statement. */
    void read() {
        readOnly = false;
        elsewhere = false;
        token = "";
        Token found = lexer.next();
        while (found != Token.END && found != Token.SEMICOLON) {
            mode();
            found = lexer.next();
        }
    }

    private void mode() {
        switch (lexer.keyword()) {
            case WORK, TRANSACTION, ISOLATION, LEVEL, COMMITTED, UNCOMMITTED, REPEATABLE, NOT -> {}
            case DEFERRABLE -> {} // only matters to a SERIALIZABLE one
            case READ -> {
                Keyword next = lexer.peekKeyword();
                readOnly |= next == Keyword.ONLY;
            }
            case ONLY -> {}
            default -> {
                if (lexer.token() != Token.COMMA && !elsewhere) {
                    elsewhere = true; // WRITE, SERIALIZABLE, SNAPSHOT, …
                    int shown = Math.min(lexer.end() - lexer.start(), Spelling.NAME_BYTES_MAX);
                    token = new String(lexer.bytes(), lexer.start(), shown, StandardCharsets.UTF_8);
                }
            }
        }
    }
}
