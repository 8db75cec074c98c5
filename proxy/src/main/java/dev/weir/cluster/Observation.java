package dev.weir.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node said of itself when it was asked. Times are those of {@link
 * dev.weir.net.Clock#nanoTime}.
 *
 * @param lsn inserted on a primary, replayed on a standby; normalised
 * @param timeline 0 = not known
 * @param primarySlot the slot that a standby uses at its primary; empty if none
 * @param standbys on a primary, who follows it
 */
record Observation(
        long startedNanos,
        long endedNanos,
        boolean isInRecovery,
        long systemIdentifier,
        long lsn,
        int timeline,
        int walSegmentBytes,
        boolean isPaused,
        String clusterName,
        String primarySlot,
        @Nullable String address,
        List<Standby> standbys) {

    /** The same with a position that was asked for alone. */
    Observation at(long started, long ended, long replayed) {
        return new Observation(
                started,
                ended,
                isInRecovery,
                systemIdentifier,
                replayed,
                timeline,
                walSegmentBytes,
                isPaused,
                clusterName,
                primarySlot,
                address,
                standbys);
    }
}
