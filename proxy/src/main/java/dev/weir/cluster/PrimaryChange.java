package dev.weir.cluster;

/**
 * A database has another primary, or no longer has one. Times are those of {@link
 * dev.weir.net.Clock#nanoTime}.
 *
 * @param before the index of the last primary, which may be long ago; negative if there was none,
 *     or if it is the primary again
 * @param now the index of the primary; negative if there is none
 * @param from the address of the last one; empty if there was none
 * @param to that of this one; empty if there is none
 * @param fromTimeline 0 = not known
 * @param fromLsn where the log of the last one ended at its last poll; 0 = not known
 * @param fromPolledNanos when that poll was sent
 * @param timeline the highest ever seen
 * @param forkLsn where that timeline began; 0 = not known
 * @param awayNanos since when the last one did not answer, or seemed to go away; 0 = it did not
 */
public record PrimaryChange(
        String database,
        int before,
        int now,
        String from,
        String to,
        int fromTimeline,
        long fromLsn,
        long fromPolledNanos,
        int timeline,
        long forkLsn,
        long awayNanos) {}
