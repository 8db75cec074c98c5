package dev.weir.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which server it is that has accepted a connection.
 *
 * @param systemIdentifier of its cluster
 * @param timeline on which it writes; 0 if it is a standby, or does not say
 */
public record ServerIdentity(long systemIdentifier, int timeline, boolean isInRecovery) {
    /**
     * An expression for the timeline on which a primary writes. It does not depend on {@code
     * search_path}, and fails on a standby.
     */
    public static final String TIMELINE =
            "('x' OPERATOR(pg_catalog.||) pg_catalog.substr(pg_catalog.pg_walfile_name("
                    + "pg_catalog.pg_current_wal_lsn()), 1, 8))"
                    + "::pg_catalog.bit(32)::pg_catalog.int8";

    /** Asks a server. PUBLIC may execute all functions in it by default. */
    static final String QUERY =
            "SELECT system_identifier, CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN "
                    + TIMELINE
                    + " END FROM pg_catalog.pg_control_system()";

    /** Asks one on a replication connection, where there may be no SQL. */
    static final String REPLICATION_COMMAND = "IDENTIFY_SYSTEM";

    /**
     * Reads the answer to either question; null if it is none.
     *
     * @param isStandby whether the server has said at the login that it is one
     */
    static @Nullable ServerIdentity of(List<@Nullable String> row, boolean isStandby) {
        String identifier = row.size() < 2 ? null : row.get(0);
        if (identifier == null) {
            return null;
        }
        String timeline = row.get(1);
        boolean isInRecovery = isStandby || timeline == null;
        try {
            return new ServerIdentity(
                    identifier.startsWith("-") // IDENTIFY_SYSTEM tells it without a sign
                            ? Long.parseLong(identifier)
                            : Long.parseUnsignedLong(identifier),
                    isInRecovery || timeline == null ? 0 : Integer.parseUnsignedInt(timeline),
                    isInRecovery);
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
