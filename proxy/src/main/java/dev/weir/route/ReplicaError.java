package dev.weir.route;

import org.jspecify.annotations.Nullable;

/**
 * Errors of a standby that a primary might not report, by cause: a batch that fails with one of
 * these may be sent to the primary.
 *
 * @see <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">Error codes</a>
 */
public enum ReplicaError {
    /** The text: a standby only reads, and will refuse it every time. */
    TEXT,
    /** The text names something that the standby has not replayed yet. */
    YOUNGER_DDL,
    /** A conflict with recovery: there are no serialization failures on a standby. */
    CONFLICT,
    /** The node, or the connection to it. */
    NODE;

    /** The SQLSTATE of a connection that was lost without an error message. */
    public static final String CONNECTION_LOST = "08006";

    /** The kind of an error with this SQLSTATE; null if a primary would answer the same. */
    public static @Nullable ReplicaError of(String sqlState) {
        return switch (sqlState) {
            case "25006", "0A000", "55000" -> TEXT;
            case "42P01", "42703", "42883", "42704", "3F000", "42P02", "42710" -> YOUNGER_DDL;
            case "40001" -> CONFLICT;
            case "57P01", "57P02", "57P03", "53300", CONNECTION_LOST -> NODE;
            default -> null;
        };
    }

    /** Whether an error casts doubt on the known state of the node. */
    public static boolean isDoubt(String sqlState) {
        return sqlState.equals("25006") || sqlState.startsWith("57P");
    }
}
