package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds out what a statement text may do to the session, in one pass, and without allocation unless
 * the text names something to remember. Reusable, with a buffer of a little over 64 kB at most;
 * confined to one thread.
 *
 * <p>Statements are separated by the semicolons that are neither in parentheses nor in the body of
 * an SQL routine. The first word of each statement goes to {@link StatementHead}; then every token
 * up to its end is checked for calls that change the session.
 *
 * <p>PostgreSQL reads a text in the server's encoding, this class in the client's. That makes a
 * difference only where a multibyte character may contain ASCII bytes (BIG5, GBK, GB18030, JOHAB,
 * SJIS, UHC, none of them a server encoding): there a backslash inside an {@code E'…'} may be half
 * of a character.
 */
public final class Classifier {
    /** The longest text that is classified, in bytes. */
    public static final int TEXT_BYTES_MAX = 65_536;

    private static final int SCRATCH_BYTES_MIN = 4_096;

    private final StatementFacts facts = new StatementFacts();
    private final Lexer lexer = new Lexer();
    private final StatementWalk walk = new StatementWalk(lexer, facts);
    private byte[] scratch = new byte[SCRATCH_BYTES_MIN];

    /** The facts of the last text; each use overwrites them. */
    public StatementFacts facts() {
        return facts;
    }

    /**
     * Classifies the {@code length} bytes at index {@code start}, without the terminating NUL; an
     * earlier NUL ends the text. Borrows {@code text} for the call and moves no index of it.
     */
    public StatementFacts classify(ByteBuf text, int start, int length, LexicalRules rules) {
        if (length > TEXT_BYTES_MAX) {
            return tooLong();
        }
        byte[] bytes = scratch(length);
        copy(text, start, bytes, length);
        Arrays.fill(bytes, length, length + Lexer.PADDING, (byte) 0);
        return classify(bytes, length, rules);
    }

    /** Classifies {@code length} bytes, which are followed by {@link Lexer#PADDING} zero bytes. */
    StatementFacts classify(byte[] text, int length, LexicalRules rules) {
        if (length > TEXT_BYTES_MAX) {
            return tooLong();
        }
        facts.clear();
        boolean standardStrings = rules.hasStandardStrings();
        lexer.reset(text, standardStrings);
        run();
        if (facts.has(StatementFacts.HINTED)) {
            NameHints.ofText(text, standardStrings, facts::addHint);
        }
        return facts;
    }

    private StatementFacts tooLong() {
        facts.clear();
        facts.add(StatementFacts.TOO_LONG);
        return facts;
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

    private void run() {
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
