package dev.weir.observe;

import dev.weir.pool.Losses;
import java.time.Instant;

/**
 * One primary that another has taken the place of.
 *
 * @param isPlanned whether SWITCHOVER has led to it
 * @param fromTimeline 0 = not known
 * @param forkLsn where the new timeline began; 0 = not known
 * @param heldMillis how long there was no primary that answered, or clients were held for it
 * @param became what became of the clients
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
        Became became) {
    /**
     * What became of clients, as counted until now.
     *
     * @param held how many waited for the primary when it was there
     * @param lost what became of that which was in progress on connections that were lost
     * @param commitsMin how many commits that clients were told of the new primary lacks for
     *     certain
     * @param commitsMax how many at most
     */
    public record Became(int held, Losses.Counts lost, long commitsMin, long commitsMax) {
        static final Became NOTHING = new Became(0, Losses.Counts.NONE, 0, 0);
    }

    /** The same, with what was counted since. */
    FailoverSnapshot with(Became now) {
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
                now);
    }
}
