package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** What reads the texts of one loop, with the buffers that it needs for that. */
final class TextReader {
    private final Classifier classifier = new Classifier();
    private final AccessCheck check = new AccessCheck();
    private final Fingerprinter fingerprinter = new Fingerprinter();
    private byte[] scratch = new byte[1_024];

    /** The facts of a text that is not kept, valid until the next use. Borrows {@code in}. */
    StatementFacts facts(ByteBuf in, int start, int length, LexicalRules rules) {
        return classifier.classify(in, start, length, rules);
    }

    /** The facts of {@code length} bytes, behind which {@link Lexer#PADDING} zero bytes follow. */
    StatementFacts facts(byte[] text, int length, LexicalRules rules) {
        return classifier.classify(text, length, rules).copy();
    }

    /** The access of a text that is not kept. Borrows {@code in}. */
    Access access(ByteBuf in, int start, int length, LexicalRules rules) {
        if (rules != LexicalRules.STANDARD) {
            return Access.UNCLEAR;
        }
        int needed = length + Lexer.PADDING;
        if (scratch.length < needed) {
            scratch = new byte[Integer.highestOneBit(needed) << 1];
        }
        Classifier.copy(in, start, scratch, length);
        Arrays.fill(scratch, length, needed, (byte) 0);
        return check.check(scratch, length);
    }

    /** The access of such bytes. */
    Access access(byte[] text, int length, LexicalRules rules) {
        if (rules != LexicalRules.STANDARD) {
            return Access.UNCLEAR;
        }
        return length > Classifier.TEXT_BYTES_MAX ? Access.TOO_LONG : check.check(text, length);
    }

    /** The hash of a text that ends with {@link Lexer#PADDING} zero bytes, without constants. */
    long fingerprint(byte[] text, LexicalRules rules) {
        return fingerprinter.hash(text, rules.hasStandardStrings());
    }

    /** Such a text without its constants. */
    String normalised(byte[] text, LexicalRules rules) {
        return fingerprinter.text(text, rules.hasStandardStrings());
    }
}
