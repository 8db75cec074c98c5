package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Reads the command tag of a CommandComplete, such as {@code INSERT 0 5}, in place. */
public final class CommandTag {
    /** PostgreSQL sends no number with more digits. */
    private static final int DIGITS_MAX = 18;

    private static final String DISCARD_ALL = "DISCARD ALL";

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
     * Returns whether the command may have changed something: it may also have been one that only
     * reads, such as DECLARE or COPY TO. Borrows {@code in}.
     *
     * @param start where its tag begins, with three bytes at least
     */
    public static boolean mayChange(ByteBuf in, int start) {
        byte second = in.getByte(start + 1);
        return switch (in.getByte(start)) {
            case 'I', 'U', 'M', 'A', 'T', 'G' -> true; // INSERT, UPDATE, MERGE, ALTER, …
            case 'D' -> second == 'E' || second == 'R'; // DELETE, DROP; DECLARE
            case 'C' -> second == 'R' || in.getByte(start + 2) == 'P'; // CREATE, COPY; COMMIT
            default -> false; // SELECT, SET, BEGIN, FETCH, …
        };
    }

    /**
     * Returns whether the command was COMMIT, by its own or another name. Borrows {@code in}.
     *
     * @param start where its tag begins, with three bytes at least
     * @param end where it ends, at its terminating NUL
     */
    public static boolean isCommit(ByteBuf in, int start, int end) {
        return end - start == "COMMIT".length()
                && in.getByte(start) == 'C'
                && in.getByte(start + 2) == 'M';
    }

    /**
     * Returns whether what the command leaves is not committed: ROLLBACK, also to a savepoint, and
     * PREPARE TRANSACTION. Borrows {@code in}.
     *
     * @param start where its tag begins, with three bytes at least
     */
    public static boolean isUndone(ByteBuf in, int start) {
        byte first = in.getByte(start);
        return first == 'R' && in.getByte(start + 1) == 'O'
                || first == 'P' && in.getByte(start + 1) == 'R';
    }

    /**
     * Returns whether the command was DISCARD ALL or DEALLOCATE ALL. Borrows {@code in}.
     *
     * @param start where its tag begins
     * @param end where it ends, at its terminating NUL
     */
    public static boolean discardsStatements(ByteBuf in, int start, int end) {
        if (in.getByte(start) != 'D' || end - start < DISCARD_ALL.length()) {
            return false; // SELECT, INSERT, DELETE, …
        }
        String tag = in.toString(start, end - start, StandardCharsets.US_ASCII);
        return tag.equals(DISCARD_ALL) || tag.equals("DEALLOCATE ALL");
    }
}
