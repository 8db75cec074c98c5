package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Reads the command tag of a CommandComplete, such as {@code INSERT 0 5}, in place. */
public final class CommandTag {
    /** PostgreSQL sends no number with more digits. */
    private static final int DIGITS_MAX = 18;

    private CommandTag() {}

    /**
     * Returns the number of rows that the command returned or changed: the last word of its tag, or
     * 0 if that is not a number. Borrows {@code in}.
     *
     * @param start where the tag begins
     * @param end where it ends, at its terminating NUL
     */
    public static long rows(ByteBuf in, int start, int end) {
        long rows = 0;
        long unit = 1;
        for (int i = end - 1; i >= start && end - i <= DIGITS_MAX + 1; i--) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return digit == ' ' - '0' ? rows : 0;
            }
            rows += unit * digit;
            unit *= 10;
        }
        return 0;
    }

    /**
     * Whether a CommandComplete says that all prepared statements are gone.
     *
     * @param body where its tag begins
     * @param length of the tag with its terminator
     */
    public static boolean discardsStatements(ByteBuf in, int body, int length) {
        if (in.getByte(body) != 'D' || length < 12) {
            return false; // DISCARD ALL, DEALLOCATE ALL; else SELECT, INSERT, DELETE, …
        }
        String tag = in.toString(body, length - 1, StandardCharsets.US_ASCII);
        return tag.equals("DISCARD ALL") || tag.equals("DEALLOCATE ALL");
    }
}
