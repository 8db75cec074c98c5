package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the escapes in a string constant or name: {@code E'\x2e'}, {@code U&'\002e'} (manual,
 * section 4.1.2).
 */
final class Escapes {
    private static final int HEX = 16;
    private static final int OCTAL = 8;

    private final byte[] in;
    private final int end;
    private final byte[] out;
    private int at;
    private int length;

    private Escapes(byte[] in, int start, int end) {
        this.in = in;
        this.at = start;
        this.end = end;
        this.out = new byte[end - start];
    }

    /** The value of the current token, a string; empty if it has none. Also reads its UESCAPE. */
    static String string(Lexer lexer) {
        if (lexer.unterminated()) {
            return "";
        }
        byte[] bytes = lexer.bytes();
        int quote = bytes[lexer.start()] == '\'' ? lexer.start() : lexer.start() + 1;
        String value =
                switch (lexer.token()) {
                    case ESCAPE_STRING -> ofBackslashes(bytes, quote + 1, lexer.end() - 1);
                    case UNICODE_STRING -> name(lexer);
                    default -> Spelling.text(lexer);
                };
        return value == null ? "" : value;
    }

    /** The current token, {@code U&'…'} or {@code U&"…"}; null if PostgreSQL would refuse it. */
    static @Nullable String name(Lexer lexer) {
        if (lexer.unterminated()) {
            return null;
        }
        byte[] bytes = lexer.bytes();
        int start = lexer.start() + 3;
        int end = lexer.end() - 1;
        byte escape = '\\';
        if (lexer.peekKeyword() == Keyword.UESCAPE) {
            lexer.next();
            lexer.next();
            escape = bytes[lexer.start() + 1]; // the string '!', or what PostgreSQL refuses
        }
        return ofUnicode(bytes, start, end, escape);
    }

    /**
     * The value between the quotes of an {@code E'…'}.
     *
     * @param start after the first quote
     * @param end the position of the last quote
     */
    private static String ofBackslashes(byte[] in, int start, int end) {
        var reading = new Escapes(in, start, end);
        while (reading.at < end) {
            byte b = in[reading.at++];
            if (b == '\\' && reading.at < end) {
                reading.backslash(in[reading.at++]);
            } else if (b == '\'') {
                reading.quote();
            } else {
                reading.add(b);
            }
        }
        return reading.text();
    }

    /**
     * The value between the quotes of a {@code U&'…'} or {@code U&"…"}; null if PostgreSQL would
     * refuse it.
     *
     * @param escape the character of UESCAPE, or a backslash
     */
    private static @Nullable String ofUnicode(byte[] in, int start, int end, byte escape) {
        var reading = new Escapes(in, start, end);
        while (reading.at < end) {
            byte b = in[reading.at++];
            if (b == escape && reading.at < end && in[reading.at] == escape) {
                reading.add(in[reading.at++]);
            } else if (b == escape) {
                boolean isLong = reading.at < end && in[reading.at] == '+';
                reading.at += isLong ? 1 : 0;
                if (!reading.point(isLong ? 6 : 4)) {
                    return null;
                }
            } else if (b == '"') {
                reading.at++;
                reading.add(b);
            } else if (b == '\'') {
                reading.quote();
            } else {
                reading.add(b);
            }
        }
        return reading.text();
    }

    private void add(int b) {
        out[length++] = (byte) b;
    }

    private String text() {
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    /** Two quotes inside stand for one; a single one ends a segment. */
    private void quote() {
        if (at < end && in[at] == '\'') {
            add(in[at++]);
        } else {
            at = Math.min(end, Spelling.nextSegment(in, at));
        }
    }

    private void backslash(byte b) {
        switch (b) {
            case 'b' -> add('\b');
            case 'f' -> add('\f');
            case 'n' -> add('\n');
            case 'r' -> add('\r');
            case 't' -> add('\t');
            case 'x' -> {
                if (digit(at, HEX) < 0) {
                    add(b);
                } else {
                    add(number(2, HEX));
                }
            }
            case 'u' -> point(4);
            case 'U' -> point(8);
            default -> {
                if (digit(at - 1, OCTAL) < 0) {
                    add(b);
                } else {
                    at--;
                    add(number(3, OCTAL));
                }
            }
        }
    }

    /** Reads a code point of this many digits; false if they are not there. */
    private boolean point(int digits) {
        int start = at;
        int point = number(digits, HEX);
        if (at - start < digits || !Character.isValidCodePoint(point)) {
            return false;
        }
        for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
            add(b); // an escape is longer than what it stands for
        }
        return true;
    }

    private int number(int digitsMax, int radix) {
        int number = 0;
        for (int i = 0; i < digitsMax && digit(at, radix) >= 0; i++) {
            number = number * radix + digit(at++, radix);
        }
        return number;
    }

    private int digit(int p, int radix) {
        return p < end ? Character.digit(in[p], radix) : -1;
    }
}
