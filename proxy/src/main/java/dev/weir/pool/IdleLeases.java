package dev.weir.pool;

import dev.weir.config.PoolSettings;
import dev.weir.error.EndReason;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of a {@link NodeShard}, the most recently used last. Confined to its loop.
 */
final class IdleLeases {
    private static final int RANKS = 3;
    private static final int WILL_DO = 1;
    private static final int MATCHES = 2;
    private static final int BEST = RANKS * MATCHES + 2;

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

    /** The least recently used connection; null if there is none. */
    @Nullable Lease longestIdle() {
        return leases.peekFirst();
    }

    /** A copy of all, in their order. */
    List<Lease> all() {
        return List.copyOf(leases);
    }

    /**
     * Takes out one connection: preferably one that was opened with the waiter's startup
     * parameters, else one that was opened with none, else any; and among those, preferably the one
     * that carries its client's own state, else a clean one, else any.
     *
     * @param isRound whether the least recently used comes first: server_round_robin
     */
    @Nullable Lease pollBest(Waiter waiter, boolean isRound) {
        Lease next = isRound ? leases.peekFirst() : leases.peekLast();
        if (next == null || rank(next, waiter) == BEST) {
            return isRound ? leases.pollFirst() : leases.pollLast();
        }
        Iterator<Lease> all = isRound ? leases.iterator() : leases.descendingIterator();
        Lease best = next;
        int highest = rank(next, waiter);
        while (highest < BEST && all.hasNext()) {
            Lease lease = all.next();
            int rank = rank(lease, waiter);
            if (rank > highest) {
                best = lease;
                highest = rank;
            }
        }
        leases.remove(best);
        return best;
    }

    private static int rank(Lease lease, Waiter waiter) {
        int within = suits(lease, waiter) ? 2 : lease.isClean() ? 1 : 0;
        return RANKS * match(lease, waiter) + within;
    }

    /** How well the startup parameters of a connection suit the waiter. */
    private static int match(Lease lease, Waiter waiter) {
        if (IdleChoice.matches(lease, waiter)) {
            return MATCHES;
        }
        return lease.server().resetValues().isEmpty() ? WILL_DO : 0;
    }

    private static boolean suits(Lease lease, Waiter waiter) {
        return lease.isCleanFor(waiter.client())
                && lease.isClean() != waiter.hasStained()
                && waiter.prefers(lease.server());
    }

    /**
     * Closes the connections that have expired.
     *
     * @param size how many connections the shard has
     * @param discard takes a connection out and closes it, for the given reason
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
            discard.accept(aged, EndReason.LIFETIME_OVER.words());
        }
    }

    /** Why a connection is to be closed; null if it is not. */
    private static @Nullable String expiryReason(Lease lease, NodePool pool, int size, long now) {
        if (!lease.server().isOpen() || lease.server().closeNeeded()) {
            return EndReason.SERVER_CRASHED.words();
        }
        PoolSettings settings = pool.settings();
        int most = settings.poolSize() + settings.reservePoolSize();
        if (settings.poolSize() > 0 && size > most) {
            return EndReason.TOO_MANY.words();
        }
        long limit = settings.serverIdleTimeout().toNanos();
        boolean isSpare = pool.size() > settings.minPoolSize();
        return limit > 0 && isSpare && now - lease.sinceNanos() > limit
                ? EndReason.IDLE_TIMEOUT.words()
                : null;
    }
}
