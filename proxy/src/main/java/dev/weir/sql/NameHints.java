package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The names of custom settings, such as {@code app.tenant}, anywhere in a text that may set unknown
 * parameters: in strings, however they are spelled, in the body of a DO, in a value.
 *
 * <p>PostgreSQL does not list custom settings, so the server can only be asked about those whose
 * names are known. A hint that is not a name costs nothing but its place in the question.
 */
public final class NameHints {
    /** Longer ones are not names: PostgreSQL truncates each part to 63 bytes. */
    private static final int NAME_BYTES_MAX = 256;

    /** How deeply strings in strings are read. */
    private static final int DEPTH_MAX = 3;

    private final Consumer<String> found;

    private NameHints(Consumer<String> found) {
        this.found = found;
    }

    /**
     * Finds the names in a text.
     *
     * @param text followed by {@link Lexer#PADDING} zero bytes
     */
    static void ofText(byte[] text, boolean standardStrings, Consumer<String> found) {
        new NameHints(found).text(text, standardStrings, 1);
    }

    /** Finds the names in any bytes: a bound value may be a name, or JSON that contains names. */
    public static void ofBytes(byte[] bytes, Consumer<String> found) {
        new NameHints(found).bytes(bytes);
    }

    private void text(byte[] text, boolean standardStrings, int depth) {
        var lexer = new Lexer();
        lexer.reset(text, standardStrings);
        var joined = new StringBuilder();
        Token before = Token.END;
        Token token = lexer.next();
        while (token != Token.END && !lexer.unterminated()) {
            byte first = text[lexer.start()];
            if (token.isString()) {
                String value = Escapes.string(lexer);
                joined.append(value);
                inner(value, standardStrings, depth);
            } else if (token.isName() && before != Token.CAST) {
                flush(joined);
                name(lexer);
            } else if (!isJoint(token, before, first)) {
                flush(joined);
            }
            before = token;
            token = lexer.next();
        }
        flush(joined);
    }

    /** Reads a name with all its parts; one that is not escaped has been found already. */
    private void name(Lexer lexer) {
        var name = new StringBuilder(part(lexer));
        boolean isHidden = lexer.token() == Token.UNICODE_NAME;
        while (lexer.peek() == Token.DOT) {
            lexer.next();
            lexer.next();
            isHidden |= lexer.token() == Token.UNICODE_NAME;
            name.append('.').append(lexer.token().isName() ? part(lexer) : "");
        }
        if (isHidden) {
            flush(name);
        }
    }

    /** Whether a token may join two strings, as in {@code 'app'::text || '.x'}. */
    private static boolean isJoint(Token token, Token before, byte first) {
        return token == Token.CAST || before == Token.CAST || token == Token.OTHER && first == '|';
    }

    private static String part(Lexer lexer) {
        boolean isHidden = lexer.token() == Token.UNICODE_NAME;
        String name = isHidden ? Escapes.name(lexer) : Spelling.name(lexer);
        return name == null ? "" : name;
    }

    /** Strings inside a string, as in the body of a DO. */
    private void inner(String value, boolean standardStrings, int depth) {
        if (depth < DEPTH_MAX && (value.indexOf('\'') >= 0 || value.indexOf('$') >= 0)) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            text(Arrays.copyOf(bytes, bytes.length + Lexer.PADDING), standardStrings, depth + 1);
        }
    }

    private void flush(StringBuilder joined) {
        if (joined.indexOf(".") > 0) {
            bytes(joined.toString().getBytes(StandardCharsets.UTF_8));
        }
        joined.setLength(0);
    }

    private void bytes(byte[] bytes) {
        int p = 0;
        while (p < bytes.length) {
            int start = p;
            boolean hasPoint = false;
            while (p < bytes.length && isInName(bytes[p])) {
                hasPoint |= bytes[p++] == '.';
            }
            if (hasPoint && p - start <= NAME_BYTES_MAX && isName(bytes, start, p)) {
                String name = new String(bytes, start, p - start, StandardCharsets.UTF_8);
                found.accept(Spelling.lowerCase(name));
            }
            p++;
        }
    }

    private static boolean isInName(byte b) {
        return ByteClass.inWord(b) || b == '.';
    }

    /** Whether each part begins with a letter. */
    private static boolean isName(byte[] bytes, int start, int end) {
        for (int p = start; p <= end; p++) {
            boolean begins = p == start || bytes[p - 1] == '.';
            if (begins && (p == end || !ByteClass.beginsWord(bytes[p]))) {
                return false;
            }
        }
        return true;
    }
}
