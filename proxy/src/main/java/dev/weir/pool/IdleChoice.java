package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import dev.weir.config.PoolSettings;
import dev.weir.error.EndReason;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import org.jspecify.annotations.Nullable;

/**
 * Finds the idle connection that a waiter of a {@link NodeShard} gets. Those that cannot be used as
 * they are get tested, wiped or closed on the way. Confined to the shard's loop.
 */
final class IdleChoice {
    private final NodePool pool;
    private final IdleLeases idle;
    private final Openings openings;
    private final Cleaning cleaning;
    private final Lease.Owner owner;
    private final LoopMeters meters;

    IdleChoice(
            NodePool pool,
            IdleLeases idle,
            Openings openings,
            Cleaning cleaning,
            Lease.Owner owner,
            LoopMeters meters) {
        this.pool = pool;
        this.idle = idle;
        this.openings = openings;
        this.cleaning = cleaning;
        this.owner = owner;
        this.meters = meters;
    }

    /** Takes out a usable connection, the most recently used first; null if there is none now. */
    @Nullable Lease poll(Waiter waiter) {
        PoolSettings settings = pool.settings();
        while (true) {
            Lease lease = idle.pollBest(waiter, settings.serverRoundRobin());
            if (lease == null) {
                return null;
            }
            if (!lease.server().isOpen() || lease.server().closeNeeded()) {
                owner.discard(lease, EndReason.SERVER_CRASHED.words());
            } else if (lease.mustBeTested(settings, owner.nanoTime())) {
                cleaning.test(lease);
            } else if (isPassedOver(lease, waiter)) {
                return null; // another one is being opened
            } else if (!waiter.accepts(lease.server())) {
                owner.discard(lease, EndReason.CUSTOM_SETTINGS_STAY.words());
            } else if (!lease.isCleanFor(waiter.client())) {
                cleaning.wipe(lease);
                return null; // it is free afterwards
            } else {
                return lease;
            }
        }
    }

    /**
     * Whether the waiter waits for a connection with its own startup parameters, since this idle
     * one was opened with different ones. The idle one stays if the pool may have another
     * connection besides it.
     */
    private boolean isPassedOver(Lease lease, Waiter waiter) {
        if (matches(lease, waiter)) {
            return false;
        }
        ParameterSet has = lease.server().resetValues();
        ParameterSet wanted = waiter.resetValues();
        boolean isAwaited = openings.awaits(wanted);
        boolean isSpecial = !isAwaited && pool.mayOpenWith(wanted);
        if (!isAwaited && !isSpecial && has.isEmpty()) {
            meters.increment(Metric.UNMATCHED_STARTUPS);
            return false;
        }
        if (isAwaited || openings.openWith(isSpecial ? wanted : ParameterSet.EMPTY)) {
            idle.add(lease);
        } else {
            owner.discard(lease, EndReason.OTHER_STARTUP_PARAMETERS.words());
        }
        return true;
    }

    /** Whether a connection was opened with the startup parameters that the waiter gave. */
    static boolean matches(Lease lease, Waiter waiter) {
        return lease.server().resetValues().equals(waiter.resetValues());
    }
}
