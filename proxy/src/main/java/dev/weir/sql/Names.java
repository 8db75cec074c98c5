package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The names in a text, each as a number: the only question asked is whether one of them is the name
 * of a certain relation. Two names with the same number are taken for one, which at worst sends a
 * read to the primary.
 */
final class Names {
    /** A text with more names is assumed to contain every name. */
    static final int MAX = 256;

    private static final int[] NONE = {};

    private int[] numbers = new int[16];
    private int size;

    void clear() {
        size = 0;
    }

    /** Adds the name that is the current token of a lexer. */
    void add(Lexer lexer) {
        int length = lexer.end() - lexer.start();
        boolean plain = lexer.token() == Token.WORD && length <= Spelling.NAME_BYTES_MAX;
        int number = plain ? number(lexer.bytes(), lexer.start(), lexer.end()) : spelled(lexer);
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, size * 2);
        }
        if (size <= MAX) {
            numbers[size++] = number;
        }
    }

    private static int spelled(Lexer lexer) {
        String name = Spelling.name(lexer);
        return name == null ? 0 : number(name);
    }

    /** The number of a word, which PostgreSQL folds. */
    private static int number(byte[] bytes, int start, int end) {
        int number = 0;
        for (int p = start; p < end; p++) {
            byte b = bytes[p];
            number = 31 * number + (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);
        }
        return number;
    }

    /** The number of a name as the catalog has it. */
    static int number(String name) {
        int number = 0;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            number = 31 * number + b;
        }
        return number;
    }

    int[] toArray() {
        return size == 0 ? NONE : Arrays.copyOf(numbers, size);
    }
}
