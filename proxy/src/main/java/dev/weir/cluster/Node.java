package dev.weir.cluster;

/**
 * The known state of one node. Times are those of {@link dev.weir.net.Clock#nanoTime}.
 *
 * @param index its position in {@code nodes}
 * @param name {@code host:port}
 * @param isEligible whether it is a replica that may be read now
 * @param isReadable whether it is a replica of this cluster without anything that is foreign to the
 *     primary's log, so that it may be read if need be, whatever its lag
 * @param whyNot why it is not eligible, as a clause; empty if it is
 * @param lsn on a replica, a position up to which it has certainly replayed; on the primary, the
 *     end of its log. Normalised: see {@link Lsn#normalised}
 * @param polledNanos the start of the poll that returned {@code lsn}
 * @param lagBytes how far it is behind the primary; 0 on the primary
 * @param lagNanos how long ago the primary was at its position; 0 on the primary
 * @param timeline 0 = unknown
 * @param weight its share of the reads, relative to the others
 * @param latencyNanos the duration of a poll
 * @param eligibleSinceNanos the time since which it has been eligible
 */
public record Node(
        int index,
        String name,
        boolean isPrimary,
        boolean isEligible,
        boolean isReadable,
        String whyNot,
        long lsn,
        long polledNanos,
        long lagBytes,
        long lagNanos,
        int timeline,
        int weight,
        long latencyNanos,
        long eligibleSinceNanos) {}
