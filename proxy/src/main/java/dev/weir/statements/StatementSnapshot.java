package dev.weir.statements;

import java.util.HexFormat;

/**
 * What the statements of one fingerprint have cost a database and user so far, at one moment. Times
 * are in nanoseconds.
 *
 * @param text with a symbol for each constant, and cut off if it is very long
 * @param calls how often it was carried out or failed
 * @param errors how often it failed
 * @param rows in the command tags of the answers
 * @param bytes of the answers
 * @param totalNanos from when a call was sent to a server until its last answer
 * @param maxNanos of the longest call
 * @param waitNanos how long clients waited for a server connection before such a call
 */
public record StatementSnapshot(
        String database,
        String user,
        long fingerprint,
        String text,
        long calls,
        long errors,
        long rows,
        long bytes,
        long totalNanos,
        long maxNanos,
        long waitNanos) {

    /** A fingerprint for display. */
    public static String shown(long fingerprint) {
        return HexFormat.of().toHexDigits(fingerprint);
    }

    /** The sum of two, of the same fingerprint, database and user. */
    StatementSnapshot plus(StatementSnapshot other) {
        return new StatementSnapshot(
                database,
                user,
                fingerprint,
                text,
                calls + other.calls,
                errors + other.errors,
                rows + other.rows,
                bytes + other.bytes,
                totalNanos + other.totalNanos,
                Math.max(maxNanos, other.maxNanos),
                waitNanos + other.waitNanos);
    }
}
