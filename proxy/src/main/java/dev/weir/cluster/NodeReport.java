package dev.weir.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A node as the console shows it.
 *
 * @param error of the last question; empty if it was answered
 * @param standby its row at the primary, if it is known which one that is
 */
public record NodeReport(
        Node node,
        boolean isInRecovery,
        boolean isReplayPaused,
        boolean isKnown,
        String error,
        @Nullable Standby standby) {}
