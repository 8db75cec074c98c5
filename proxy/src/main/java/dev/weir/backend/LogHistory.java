package dev.weir.backend;

/**
 * Identifies the log that a server writes, so that a position in it and a transaction ID can be
 * interpreted later on that server or on another one.
 *
 * @param systemIdentifier of the cluster
 * @param timeline of the log
 * @param recoveredTo the end of the recovery with which the server started, after a crash or as a
 *     standby that was promoted; {@link #NONE} if it had been shut down properly
 * @param messageArguments how many arguments pg_logical_emit_message has there: 3, or 4 from
 *     PostgreSQL 17 on
 */
public record LogHistory(
        long systemIdentifier, long timeline, long recoveredTo, int messageArguments) {
    /** There was no recovery. */
    public static final long NONE = -1;
}
