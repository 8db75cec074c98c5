package dev.weir.cluster;

/**
 * What is known of one node. Times are those of {@link dev.weir.net.Clock#nanoTime}.
 *
 * @param index its place in {@code nodes}
 * @param name {@code host:port}
 * @param isEligible whether it is a replica that may be read now
 * @param whyNot why it is not eligible, as a clause; empty if it is
 * @param lsn what it has replayed at least; on the primary, where its log ended. Normalised: see
 *     {@link Lsn#normalised}
 * @param polledNanos when the poll started that brought {@code lsn}
 * @param lagBytes how far it is behind the primary; 0 on the primary
 * @param lagNanos how long ago the primary was where it is now; 0 on the primary
 * @param timeline 0 = not known
 * @param weight its share of the reads, relative to others
 * @param latencyNanos how long it takes to answer a poll
 * @param eligibleSinceNanos since when it is eligible
 */
public record Node(
        int index,
        String name,
        boolean isPrimary,
        boolean isEligible,
        String whyNot,
        long lsn,
        long polledNanos,
        long lagBytes,
        long lagNanos,
        int timeline,
        int weight,
        long latencyNanos,
        long eligibleSinceNanos) {}
