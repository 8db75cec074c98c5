package dev.weir.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SET, RESET and SHOW of the settings that Weir acts on: its own, {@code weir.…}, and {@code
 * transaction_read_only}.
 */
final class WeirSettings {
    private final Lexer lexer;
    private String name = "";
    private @Nullable String value;
    private boolean readOnly;

    WeirSettings(Lexer lexer) {
        this.lexer = lexer;
    }

    /** The setting of Weir's, without {@code weir.}. */
    String name() {
        return name;
    }

    /** Its value; null for the default. */
    @Nullable String value() {
        return value;
    }

    /** Whether the SET made the transaction READ ONLY. */
    boolean isReadOnly() {
        return readOnly;
    }

    /** Reads on from SHOW or RESET; true if the rest of the text is one setting of Weir's. */
    boolean readName() {
        value = null;
        if (lexer.peekKeyword() != Keyword.WEIR) {
            return false;
        }
        lexer.next();
        return readRest() && isOver();
    }

    /** Reads on from SET; true if it understood all of it. */
    boolean readSet() {
        readOnly = false;
        value = null;
        Keyword next = lexer.peekKeyword();
        if (next == Keyword.SESSION || next == Keyword.LOCAL) {
            lexer.next();
            next = lexer.peekKeyword();
        }
        if (next == Keyword.TRANSACTION_READ_ONLY) {
            lexer.next();
            readOnly = readValue() && isTrue(value) && isOver();
            return readOnly;
        }
        if (next != Keyword.WEIR) {
            return false;
        }
        lexer.next();
        return readRest() && readValue() && isOver();
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null
                && switch (value.toLowerCase(Locale.ROOT)) {
                    case "on", "true", "1", "yes" -> true;
                    default -> false;
                };
    }

    private boolean readRest() {
        if (lexer.peek() != Token.DOT) {
            return false;
        }
        lexer.next();
        if (!lexer.peek().isName()) {
            return false;
        }
        lexer.next();
        String spelled = Spelling.name(lexer);
        name = spelled == null ? "" : spelled.toLowerCase(Locale.ROOT);
        return spelled != null;
    }

    private boolean readValue() {
        if (lexer.peek() != Token.EQUALS && lexer.peekKeyword() != Keyword.TO) {
            return false;
        }
        lexer.next();
        Token next = lexer.next();
        if (next == Token.WORD) {
            value = lexer.keyword() == Keyword.DEFAULT ? null : Spelling.name(lexer);
            return true;
        } else if (next == Token.NUMBER) {
            value = new String(lexer.bytes(), lexer.start(), lexer.end() - lexer.start(), UTF_8);
            return true;
        }
        value = next.isString() ? Spelling.text(lexer) : null;
        return value != null;
    }

    private boolean isOver() {
        Token next = lexer.next();
        return next == Token.END || next == Token.SEMICOLON;
    }
}
