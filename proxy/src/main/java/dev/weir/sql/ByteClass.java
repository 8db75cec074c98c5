package dev.weir.sql;

import java.util.Arrays;

/**
 * What a byte can begin, and whether it can occur in a word: the character sets of PostgreSQL's
 * lexer, as tables.
 */
final class ByteClass {
    static final byte END = 0;
    static final byte SPACE = 1;
    static final byte LETTER = 2;

    /** A letter that may begin a literal: {@code b e n u x}. */
    static final byte PREFIX = 3;

    static final byte DIGIT = 4;
    static final byte QUOTE = 5;
    static final byte DOUBLE_QUOTE = 6;
    static final byte DOLLAR = 7;
    static final byte MINUS = 8;
    static final byte SLASH = 9;
    static final byte COLON = 10;
    static final byte POINT = 11;
    static final byte SINGLE = 12;

    private static final String OPERATOR_BYTES = "+-*/<>=~!@#%^&|`?";

    private static final byte[] CLASSES = classes();
    private static final boolean[] IN_WORD = wordBytes();
    private static final Token[] SINGLES = singles();

    private ByteClass() {}

    static byte of(byte b) {
        return CLASSES[b & 0xFF];
    }

    static boolean beginsWord(byte b) {
        byte kind = of(b);
        return kind == LETTER || kind == PREFIX;
    }

    static boolean inWord(byte b) {
        return IN_WORD[b & 0xFF];
    }

    /** Whether the byte can be part of an operator. */
    static boolean isOperator(byte b) {
        return b > 0 && OPERATOR_BYTES.indexOf(b) >= 0;
    }

    /** The token that a {@link #SINGLE} is. */
    static Token single(byte b) {
        return SINGLES[b & 0xFF];
    }

    private static byte[] classes() {
        byte[] classes = new byte[256];
        Arrays.fill(classes, SINGLE);
        Arrays.fill(classes, '0', '9' + 1, DIGIT);
        Arrays.fill(classes, 'A', 'Z' + 1, LETTER);
        Arrays.fill(classes, 'a', 'z' + 1, LETTER);
        Arrays.fill(classes, 0x80, 256, LETTER);
        classes['_'] = LETTER;
        set(classes, "bBeEnNuUxX", PREFIX);
        set(classes, " \t\n\r\f\u000b", SPACE);
        set(classes, "\0", END);
        set(classes, "'", QUOTE);
        set(classes, "\"", DOUBLE_QUOTE);
        set(classes, "$", DOLLAR);
        set(classes, "-", MINUS);
        set(classes, "/", SLASH);
        set(classes, ":", COLON);
        set(classes, ".", POINT);
        return classes;
    }

    private static void set(byte[] classes, String members, byte to) {
        for (int i = 0; i < members.length(); i++) {
            classes[members.charAt(i)] = to;
        }
    }

    private static boolean[] wordBytes() {
        boolean[] members = new boolean[256];
        for (int i = 0; i < members.length; i++) {
            members[i] =
                    CLASSES[i] == LETTER || CLASSES[i] == PREFIX || CLASSES[i] == DIGIT || i == '$';
        }
        return members;
    }

    private static Token[] singles() {
        Token[] tokens = new Token[256];
        Arrays.fill(tokens, Token.OTHER);
        tokens[';'] = Token.SEMICOLON;
        tokens['('] = Token.OPEN;
        tokens['['] = Token.OPEN;
        tokens[')'] = Token.CLOSE;
        tokens[']'] = Token.CLOSE;
        tokens[','] = Token.COMMA;
        tokens['='] = Token.EQUALS;
        return tokens;
    }
}
