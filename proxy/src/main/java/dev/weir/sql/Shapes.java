package dev.weir.sql;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of one event loop's texts that run a single statement which leaves no trace in the
 * session: their bytes, but for the values of numbers and strings. What a text may do to the
 * session is then known by its shape, without lexing it.
 *
 * <p>A shape is kept when a text of it comes a second time, in a table of a fixed size, where it
 * takes the place of another. Confined to its loop.
 */
final class Shapes {
    /*
     * A shape has the same tokens as its texts: an operator, a word and a name are copied, a number
     * becomes 0 and a string ''. So it is itself a text, which is judged in the place of all. None
     * of the commands whose strings say what they do (DO, SET, CREATE FUNCTION …) has a shape.
     *
     * Where it is not obvious how the lexer reads something, there is no shape: comments, dollars,
     * backslashes, and whatever is not closed.
     */

    /** Longer texts have no shape: reading them costs more than can be saved. */
    private static final int BYTES_MAX = 1_024;

    private static final int SLOTS = 512;

    private final @Nullable Shape[] slots = new Shape[SLOTS];

    /** Half of the hash of the last shape that came to a slot and was not kept. */
    private final int[] seen = new int[SLOTS];

    private final long seed;
    private final byte[] scratch = new byte[BYTES_MAX + Lexer.PADDING];
    private int length;
    private long hash;

    Shapes(long seed) {
        this.seed = seed;
    }

    /** What is known of all texts of one shape. */
    static final class Shape {
        private final byte[] bytes;
        private final long hash;
        private @Nullable StateNames judgedBy;
        private int effects;

        private Shape(byte[] bytes, long hash) {
            this.bytes = bytes;
            this.hash = hash;
        }

        /** The {@link StateEffects} of its texts, by these names. */
        int effects(TextReader reader, StateNames names) {
            if (names != judgedBy) {
                int end = bytes.length - Lexer.PADDING;
                effects = reader.effects(bytes, end, LexicalRules.STANDARD, names);
                judgedBy = names;
            }
            return effects;
        }
    }

    /**
     * The shape of a text of {@code end} bytes, which are followed by {@link Lexer#PADDING} zero
     * bytes; null if it has none, or none that is kept.
     */
    @Nullable Shape find(byte[] text, int end) {
        length = end <= BYTES_MAX ? strip(text, end) : 0;
        if (length == 0) {
            return null;
        }
        TextHash.clearWord(scratch, length);
        hash = TextHash.of(scratch, length, seed);
        Shape found = slots[slot()];
        return found != null && found.hash == hash && isCurrent(found.bytes) ? found : null;
    }

    private boolean isCurrent(byte[] bytes) {
        return Arrays.equals(bytes, 0, bytes.length - Lexer.PADDING, scratch, 0, length);
    }

    private int slot() {
        return (int) hash & SLOTS - 1;
    }

    /** Notes the facts of the text for which {@link #find} has just returned null. */
    void learn(StatementFacts facts) {
        if (length == 0 || !facts.isPlain() || !isOfKnownCommand() || !isBalanced()) {
            return;
        }
        int half = (int) (hash >>> Integer.SIZE);
        if (seen[slot()] == half) {
            slots[slot()] = new Shape(Arrays.copyOf(scratch, length + Lexer.PADDING), hash);
        } else {
            seen[slot()] = half;
        }
    }

    private boolean isOfKnownCommand() {
        int start = 0;
        while (ByteClass.of(scratch[start]) == ByteClass.SPACE) {
            start++;
        }
        int end = start;
        while (ByteClass.inWord(scratch[end])) {
            end++;
        }
        return switch (Keyword.of(scratch, start, end - start)) {
            case SELECT, INSERT, UPDATE, DELETE, WITH, VALUES -> true;
            default -> false;
        };
    }

    /** Whether every bracket is closed: the facts of a call that is not depend on its strings. */
    private boolean isBalanced() {
        int depth = 0;
        boolean isQuoted = false;
        for (int at = 0; at < length && depth >= 0; at++) {
            byte b = scratch[at];
            isQuoted ^= b == '"';
            if (!isQuoted) {
                depth += b == '(' || b == '[' ? 1 : b == ')' || b == ']' ? -1 : 0;
            }
        }
        return depth == 0;
    }

    /** Copies a text without its constants; returns the length, 0 if it has no shape. */
    private int strip(byte[] text, int end) {
        byte[] to = scratch;
        int out = 0;
        boolean inWord = false;
        for (int at = 0; at < end; ) {
            byte b = text[at];
            byte kind = ByteClass.of(b);
            if (kind == ByteClass.DIGIT && !inWord) {
                at = digitsEnd(text, at);
                b = '0';
            } else if (kind == ByteClass.QUOTE || kind == ByteClass.DOUBLE_QUOTE) {
                int next = quoteEnd(text, at, end);
                if (next < 0) {
                    return 0;
                }
                if (kind == ByteClass.DOUBLE_QUOTE) {
                    System.arraycopy(text, at, to, out, next - at - 1);
                    out += next - at - 1;
                } else {
                    to[out++] = b;
                }
                at = next;
            } else if (isUnclear(text, at, kind)) {
                return 0;
            } else {
                at++;
            }
            to[out++] = b;
            inWord = ByteClass.inWord(b);
        }
        return out;
    }

    private static boolean isUnclear(byte[] text, int at, byte kind) {
        return switch (kind) {
            case ByteClass.END, ByteClass.DOLLAR -> true;
            case ByteClass.MINUS -> text[at + 1] == '-';
            case ByteClass.SLASH -> text[at + 1] == '*';
            case ByteClass.SINGLE -> text[at] == '\\';
            default -> false;
        };
    }

    private static int digitsEnd(byte[] text, int start) {
        int at = start + 1;
        while (ByteClass.of(text[at]) == ByteClass.DIGIT) {
            at++;
        }
        return at;
    }

    /** Just after the quote that ends what begins with one; -1 if that is not clear. */
    private static int quoteEnd(byte[] text, int start, int end) {
        byte quote = text[start];
        for (int at = start + 1; at < end; at++) {
            byte b = text[at];
            if (b == quote) {
                return at + 1; // a doubled quote is taken for another string, which means the same
            } else if (b == '\\' || b == 0) {
                return -1;
            }
        }
        return -1;
    }
}
