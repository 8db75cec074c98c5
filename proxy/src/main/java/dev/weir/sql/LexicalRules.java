package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a session that determine how its statement texts are split into tokens.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-syntax-lexical.html">Lexical Structure</a>
 */
public enum LexicalRules {
    /** The defaults: a backslash in {@code '…'} is an ordinary character. */
    STANDARD,

    /** {@code standard_conforming_strings = off}: a backslash in {@code '…'} begins an escape. */
    BACKSLASH_ESCAPES,

    /**
     * An encoding in which the second byte of a character may look like a quote or a backslash.
     * Such a text is read by the standard rules, but the result is not certain.
     */
    AMBIGUOUS_BYTES;

    private static final Set<String> AMBIGUOUS =
            Set.of("BIG5", "GBK", "GB18030", "JOHAB", "SJIS", "SHIFT_JIS_2004", "UHC");

    /**
     * Returns the rules of a session.
     *
     * @param standardStrings the value of {@code standard_conforming_strings}, null if unknown
     * @param clientEncoding the value of {@code client_encoding}, null if unknown
     */
    public static LexicalRules of(
            @Nullable String standardStrings, @Nullable String clientEncoding) {
        if (clientEncoding != null && AMBIGUOUS.contains(clientEncoding)) {
            return AMBIGUOUS_BYTES;
        }
        return "off".equals(standardStrings) ? BACKSLASH_ESCAPES : STANDARD;
    }

    /**
     * The rules that matter for {@code length} bytes at {@code start}: a text in ASCII without a
     * backslash means the same under all rules. Borrows {@code in}.
     */
    LexicalRules of(ByteBuf in, int start, int length) {
        return this == STANDARD || isPlain(in, start, length) ? STANDARD : this;
    }

    private static boolean isPlain(ByteBuf in, int start, int length) {
        return in.forEachByte(start, length, value -> value >= 0 && value != '\\') < 0;
    }

    boolean hasStandardStrings() {
        return this != BACKSLASH_ESCAPES;
    }
}
