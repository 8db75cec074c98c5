package dev.weir.pool;

import java.util.ArrayDeque;
import java.util.function.IntSupplier;

/**
 * The places of the sessions of a pool that keep a server connection between transactions, and the
 * line of the sessions that wait for a place: first come, first served, across all loops.
 * Thread-safe; used only by sessions that are about to be pinned, or were.
 */
public final class PinPlaces {
    private final IntSupplier limit;
    private final IntSupplier most;
    private final ArrayDeque<Claim> line = new ArrayDeque<>();
    private int taken;

    /** A waiting session, and the shard it waits on. */
    private record Claim(ClientShard shard, Waiting entry) {
        void grant() {
            shard.loop().execute(() -> shard.placed(entry));
        }
    }

    /**
     * No place is taken yet.
     *
     * @param limit how many places there are: {@code max_pinned}
     * @param most how many sessions the pool has connections for; 0 = any number
     */
    PinPlaces(IntSupplier limit, IntSupplier most) {
        this.limit = limit;
        this.most = most;
    }

    /** Takes a place, if one is free and nobody waits for it. */
    public synchronized boolean tryTake() {
        boolean isFree = taken < limit.getAsInt() && line.isEmpty();
        taken += isFree ? 1 : 0;
        return isFree;
    }

    /**
     * Takes a place for a session that is pinned already, ahead of those that wait and beyond
     * {@code max_pinned} if need be, but no more places than the pool has connections.
     */
    public synchronized boolean tryTakeAhead() {
        int connections = most.getAsInt();
        boolean isFree = connections == 0 || taken < connections;
        taken += isFree ? 1 : 0;
        return isFree;
    }

    /** Puts a waiter at the end of the line; its shard is told when it has a place. */
    synchronized void join(ClientShard shard, Waiting entry) {
        line.add(new Claim(shard, entry));
        grant();
    }

    /** Takes a waiter out of the line. It keeps a place that it was granted. */
    synchronized void leave(Waiting entry) {
        line.removeIf(claim -> claim.entry() == entry);
    }

    /** Gives a place back, to whoever has waited longest. */
    public synchronized void free() {
        assert taken > 0;
        taken--;
        grant();
    }

    /** Grants free places; called also when there may be more than before. */
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
