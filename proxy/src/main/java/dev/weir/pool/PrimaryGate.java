package dev.weir.pool;

/**
 * What keeps the clients of one shard from the primary, whichever node that is, and lets them read
 * elsewhere. Confined to the loop of its {@link ClientShard}.
 */
final class PrimaryGate {
    private Gate gate;

    PrimaryGate(Gate gate) {
        this.gate = gate;
    }

    /** Whether those who wait for the primary get connections, but for those who stand aside. */
    boolean leases() {
        return gate.leases();
    }

    /** Whether one who comes now may have a connection. */
    boolean admits(Waiter waiter) {
        return gate.leases() && !putsAside(waiter);
    }

    /** Whether one who comes now lets all others pass. */
    boolean putsAside(Waiter waiter) {
        return gate.holdsBlocks() && waiter.isForBlock();
    }

    /** Whether the time of somebody stands still. */
    boolean holdsAny() {
        return gate.holds() || gate.holdsBlocks();
    }

    /** Whether the time of this one stands still. */
    boolean holds(Waiting entry) {
        return entry.isKept() || gate.holds() && entry.node() == ClientShard.PRIMARY;
    }

    /**
     * It has moved, or may have; lets those into the line who stood aside and need not any more.
     *
     * @return whether somebody may be served now who was not before
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
