package dev.weir.pool;

import java.util.ArrayDeque;
import java.util.function.IntSupplier;

/**
 * The places of those sessions of a pool that keep a server connection between transactions, and
 * the line of those that wait for one: first come, first served, over all loops. Any thread may
 * ask; it is asked only by sessions that are about to be pinned, or were.
 */
public final class PinPlaces {
    private final IntSupplier limit;
    private final IntSupplier most;
    private final ArrayDeque<Claim> line = new ArrayDeque<>();
    private int taken;

    /** One who waits, and where. */
    private record Claim(ClientShard shard, Waiting entry) {
        void grant() {
            shard.loop().execute(() -> shard.placed(entry));
        }
    }

    /**
     * There are none yet that are taken.
     *
     * @param limit how many places there are: {@code max_pinned}
     * @param most how many sessions the pool has connections for; 0 = any number
     */
    PinPlaces(IntSupplier limit, IntSupplier most) {
        this.limit = limit;
        this.most = most;
    }

    /** Takes a place, unless others wait for one. */
    public synchronized boolean tryTake() {
        boolean isFree = taken < limit.getAsInt() && line.isEmpty();
        taken += isFree ? 1 : 0;
        return isFree;
    }

    /**
     * Takes a place for a session that is pinned already, ahead of those who wait and beyond {@code
     * max_pinned} if need be: there may be as many as the pool has connections.
     */
    public synchronized boolean tryTakeAhead() {
        int connections = most.getAsInt();
        boolean isFree = connections == 0 || taken < connections;
        taken += isFree ? 1 : 0;
        return isFree;
    }

    /** Puts one at the end of the line; its shard is told when a place was taken for it. */
    synchronized void join(ClientShard shard, Waiting entry) {
        line.add(new Claim(shard, entry));
        grant();
    }

    /** Takes one out of the line that waits no more. A place that it was granted is its own. */
    synchronized void leave(Waiting entry) {
        line.removeIf(claim -> claim.entry() == entry);
    }

    /** Gives a place back, to whoever has waited longest. */
    public synchronized void free() {
        assert taken > 0;
        taken--;
        grant();
    }

    /** There may be more places than before. */
    synchronized void grant() {
        while (taken < limit.getAsInt() && !line.isEmpty()) {
            taken++;
            line.remove().grant();
        }
    }

    /** How many places are taken. */
    public synchronized int taken() {
        return taken;
    }
}
