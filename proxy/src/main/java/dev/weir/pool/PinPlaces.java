package dev.weir.pool;

import java.util.ArrayDeque;

/**
 * The places of those sessions of a pool that keep a server connection between transactions, and
 * the line of those that wait for one: first come, first served, over all loops. Any thread may
 * ask; it is asked only by sessions that are about to be pinned, or were.
 */
final class PinPlaces {
    private final ArrayDeque<Claim> line = new ArrayDeque<>();
    private int taken;

    /** One who waits, and where. */
    private record Claim(ClientShard shard, Waiting entry) {
        void grant() {
            shard.loop().execute(() -> shard.placed(entry));
        }
    }

    /**
     * Takes a place, unless others wait for one.
     *
     * @param limit how many places there are
     */
    synchronized boolean tryTake(int limit) {
        boolean isFree = taken < limit && line.isEmpty();
        taken += isFree ? 1 : 0;
        return isFree;
    }

    /**
     * Takes a place ahead of those who wait: nothing can be done any more about what needs it.
     *
     * @param most how many places there may be; 0 = any number
     */
    synchronized boolean tryTakeAhead(int most) {
        boolean isFree = most == 0 || taken < most;
        taken += isFree ? 1 : 0;
        return isFree;
    }

    /** Puts one at the end of the line; its shard is told when a place was taken for it. */
    synchronized void join(ClientShard shard, Waiting entry, int limit) {
        line.add(new Claim(shard, entry));
        grant(limit);
    }

    /** Takes one out of the line that waits no more. A place that it was granted is its own. */
    synchronized void leave(Waiting entry) {
        line.removeIf(claim -> claim.entry() == entry);
    }

    /** Gives a place back, to whoever has waited longest. */
    synchronized void free(int limit) {
        assert taken > 0;
        taken--;
        grant(limit);
    }

    /** There may be more places than before. */
    synchronized void grant(int limit) {
        while (taken < limit && !line.isEmpty()) {
            taken++;
            line.remove().grant();
        }
    }

    synchronized int taken() {
        return taken;
    }
}
