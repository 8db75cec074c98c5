package dev.weir.pool;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;

/**
 * The clients of a shard that wait for a place among the pinned, and take no connection before they
 * have it. The order of their turns is that of {@link PinPlaces}, the line across all shards.
 * Confined to the loop of its shard.
 */
final class PinLine {
    private final ClientShard shard;
    private final WaitingLine line = new WaitingLine();

    PinLine(ClientShard shard) {
        this.shard = shard;
    }

    /** The waiting clients, oldest first. */
    WaitingLine line() {
        return line;
    }

    private PinPlaces places() {
        return shard.pool().places();
    }

    /** Puts a waiter at the end; {@link ClientShard#placed} is told when its turn has come. */
    void join(Waiter waiter, int node) {
        Waiting entry = line.join(waiter, node, shard.nanoTime());
        places().join(shard, entry);
    }

    /** Takes out a client that has a place now; false if it is gone. */
    boolean remove(Waiting entry) {
        return line.remove(entry);
    }

    /** Takes out a waiter whose client is gone or cancelled; false if it does not wait here. */
    boolean forget(Waiter waiter) {
        Waiting entry = line.isEmpty() ? null : line.find(waiter);
        if (entry == null || !line.remove(entry)) {
            return false;
        }
        places().leave(entry);
        return true;
    }

    void refuseAll(Refusal why) {
        for (Waiting entry : line.everyone()) {
            line.remove(entry);
            refuse(entry, why);
        }
    }

    /** Refuses the clients that have waited for longer than query_wait_timeout. */
    void expire(long limitNanos) {
        line.takeExpired(
                limitNanos,
                shard.nanoTime(),
                entry -> refuse(entry, ProxyError.QUERY_WAIT_TIMEOUT.refusal()));
    }

    private void refuse(Waiting entry, Refusal why) {
        places().leave(entry);
        entry.waiter().refused(why);
    }
}
