package dev.weir.sql;

import java.util.Arrays;

/**
 * PostgreSQL's lexical rules (manual, section 4.1) over a NUL-terminated byte array, one token per
 * call, without allocation.
 *
 * <p>Comments and white space yield no token. A string that continues after white space with a line
 * break is one token. Numbers with a prefix or underscores, and parameters, may yield several
 * tokens; this makes no difference to the meaning of a valid text. Every call moves forward or
 * returns {@link Token#END}, which then stays.
 */
final class Lexer {
    /**
     * The zero bytes that must follow the text: the terminator, and what {@link Keyword#of} may
     * read beyond a word.
     */
    static final int PADDING = Long.BYTES;

    private byte[] bytes = new byte[PADDING];
    private boolean standardStrings = true;
    private int position;
    private boolean unterminated;
    private int hint;

    private Token token = Token.END;
    private Keyword keyword = Keyword.NONE;
    private Keyword peekedKeyword = Keyword.NONE;
    private int peekedStart;
    private int start;

    /**
     * Borrows {@code bytes} until the next reset; {@link #PADDING} zero bytes follow the text in
     * it.
     */
    void reset(byte[] bytes, boolean standardStrings) {
        this.bytes = bytes;
        this.standardStrings = standardStrings;
        position = 0;
        start = 0;
        unterminated = false;
        hint = -1;
        token = Token.END;
        keyword = Keyword.NONE;
    }

    byte[] bytes() {
        return bytes;
    }

    Token token() {
        return token;
    }

    /** What the current word spells; {@link Keyword#NONE} for every other token. */
    Keyword keyword() {
        return keyword;
    }

    int start() {
        return start;
    }

    int end() {
        return position;
    }

    /** Whether the text ended inside a comment, a literal or a quoted name. */
    boolean unterminated() {
        return unterminated;
    }

    /** The position of the words of the first comment {@code /* weir: …}; -1 if there was none. */
    int hint() {
        return hint;
    }

    /** The token after the current one, which stays the current one. */
    Token peek() {
        int at = start;
        int end = position;
        Token current = token;
        Keyword word = keyword;
        boolean broken = unterminated;
        Token next = next();
        peekedKeyword = keyword;
        peekedStart = start;
        start = at;
        position = end;
        token = current;
        keyword = word;
        unterminated = broken;
        return next;
    }

    /** The keyword after the current token. */
    Keyword peekKeyword() {
        peek();
        return peekedKeyword;
    }

    /** The start of the token after the current one. */
    int peekStart() {
        peek();
        return peekedStart;
    }

    Token next() {
        keyword = Keyword.NONE;
        token = scan(false);
        return token;
    }

    /**
     * The next token that can change the session anywhere in a statement, or that opens, closes or
     * ends something: a word of {@link Keyword#isTelling()}, a quoted name that may spell one, a
     * bracket, a semicolon or the end.
     */
    Token nextTelling() {
        keyword = Keyword.NONE;
        token = scan(true);
        return token;
    }

    private Token scan(boolean telling) {
        byte[] b = bytes;
        int p = position;
        while (true) {
            byte kind = ByteClass.of(b[p]);
            if (kind == ByteClass.SPACE) {
                p++;
                continue;
            }
            start = p;
            Token found;
            if (kind == ByteClass.LETTER) {
                found = word(p);
            } else if (kind == ByteClass.MINUS && b[p + 1] == '-') {
                p = lineEnd(p);
                continue;
            } else if (kind == ByteClass.SLASH && b[p + 1] == '*') {
                p = blockEnd(p);
                continue;
            } else {
                found = other(kind, p);
            }
            if (!telling || isTelling(found)) {
                return found;
            }
            p = position;
        }
    }

    private boolean isTelling(Token found) {
        return switch (found) {
            case WORD -> keyword.isTelling();
            /* The first letters of the functions and schemas among the keywords. */
            case QUOTED_NAME -> bytes[start + 1] == 's' || bytes[start + 1] == 'p';
            case UNICODE_NAME, OPEN, CLOSE, SEMICOLON, END -> true;
            default -> false;
        };
    }

    private Token other(byte kind, int p) {
        byte[] b = bytes;
        return switch (kind) {
            case ByteClass.SINGLE -> to(p + 1, ByteClass.single(b[p]));
            case ByteClass.PREFIX -> prefixed(p);
            case ByteClass.DIGIT -> number(p);
            case ByteClass.QUOTE -> plain(p);
            case ByteClass.DOUBLE_QUOTE -> quotedName(p, Token.QUOTED_NAME);
            case ByteClass.DOLLAR -> dollar(p);
            case ByteClass.COLON ->
                    b[p + 1] == ':' ? to(p + 2, Token.CAST) : to(p + 1, Token.OTHER);
            case ByteClass.POINT -> isDigit(b[p + 1]) ? number(p) : to(p + 1, Token.DOT);
            case ByteClass.MINUS, ByteClass.SLASH -> to(p + 1, Token.OTHER);
            default -> to(p, Token.END);
        };
    }

    private Token to(int end, Token found) {
        position = end;
        return found;
    }

    private Token cutOff(int end, Token found) {
        unterminated = true;
        return to(end, found);
    }

    private Token word(int from) {
        byte[] b = bytes;
        int p = from + 1;
        while (ByteClass.inWord(b[p])) {
            p++;
        }
        keyword = Keyword.of(b, from, p - from);
        return to(p, Token.WORD);
    }

    private Token prefixed(int p) {
        byte next = bytes[p + 1];
        if (next == '\'') {
            return switch (bytes[p] | 0x20) {
                case 'e' -> string(p + 1, true, Token.ESCAPE_STRING);
                case 'n' -> plain(p + 1);
                case 'b', 'x' -> string(p + 1, false, Token.BIT_STRING);
                default -> word(p);
            };
        }
        if (next == '&' && (bytes[p] | 0x20) == 'u') {
            if (bytes[p + 2] == '\'') {
                return string(p + 2, false, Token.UNICODE_STRING);
            }
            if (bytes[p + 2] == '"') {
                return quotedName(p + 2, Token.UNICODE_NAME);
            }
        }
        return word(p);
    }

    private Token number(int p) {
        byte[] b = bytes;
        p = digitsEnd(p);
        if (b[p] == '.') {
            p = digitsEnd(p + 1);
        }
        if ((b[p] | 0x20) == 'e') {
            int exponent = b[p + 1] == '+' || b[p + 1] == '-' ? p + 2 : p + 1;
            if (isDigit(b[exponent])) {
                p = digitsEnd(exponent);
            }
        }
        return to(p, Token.NUMBER);
    }

    private int digitsEnd(int p) {
        while (isDigit(bytes[p])) {
            p++;
        }
        return p;
    }

    private Token plain(int quote) {
        return standardStrings
                ? string(quote, false, Token.STRING)
                : string(quote, true, Token.ESCAPE_STRING);
    }

    private Token string(int quote, boolean escapes, Token found) {
        byte[] b = bytes;
        int p = quote + 1;
        while (true) {
            byte c = b[p];
            if (c == '\'') {
                int next =
                        b[p + 1] == '\'' && found != Token.BIT_STRING ? p + 1 : continuation(p + 1);
                if (next < 0) {
                    return to(p + 1, found);
                }
                p = next + 1;
            } else if (c == '\\' && escapes && b[p + 1] != 0) {
                p += 2;
            } else if (c == 0) {
                return cutOff(p, found);
            } else {
                p++;
            }
        }
    }

    /**
     * The position of the quote with which a string that was closed just before {@code p}
     * continues; -1 if it does not.
     */
    private int continuation(int p) {
        byte[] b = bytes;
        boolean newLine = false;
        while (true) {
            byte c = b[p];
            if (c == '\n' || c == '\r') {
                newLine = true;
                p++;
            } else if (ByteClass.of(c) == ByteClass.SPACE) {
                p++;
            } else if (c == '-' && b[p + 1] == '-') {
                p = lineEnd(p);
            } else {
                return newLine && c == '\'' ? p : -1;
            }
        }
    }

    private Token quotedName(int quote, Token found) {
        byte[] b = bytes;
        int p = quote + 1;
        while (b[p] != '"' || b[p + 1] == '"') {
            if (b[p] == 0) {
                return cutOff(p, found);
            }
            p += b[p] == '"' ? 2 : 1;
        }
        return to(p + 1, found);
    }

    private Token dollar(int p) {
        byte[] b = bytes;
        if (isDigit(b[p + 1])) {
            return to(digitsEnd(p + 1), Token.PARAMETER);
        }
        int tagEnd = p + 1;
        while (ByteClass.inWord(b[tagEnd]) && b[tagEnd] != '$') {
            tagEnd++;
        }
        if (b[tagEnd] != '$') {
            return to(p + 1, Token.OTHER);
        }
        return dollarString(p, tagEnd + 1 - p);
    }

    private Token dollarString(int tag, int tagLength) {
        byte[] b = bytes;
        for (int p = tag + tagLength; ; p++) {
            if (b[p] == 0) {
                return cutOff(p, Token.DOLLAR_STRING);
            }
            /* The last byte of a tag is a dollar and none inside is: a mismatch costs no more than the bytes up to the next dollar. */
            if (b[p] == '$'
                    && p + tagLength <= b.length
                    && Arrays.equals(b, p, p + tagLength, b, tag, tag + tagLength)) {
                return to(p + tagLength, Token.DOLLAR_STRING);
            }
        }
    }

    private int lineEnd(int p) {
        while (bytes[p] != '\n' && bytes[p] != '\r' && bytes[p] != 0) {
            p++;
        }
        return p;
    }

    /** Just after the comment that begins at {@code p}; comments nest. */
    private int blockEnd(int p) {
        byte[] b = bytes;
        int depth = 0;
        if (hint < 0) {
            hint = hintIn(p + 2);
        }
        while (true) {
            if (b[p] == 0) {
                unterminated = true;
                return p;
            }
            if (b[p] == '/' && b[p + 1] == '*') {
                depth++;
                p += 2;
            } else if (b[p] == '*' && b[p + 1] == '/') {
                p += 2;
                if (--depth == 0) {
                    return p;
                }
            } else {
                p++;
            }
        }
    }

    private int hintIn(int comment) {
        byte[] b = bytes;
        int p = comment;
        while (ByteClass.of(b[p]) == ByteClass.SPACE) {
            p++;
        }
        return b[p] == 'w'
                        && b[p + 1] == 'e'
                        && b[p + 2] == 'i'
                        && b[p + 3] == 'r'
                        && b[p + 4] == ':'
                ? p + 5
                : -1;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
