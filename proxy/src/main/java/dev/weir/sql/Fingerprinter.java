package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text without its constants, folded as in pg_stat_statements: as a hash, and as a text with a
 * parameter symbol for each constant.
 *
 * <p>Folded are numbers with their sign, strings of every kind, NULL, TRUE and FALSE. Of constants
 * and parameters that follow one another in {@code IN (…)} or {@code ARRAY[…]} only the first
 * counts. Letter case outside quotes, white space, comments, and semicolons at the ends make no
 * difference. PostgreSQL compares parse trees, this compares tokens: needless parentheses count.
 *
 * @see <a href="https://www.postgresql.org/docs/18/pgstatstatements.html">pg_stat_statements</a>
 */
final class Fingerprinter {
    private static final String MORE = " /*, ... */";
    private static final byte CONSTANT = 1;
    private static final byte CONSTANTS = 2;

    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01B3L;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    /** Words after which a minus is a sign. */
    private static final Set<String> BEFORE_A_VALUE =
            Set.of(
                    ("and between by else from ilike in like limit not offset on or return select"
                                    + " set then to when where")
                            .split(" "));

    private final Lexer lexer = new Lexer();

    /** The output for the text; null when computing the hash. */
    private @Nullable StringBuilder out;

    private long hash;

    /** The number of the last parameter symbol. */
    private int parameter;

    /** Whether nothing has been written yet. */
    private boolean isEmpty;

    /** The token before the current one. */
    private Token before = Token.END;

    private int beforeStart;
    private int beforeEnd;

    private List list = List.NONE;

    /** The position in a list of constants. */
    private enum List {
        NONE,
        /** Just after the opening bracket. */
        OPENED,
        /** After its first constant. */
        ONE,
        /** After another one. */
        SEVERAL
    }

    /** The hash of a text that ends with {@link Lexer#PADDING} zero bytes; never 0. */
    long hash(byte[] text, boolean standardStrings) {
        out = null;
        hash = FNV_OFFSET;
        fold(text, standardStrings);
        long spread = (hash ^ hash >>> 32) * SPREAD;
        spread ^= spread >>> 29;
        return spread == 0 ? 1 : spread;
    }

    /** Such a text with its constants replaced. */
    String text(byte[] text, boolean standardStrings) {
        parameter = lastParameter(text, standardStrings);
        var builder = new StringBuilder(text.length);
        out = builder;
        fold(text, standardStrings);
        out = null;
        return builder.toString();
    }

    private int lastParameter(byte[] text, boolean standardStrings) {
        int last = 0;
        lexer.reset(text, standardStrings);
        while (lexer.next() != Token.END) {
            if (lexer.token() == Token.PARAMETER) {
                int number = 0;
                for (int p = lexer.start() + 1; p < lexer.end() && number < 100_000; p++) {
                    number = 10 * number + text[p] - '0';
                }
                last = Math.max(last, number);
            }
        }
        return last;
    }

    // --- the walk -----------------------------------------------------------------------------

    private void fold(byte[] text, boolean standardStrings) {
        before = Token.END;
        beforeEnd = 0;
        isEmpty = true;
        list = List.NONE;
        lexer.reset(text, standardStrings);
        Token held = Token.END; // a semicolon or comma that may be left out
        while (lexer.next() != Token.END) {
            Token token = lexer.token();
            if (token == Token.SEMICOLON || token == Token.COMMA && isListing()) {
                held = token;
            } else {
                if (held == Token.COMMA && isListed()) {
                    readConstant();
                    constants();
                } else {
                    punctuation(held);
                    token(token);
                }
                held = Token.END;
            }
            before = token;
            beforeStart = lexer.start();
            beforeEnd = lexer.end();
        }
    }

    private void token(Token token) {
        List was = list;
        int start = lexer.start();
        list = List.NONE;
        if (isConstant()) {
            readConstant();
            constant(start);
            list = was == List.OPENED ? List.ONE : List.NONE;
            return;
        }
        if (token == Token.PARAMETER && was == List.OPENED) {
            list = List.ONE;
        } else if (token == Token.OPEN && (isBefore("in") || isBefore("array"))) {
            list = List.OPENED;
        }
        verbatim(token, start);
    }

    private boolean isListing() {
        return list == List.ONE || list == List.SEVERAL;
    }

    private boolean isListed() {
        return lexer.token() == Token.PARAMETER || isConstant();
    }

    private boolean isConstant() {
        return switch (lexer.token()) {
            case NUMBER, BIT_STRING -> true;
            case OTHER ->
                    lexer.bytes()[lexer.start()] == '-'
                            && !isBehindAValue()
                            && lexer.peek() == Token.NUMBER;
            case WORD ->
                    (isCurrent("null") || isCurrent("true") || isCurrent("false"))
                            && !isBefore("is")
                            && !isBefore("not");
            default -> lexer.token().isString();
        };
    }

    /** Reads to the end of a constant: a number after its sign, including letters. */
    private void readConstant() {
        if (lexer.token() == Token.OTHER) {
            lexer.next();
        }
        while (lexer.token() == Token.NUMBER && ByteClass.inWord(lexer.bytes()[lexer.end()])) {
            lexer.next();
        }
    }

    private boolean isBehindAValue() {
        return switch (before) {
            case NUMBER, PARAMETER, CLOSE, QUOTED_NAME, UNICODE_NAME, BIT_STRING -> true;
            case WORD -> !BEFORE_A_VALUE.contains(word(beforeStart, beforeEnd));
            default -> before.isString();
        };
    }

    private boolean isBefore(String word) {
        return before == Token.WORD && isWord(word, beforeStart, beforeEnd);
    }

    private boolean isCurrent(String word) {
        return isWord(word, lexer.start(), lexer.end());
    }

    private boolean isWord(String word, int start, int end) {
        if (end - start != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if ((lexer.bytes()[start + i] | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String word(int start, int end) {
        String word = new String(lexer.bytes(), start, end - start, StandardCharsets.UTF_8);
        return Spelling.lowerCase(word);
    }

    // --- what is written ------------------------------------------------------------------------

    private void verbatim(Token token, int start) {
        StringBuilder text = out;
        if (text != null) {
            gap(text, start);
            text.append(
                    new String(lexer.bytes(), start, lexer.end() - start, StandardCharsets.UTF_8));
        } else {
            if (!isOperator(token) || !isOperator(before) || beforeEnd < start) {
                mix((byte) 0);
            }
            boolean folds = token == Token.WORD;
            for (int p = start; p < lexer.end(); p++) {
                byte b = lexer.bytes()[p];
                mix(folds && b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b);
            }
        }
        isEmpty = false;
    }

    private static boolean isOperator(Token token) {
        return token == Token.OTHER || token == Token.EQUALS;
    }

    private void constant(int start) {
        StringBuilder text = out;
        if (text != null) {
            gap(text, start);
            text.append('$').append(++parameter);
        } else {
            mix((byte) 0);
            mix(CONSTANT);
        }
        isEmpty = false;
    }

    /** Writes, once, that there are more constants in the list. */
    private void constants() {
        if (list == List.ONE) {
            list = List.SEVERAL;
            if (out != null) {
                out.append(MORE);
            } else {
                mix(CONSTANTS);
            }
        }
    }

    private void punctuation(Token held) {
        if (held == Token.END || isEmpty) {
            return;
        }
        char c = held == Token.COMMA ? ',' : ';';
        list = List.NONE;
        if (out != null) {
            out.append(c);
        } else {
            mix((byte) 0);
            mix((byte) c);
        }
    }

    private void gap(StringBuilder text, int start) {
        if (beforeEnd < start && !isEmpty) {
            text.append(' ');
        }
    }

    private void mix(byte b) {
        hash = (hash ^ b & 0xFF) * FNV_PRIME;
    }
}
