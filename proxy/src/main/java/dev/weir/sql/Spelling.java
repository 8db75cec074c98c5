package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The value of a lexer's current token, without its quotes. Allocates, so it is used only for texts
 * that name something.
 */
final class Spelling {
    /** PostgreSQL's NAMEDATALEN without the terminator. */
    static final int NAME_BYTES_MAX = 63;

    private static final byte[] TEMPORARY_SCHEMA = "pg_temp".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] INFORMATION = "inform".getBytes(StandardCharsets.US_ASCII);

    private Spelling() {}

    /**
     * The identifier, folded unless quoted and truncated to {@link #NAME_BYTES_MAX}; null if it has
     * Unicode escapes.
     */
    static @Nullable String name(Lexer lexer) {
        byte[] bytes = lexer.bytes();
        if (lexer.token() == Token.WORD) {
            byte[] folded = new byte[lexer.end() - lexer.start()];
            for (int i = 0; i < folded.length; i++) {
                folded[i] = lowerCase(bytes[lexer.start() + i]);
            }
            return cut(folded, folded.length);
        }
        int quote = lexer.token() == Token.UNICODE_NAME ? lexer.start() + 2 : lexer.start();
        if (lexer.unterminated() || (lexer.token() == Token.UNICODE_NAME && hasEscapes(lexer))) {
            return null;
        }
        byte[] plain = new byte[lexer.end() - quote];
        int length = 0;
        for (int p = quote + 1; p < lexer.end() - 1; p++) {
            plain[length++] = bytes[p];
            if (bytes[p] == '"') {
                p++;
            }
        }
        return cut(plain, length);
    }

    /**
     * The string's value; null if it has escapes, is not terminated, or is not a character string.
     */
    static @Nullable String text(Lexer lexer) {
        if (lexer.unterminated()) {
            return null;
        }
        byte[] bytes = lexer.bytes();
        return switch (lexer.token()) {
            case DOLLAR_STRING -> {
                int tag = lexer.start() + 1;
                while (bytes[tag] != '$') {
                    tag++;
                }
                int length = tag + 1 - lexer.start();
                yield utf8(bytes, tag + 1, lexer.end() - length - tag - 1);
            }
            case STRING -> joined(lexer);
            case ESCAPE_STRING, UNICODE_STRING -> hasEscapes(lexer) ? null : joined(lexer);
            default -> null;
        };
    }

    /** The name of a function, whose last token was {@code kind}; null if it contains a quote. */
    static @Nullable String function(byte[] bytes, int start, int end, Token kind) {
        if (kind == Token.WORD) {
            return shown(bytes, start, end).toLowerCase(Locale.ROOT);
        }
        int quote = kind == Token.QUOTED_NAME ? start : start + 2;
        for (int p = quote + 1; p < end - 1; p++) {
            if (bytes[p] == '"') {
                return null;
            }
        }
        return shown(bytes, quote + 1, end - 1);
    }

    /** These bytes, at most {@link #NAME_BYTES_MAX} of them. */
    static String shown(byte[] bytes, int start, int end) {
        return utf8(bytes, start, Math.min(end - start, NAME_BYTES_MAX));
    }

    /** Whether the current name is that of a system catalog, by its first letters. */
    static boolean isOfCatalog(Lexer lexer) {
        byte[] b = lexer.bytes();
        boolean isQuoted = lexer.token() == Token.QUOTED_NAME;
        int p = isQuoted ? lexer.start() + 1 : lexer.start();
        return (b[p] | 0x20) == 'p' && (b[p + 1] | 0x20) == 'g' && b[p + 2] == '_'
                || isQuoted && Arrays.equals(b, p, p + 6, INFORMATION, 0, INFORMATION.length);
    }

    /** Folds A-Z and nothing else, as PostgreSQL compares the names of parameters. */
    static String lowerCase(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = lowerCase(bytes[i]);
        }
        return utf8(bytes, 0, bytes.length);
    }

    private static byte lowerCase(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }

    /** Whether a name or string contains a backslash, or is followed by UESCAPE. */
    static boolean hasEscapes(Lexer lexer) {
        for (int p = lexer.start(); p < lexer.end(); p++) {
            if (lexer.bytes()[p] == '\\') {
                return true;
            }
        }
        return lexer.peekKeyword() == Keyword.UESCAPE;
    }

    /** Whether the string may put the temporary schema on a search path. */
    static boolean mentionsTemporarySchema(Lexer lexer) {
        for (int p = lexer.start(); p + TEMPORARY_SCHEMA.length <= lexer.end(); p++) {
            if (Arrays.equals(
                    lexer.bytes(),
                    p,
                    p + TEMPORARY_SCHEMA.length,
                    TEMPORARY_SCHEMA,
                    0,
                    TEMPORARY_SCHEMA.length)) {
                return true;
            }
        }
        return false;
    }

    /** The segments of a quoted string, without the white space and comments that separate them. */
    private static String joined(Lexer lexer) {
        byte[] bytes = lexer.bytes();
        byte[] plain = new byte[lexer.end() - lexer.start()];
        int length = 0;
        int p = lexer.start();
        while (bytes[p] != '\'') {
            p++;
        }
        p++;
        while (p < lexer.end() - 1) {
            if (bytes[p] != '\'') {
                plain[length++] = bytes[p++];
            } else if (bytes[p + 1] == '\'') {
                plain[length++] = '\'';
                p += 2;
            } else {
                p = nextSegment(bytes, p + 1);
            }
        }
        return utf8(plain, 0, length);
    }

    static int nextSegment(byte[] bytes, int p) {
        while (bytes[p] != '\'') {
            if (bytes[p] == '-') {
                while (bytes[p] != '\n' && bytes[p] != '\r') {
                    p++;
                }
            } else {
                p++;
            }
        }
        return p + 1;
    }

    /** Truncates as PostgreSQL does: never inside a UTF-8 character. */
    private static String cut(byte[] name, int length) {
        if (length <= NAME_BYTES_MAX) {
            return utf8(name, 0, length);
        }
        int end = NAME_BYTES_MAX;
        while (end > 0 && (name[end] & 0xC0) == 0x80) {
            end--;
        }
        return utf8(name, 0, end);
    }

    private static String utf8(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
}
