package dev.weir.pool;

import dev.weir.config.PoolSettings;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a {@link NodeShard} that nobody holds, the last used last. Confined to its
 * loop.
 */
final class IdleLeases {
    private final ArrayDeque<Lease> leases = new ArrayDeque<>();

    void add(Lease lease) {
        leases.addLast(lease);
    }

    void remove(Lease lease) {
        leases.remove(lease);
    }

    boolean isEmpty() {
        return leases.isEmpty();
    }

    /** The one that was used least recently; null if there is none. */
    @Nullable Lease longestIdle() {
        return leases.peekFirst();
    }

    /** All, in their order; a copy. */
    List<Lease> all() {
        return List.copyOf(leases);
    }

    /**
     * Takes one out: the client's own, if that has something of it, else one that need not be
     * changed, else any.
     *
     * @param isRound whether the least recently used comes first: server_round_robin
     */
    @Nullable Lease pollBest(Waiter waiter, boolean isRound) {
        Lease next = isRound ? leases.peekFirst() : leases.peekLast();
        if (next == null || suits(next, waiter)) {
            return isRound ? leases.pollFirst() : leases.pollLast();
        }
        Iterator<Lease> all = isRound ? leases.iterator() : leases.descendingIterator();
        Lease best = next;
        while (all.hasNext()) {
            Lease lease = all.next();
            if (suits(lease, waiter)) {
                best = lease;
                break;
            }
            if (!best.isClean() && lease.isClean()) {
                best = lease;
            }
        }
        leases.remove(best);
        return best;
    }

    private static boolean suits(Lease lease, Waiter waiter) {
        return lease.isCleanFor(waiter.client())
                && lease.isClean() != waiter.hasStained()
                && waiter.prefers(lease.server());
    }

    /**
     * Closes those whose time is over.
     *
     * @param size how many connections the shard has
     * @param discard takes one out of these and closes it, for a reason
     */
    void expire(NodePool pool, int size, long now, BiConsumer<Lease, String> discard) {
        Lease aged = null;
        for (Lease lease : all()) {
            String reason = expiryReason(lease, pool, size, now);
            if (reason != null) {
                discard.accept(lease, reason);
                size--;
            } else if (aged == null && lease.isOlderThan(now)) {
                aged = lease; // one a tick, so that connections opened together do not end together
            }
        }
        if (aged != null) {
            discard.accept(aged, "server lifetime over");
        }
    }

    /** Null if it is not to be closed. */
    private static @Nullable String expiryReason(Lease lease, NodePool pool, int size, long now) {
        if (!lease.server().isOpen() || lease.server().closeNeeded()) {
            return "server conn crashed?";
        }
        PoolSettings settings = pool.settings();
        int most = settings.poolSize() + settings.reservePoolSize();
        if (settings.poolSize() > 0 && size > most) {
            return "too many servers in the pool";
        }
        long limit = settings.serverIdleTimeout().toNanos();
        boolean isSpare = pool.size() > settings.minPoolSize();
        return limit > 0 && isSpare && now - lease.sinceNanos() > limit
                ? "server idle timeout"
                : null;
    }
}
