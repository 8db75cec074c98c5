package dev.weir.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SET, RESET and SHOW of the settings that Weir acts on: its own, {@code weir.…}, and the modes of
 * the transaction, {@code transaction_read_only} and {@code transaction_isolation}.
 */
final class WeirSettings {
    private final Lexer lexer;
    private String name = "";
    private @Nullable String value;
    private boolean readOnly;
    private boolean elsewhere;

    WeirSettings(Lexer lexer) {
        this.lexer = lexer;
    }

    /** The name of Weir's setting, without {@code weir.}. */
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

    /** Whether the SET gave, or may have given, the transaction a mode that no standby has. */
    boolean isElsewhere() {
        return elsewhere;
    }

    /** Reads from SHOW or RESET; true if the rest of the text is one of Weir's settings. */
    boolean readName() {
        value = null;
        if (lexer.peekKeyword() != Keyword.WEIR) {
            return false;
        }
        lexer.next();
        return readRest() && isOver();
    }

    /** Reads from SET, SESSION or LOCAL; true if it understood all of it. */
    boolean readSet() {
        readOnly = false;
        elsewhere = false;
        value = null;
        lexer.next();
        Keyword named = lexer.keyword();
        if (lexer.token() == Token.QUOTED_NAME) {
            named = Keyword.of(lexer.bytes(), lexer.start() + 1, lexer.end() - lexer.start() - 2);
        }
        if (named == Keyword.TRANSACTION_READ_ONLY) {
            readOnly = readValue() && isTrue(value) && isOver();
            elsewhere = !readOnly;
            return readOnly;
        }
        if (named == Keyword.TRANSACTION_ISOLATION) {
            elsewhere = !readValue() || value == null || value.equalsIgnoreCase("serializable");
            return false;
        }
        return lexer.keyword() == Keyword.WEIR && readRest() && readValue() && isOver();
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null && BooleanValue.isTrue(value);
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
