package dev.weir.observe;

import java.time.Instant;

/**
 * One primary that another has taken the place of.
 *
 * @param isPlanned whether SWITCHOVER has led to it
 * @param fromTimeline 0 = not known
 * @param forkLsn where the new timeline began; 0 = not known
 * @param heldMillis how long there was no primary that answered, or clients were held for it
 * @param heldClients how many waited for the primary when it was there
 * @param lostMin how many commits that clients were told of the new primary lacks for certain
 * @param lostMax how many at most
 */
public record FailoverSnapshot(
        Instant at,
        String database,
        boolean isPlanned,
        String from,
        String to,
        int fromTimeline,
        int timeline,
        long forkLsn,
        long heldMillis,
        int heldClients,
        long lostMin,
        long lostMax) {
    /** The same, with what was counted since. */
    FailoverSnapshot with(int held, long min, long max) {
        return new FailoverSnapshot(
                at,
                database,
                isPlanned,
                from,
                to,
                fromTimeline,
                timeline,
                forkLsn,
                heldMillis,
                held,
                min,
                max);
    }
}
