package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Tells what a statement text may do to the session: one pass, no allocation unless the text names
 * something to keep.
 *
 * <p>Statements are told apart at the semicolons that are neither in parentheses nor in the body of
 * an SQL routine. The first word of each selects its {@link StatementHead}; then every token up to
 * the end is looked at for calls that change the session.
 *
 * <p>PostgreSQL reads a text in the server's encoding, this reads it in the client's. That differs
 * only where a multibyte character may hold ASCII bytes (BIG5, GBK, GB18030, JOHAB, SJIS, UHC, none
 * of them a server encoding): there a backslash inside an {@code E'…'} may be half a character.
 */
public final class Classifier {
    /** The longest text that is classified, in bytes. */
    public static final int TEXT_BYTES_MAX = 65_536;

    private static final int SCRATCH_BYTES_MIN = 4_096;

    private final StatementFacts facts;
    private final Lexer lexer = new Lexer();
    private final StatementWalk walk;
    private byte[] scratch = new byte[SCRATCH_BYTES_MIN];

    Classifier(StatementFacts facts) {
        this.facts = facts;
        walk = new StatementWalk(lexer, facts);
    }

    /**
     * Like {@link #classify(ByteBuf, int, int, boolean, StatementFacts)} with
     * standard_conforming_strings on, the default.
     */
    public static void classify(ByteBuf text, int start, int length, StatementFacts into) {
        classify(text, start, length, true, into);
    }

    /**
     * Classifies the {@code length} bytes at index {@code start}, without the terminating NUL; an
     * earlier NUL ends the text. Borrows {@code text} for the call and moves no index of it. Clears
     * {@code into} first.
     */
    public static void classify(
            ByteBuf text, int start, int length, boolean standardStrings, StatementFacts into) {
        into.clear();
        if (length > TEXT_BYTES_MAX) {
            into.add(StatementFacts.TOO_LONG);
            return;
        }
        Classifier classifier = into.classifier();
        copy(text, start, classifier.scratch(length), length);
        classifier.run(length, standardStrings);
    }

    /**
     * Like {@link #classify(byte[], int, int, boolean, StatementFacts)} with
     * standard_conforming_strings on, the default.
     */
    public static void classify(byte[] text, int start, int length, StatementFacts into) {
        classify(text, start, length, true, into);
    }

    /**
     * Classifies the {@code length} bytes at {@code start}, without the terminating NUL. Clears
     * {@code into} first.
     */
    public static void classify(
            byte[] text, int start, int length, boolean standardStrings, StatementFacts into) {
        into.clear();
        if (length > TEXT_BYTES_MAX) {
            into.add(StatementFacts.TOO_LONG);
            return;
        }
        Classifier classifier = into.classifier();
        System.arraycopy(text, start, classifier.scratch(length), 0, length);
        classifier.run(length, standardStrings);
    }

    /** Like {@link ByteBuf#getBytes(int, byte[], int, int)}, but without an object per call. */
    static void copy(ByteBuf text, int start, byte[] to, int length) {
        if (!text.hasArray() && text.nioBufferCount() == 1) {
            text.internalNioBuffer(start, length).get(to, 0, length);
        } else {
            text.getBytes(start, to, 0, length);
        }
    }

    private byte[] scratch(int length) {
        int needed = length + Lexer.PADDING;
        if (scratch.length < needed) {
            scratch =
                    new byte
                            [Math.min(
                                    Integer.highestOneBit(needed) << 1,
                                    TEXT_BYTES_MAX + Lexer.PADDING)];
        }
        return scratch;
    }

    private void run(int length, boolean standardStrings) {
        Arrays.fill(scratch, length, length + Lexer.PADDING, (byte) 0);
        lexer.reset(scratch, standardStrings);
        lexer.next();
        while (true) {
            while (lexer.token() == Token.SEMICOLON) {
                lexer.next();
            }
            if (lexer.token() == Token.END) {
                break;
            }
            facts.addStatement();
            walk.statement();
        }
        if (facts.statements() == 0) {
            facts.add(StatementFacts.EMPTY);
        }
        if (lexer.unterminated()) {
            facts.add(StatementFacts.UNTERMINATED);
        }
    }
}
