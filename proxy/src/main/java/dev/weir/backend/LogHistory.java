package dev.weir.backend;

/**
 * Which log a server writes, so that a position in it, and the number of a transaction, mean
 * something on that server or on another one later.
 *
 * @param systemIdentifier of the cluster
 * @param timeline of the log
 * @param recoveredTo where the recovery ended with which the server began: after a crash, or as a
 *     standby that was promoted; {@link #NONE} if it has been shut down properly before
 * @param messageArguments how many arguments pg_logical_emit_message has there: 3, or 4 from
 *     PostgreSQL 17 on
 */
public record LogHistory(
        long systemIdentifier, long timeline, long recoveredTo, int messageArguments) {
    /** There was no recovery. */
    public static final long NONE = -1;
}
