package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import org.jspecify.annotations.Nullable;

/** The clients that wait in one shard, as the connections see them. Confined to its loop. */
final class Waiters implements Demand {
    private final ClientShard shard;
    private final WaitingLine line;

    Waiters(ClientShard shard, WaitingLine line) {
        this.shard = shard;
        this.line = line;
    }

    @Override
    public int waiting(int node) {
        return line.count(node, shard.servesPrimary(node));
    }

    @Override
    public @Nullable Waiting first(int node) {
        return line.isEmpty() ? null : line.first(node, shard.servesPrimary(node));
    }

    @Override
    public @Nullable Waiting firstDedicated(int node) {
        return line.isEmpty() || !shard.servesPrimary(node) ? null : line.firstDedicated();
    }

    @Override
    public boolean isQuiet(int node) {
        return line.isEmpty() || line.isQuiet(node, shard.servesPrimary(node));
    }

    @Override
    public boolean remove(Waiting entry) {
        return line.remove(entry);
    }

    @Override
    public void take(Waiting entry) {
        line.take(entry);
    }

    /*
     * Nobody waits in vain: if there is no connection that could become free, and the server has
     * refused a new one, all who wait for this node are told why. A gate that holds them means that
     * the server is expected back.
     */
    @Override
    public void cannotOpen(int node, ServerFailure failure, long patienceNanos) {
        if (!line.isEmpty() && !shard.shard(node).gate().holds()) {
            boolean isPrimary = shard.servesPrimary(node);
            shard.refuse(
                    line.impatient(node, isPrimary, patienceNanos, shard.nanoTime()),
                    failure.refusal());
        }
    }

    @Override
    public void serverIsAway(int node) {
        if (!line.isEmpty()
                && shard.isPrimary(node)
                && shard.mustHold(ClientShard.PRIMARY, shard.shard(node))) {
            Held by = shard.shard(node).pool().hosts().held();
            line.all(ClientShard.PRIMARY, true).forEach(entry -> entry.hold(by));
        }
    }

    @Override
    public void serverIsBack(int node) {
        if (!line.isEmpty()) {
            line.all(node, shard.isPrimary(node)).forEach(Waiting::release);
        }
    }
}
