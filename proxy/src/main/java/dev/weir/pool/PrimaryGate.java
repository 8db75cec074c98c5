package dev.weir.pool;

/**
 * What keeps the clients of one shard from the primary, whichever node that is; they may still read
 * from other nodes. Confined to the loop of its {@link ClientShard}.
 */
final class PrimaryGate {
    private Gate gate;

    PrimaryGate(Gate gate) {
        this.gate = gate;
    }

    /** Whether those who wait for the primary get connections, except those who stand aside. */
    boolean leases() {
        return gate.leases();
    }

    /** Whether a waiter that comes now may have a connection. */
    boolean admits(Waiter waiter) {
        return gate.leases() && !putsAside(waiter);
    }

    /** Whether a waiter that comes now must stand aside, and let all others pass. */
    boolean putsAside(Waiter waiter) {
        return gate.holdsBlocks() && waiter.isForBlock();
    }

    /** Whether for some waiters the time is not counted. */
    boolean holdsAny() {
        return gate.holds() || gate.holdsBlocks();
    }

    /** Whether the time is not counted for this waiter. */
    boolean holds(Waiting entry) {
        return entry.isKept() || gate.holds() && entry.node() == ClientShard.PRIMARY;
    }

    /**
     * The gate has changed, or may have; lets those who no longer need to stand aside into the
     * line.
     *
     * @return whether some may be served now that could not be before
     */
    boolean moves(Gate next, WaitingLine line) {
        Gate before = gate;
        gate = next;
        if (!next.holdsBlocks()) {
            line.letIn();
        }
        return next.leases() && (!before.leases() || before.holdsBlocks());
    }
}
