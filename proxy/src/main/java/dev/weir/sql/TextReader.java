package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** What reads the texts of one loop, with the buffers that it needs for that. */
final class TextReader {
    private final StatementFacts facts = new StatementFacts();
    private final AccessCheck check = new AccessCheck();
    private final Fingerprinter fingerprinter = new Fingerprinter();
    private byte[] scratch = new byte[1_024];

    /**
     * Classifies a text that is not kept; the answer is valid until the next use. Borrows {@code
     * in}.
     */
    StatementFacts facts(ByteBuf in, int start, int length, LexicalRules rules) {
        Classifier.classify(in, start, length, rules.hasStandardStrings(), facts);
        return facts;
    }

    /** Classifies a text that is kept. */
    StatementFacts facts(byte[] text, int length, LexicalRules rules) {
        Classifier.classify(text, 0, length, rules.hasStandardStrings(), facts);
        return facts.copy();
    }

    /** The access of a text that is not kept. Borrows {@code in}. */
    Access access(ByteBuf in, int start, int length, LexicalRules rules) {
        if (rules != LexicalRules.STANDARD) {
            return Access.UNCLEAR;
        } else if (length > Classifier.TEXT_BYTES_MAX) {
            return Access.TOO_LONG;
        }
        int needed = length + Lexer.PADDING;
        if (scratch.length < needed) {
            scratch = new byte[Integer.highestOneBit(needed) << 1];
        }
        Classifier.copy(in, start, scratch, length);
        Arrays.fill(scratch, length, needed, (byte) 0);
        return check.check(scratch, length);
    }

    /** Looks at {@code length} bytes, behind which {@link Lexer#PADDING} zero bytes follow. */
    Access access(byte[] text, int length, LexicalRules rules) {
        if (rules != LexicalRules.STANDARD) {
            return Access.UNCLEAR;
        }
        return length > Classifier.TEXT_BYTES_MAX ? Access.TOO_LONG : check.check(text, length);
    }

    /** The same for a text that ends with {@link Lexer#PADDING} zero bytes. */
    long fingerprint(byte[] text, LexicalRules rules) {
        return fingerprinter.hash(text, rules.hasStandardStrings());
    }

    String normalised(byte[] text, LexicalRules rules) {
        return fingerprinter.text(text, rules.hasStandardStrings());
    }
}
