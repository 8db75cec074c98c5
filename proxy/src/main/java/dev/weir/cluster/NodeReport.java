package dev.weir.cluster;

import org.jspecify.annotations.Nullable;

/**
 * The state of a node as the console shows it.
 *
 * @param error the error of the last poll; empty if the node answered
 * @param standby its row in the primary's {@code pg_stat_replication}, if it can be identified
 */
public record NodeReport(
        Node node,
        boolean isInRecovery,
        boolean isReplayPaused,
        boolean isKnown,
        String error,
        @Nullable Standby standby) {}
