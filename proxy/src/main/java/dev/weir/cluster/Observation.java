package dev.weir.cluster;

import dev.weir.backend.ServerIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a node to one poll. Times are those of {@link dev.weir.net.Clock#nanoTime}.
 *
 * @param lsn the insert position of a primary, or the replay position of a standby; normalised
 * @param timeline on which a primary writes, or which a standby certainly follows; 0 = unknown
 * @param forkLsn on a primary that was a standby when it was started: where its timeline began; 0 =
 *     unknown
 * @param primarySlot the replication slot that a standby uses at its primary; empty if none
 * @param isReadOnly whether transactions are read-only by default
 * @param standbys on a primary, the standbys that follow it
 */
record Observation(
        long startedNanos,
        long endedNanos,
        boolean isInRecovery,
        long systemIdentifier,
        long lsn,
        int timeline,
        long forkLsn,
        int walSegmentBytes,
        boolean isPaused,
        String clusterName,
        String primarySlot,
        @Nullable String address,
        boolean isReadOnly,
        List<Standby> standbys) {

    /** Which server has answered. */
    ServerIdentity identity() {
        return new ServerIdentity(systemIdentifier, isInRecovery ? 0 : timeline, isInRecovery);
    }

    /** Returns a copy with a newer position, which was asked for alone. */
    Observation at(long started, long ended, long replayed) {
        return new Observation(
                started,
                ended,
                isInRecovery,
                systemIdentifier,
                replayed,
                timeline,
                forkLsn,
                walSegmentBytes,
                isPaused,
                clusterName,
                primarySlot,
                address,
                isReadOnly,
                standbys);
    }
}
