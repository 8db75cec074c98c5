package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the texts of one loop. The current text is copied once, to a buffer that all texts share;
 * it is hashed, compared and read there.
 */
final class TextReader {
    /** The end of a Parse that declares no types. */
    static final byte[] NO_TYPES = new byte[Short.BYTES];

    private static final byte[] NO_BYTES = new byte[Lexer.PADDING];

    private final Classifier classifier = new Classifier();
    private final AccessCheck check = new AccessCheck();
    private final StateCheck state = new StateCheck();
    private final Fingerprinter fingerprinter = new Fingerprinter();
    private byte[] scratch = NO_BYTES;

    /** The current text, then {@link Lexer#PADDING} zero bytes. */
    private byte[] bytes = NO_BYTES;

    private int length;

    /** The types of a Parse, with padding; {@link #NO_TYPES} if it declares none. */
    private byte[] types = NO_TYPES;

    private int typesLength;
    private byte[] typesScratch = NO_BYTES;

    // --- the current text -----------------------------------------------------------------------

    /** Makes the text of a Query the current one. Borrows {@code in}. */
    void take(ByteBuf in, int start, int textLength) {
        length = textLength;
        bytes = room(textLength + Lexer.PADDING);
        copy(in, start, bytes, textLength);
        types = NO_TYPES;
        typesLength = 0;
    }

    /**
     * Makes the text of a Parse the current one. Borrows {@code in}.
     *
     * @param typesBytes the length of the types after the text's NUL
     */
    void take(ByteBuf in, int start, int textLength, int typesBytes) {
        take(in, start, textLength);
        int at = start + textLength + 1;
        if (typesBytes == Short.BYTES && in.getShort(at) == 0) {
            return;
        }
        int needed = typesBytes + Lexer.PADDING;
        if (typesScratch.length < needed) {
            typesScratch = new byte[needed];
        }
        types = typesScratch;
        typesLength = typesBytes;
        copy(in, at, types, typesBytes);
    }

    private static void copy(ByteBuf in, int start, byte[] to, int bytes) {
        Classifier.copy(in, start, to, bytes);
        TextHash.clearWord(to, bytes);
    }

    /** The buffer for a text; one that is too long to be classified gets a separate buffer. */
    private byte[] room(int needed) {
        if (needed > Classifier.TEXT_BYTES_MAX + Lexer.PADDING) {
            return new byte[needed];
        }
        if (scratch.length < needed) {
            scratch = new byte[Math.max(1_024, Integer.highestOneBit(needed) << 1)];
        }
        return scratch;
    }

    int length() {
        return length;
    }

    long hash(long seed) {
        long hash = TextHash.of(bytes, length, seed);
        return types == NO_TYPES ? hash : hash ^ TextHash.of(types, typesLength, ~seed);
    }

    /**
     * Whether the current text is that of {@code otherBytes}, which include padding, with {@code
     * otherTypes}.
     */
    boolean is(byte[] otherBytes, byte[] otherTypes) {
        int end = otherBytes.length - Lexer.PADDING;
        return Arrays.equals(bytes, 0, length, otherBytes, 0, end)
                && (types == NO_TYPES
                        ? otherTypes == NO_TYPES
                        : otherTypes != NO_TYPES
                                && Arrays.equals(
                                        types, 0, typesLength, otherTypes, 0, otherTypes.length));
    }

    /** A copy of its bytes, including padding. */
    byte[] copyOfBytes() {
        return Arrays.copyOf(bytes, length + Lexer.PADDING);
    }

    /** A copy of its types; {@link #NO_TYPES} if it has none. */
    byte[] copyOfTypes() {
        return types == NO_TYPES ? types : Arrays.copyOf(types, typesLength);
    }

    /** Its facts, valid until the next use. */
    StatementFacts facts(LexicalRules rules) {
        return classifier.classify(bytes, length, rules);
    }

    /** Its shape, if that is among those known. */
    Shapes.@Nullable Shape shape(Shapes known) {
        return known.find(bytes, length);
    }

    // --- the current text, or one that is kept ---------------------------------------------------

    Access access(LexicalRules rules) {
        return access(bytes, length, rules);
    }

    /** The access of {@code end} bytes, which are followed by {@link Lexer#PADDING} zero bytes. */
    Access access(byte[] text, int end, LexicalRules rules) {
        if (rules != LexicalRules.STANDARD) {
            return Access.UNCLEAR;
        }
        return end > Classifier.TEXT_BYTES_MAX ? Access.TOO_LONG : check.check(text, end);
    }

    /** The {@link StateEffects} of the current text. */
    int effects(LexicalRules rules, StateNames names) {
        return effects(bytes, length, rules, names);
    }

    /** The {@link StateEffects} of bytes that are followed by padding. */
    int effects(byte[] text, int length, LexicalRules rules, StateNames names) {
        return state.effects(text, length, rules, names);
    }

    /** All names in such bytes, and what they do besides what these may do. */
    RoutineState uses(byte[] text, int length, LexicalRules rules) {
        if (length > Classifier.TEXT_BYTES_MAX || rules == LexicalRules.AMBIGUOUS_BYTES) {
            return new RoutineState(StateEffects.SESSION, 0, new int[0]);
        }
        return state.routine(text, length, rules.hasStandardStrings());
    }

    /** The hash, without constants, of a text that ends with {@link Lexer#PADDING} zero bytes. */
    long fingerprint(byte[] text, LexicalRules rules) {
        return fingerprinter.hash(text, rules.hasStandardStrings());
    }

    /** Such a text without its constants. */
    String normalised(byte[] text, LexicalRules rules) {
        return fingerprinter.text(text, rules.hasStandardStrings());
    }
}
