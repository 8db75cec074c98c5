package dev.weir.watch;

import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.observe.ShardSnapshot;
import dev.weir.pool.PoolKey;
import dev.weir.session.ClientSnapshot;
import java.util.List;

/**
 * A pool and what it is doing.
 *
 * @param size how many server connections it may have, for all nodes together; 0 = unlimited
 * @param holders the clients that hold its server connections, those with the oldest transaction
 *     first; empty unless clients wait and somebody is watching
 */
public record PoolLine(
        PoolKey key, int clients, int size, Readings readings, List<ClientSnapshot> holders) {
    public PoolLine {
        holders = List.copyOf(holders);
    }

    /** The line of a part of a pool. */
    static PoolLine of(ShardSnapshot shard, int sizeOfNode) {
        return new PoolLine(
                shard.pool().key(),
                shard.pool().clients(),
                sizeOfNode * Math.max(1, shard.pool().nodes()),
                shard.readings(),
                List.of());
    }

    /** The line of two parts of one pool. */
    PoolLine plus(PoolLine other) {
        return new PoolLine(key, clients, size, readings.plus(other.readings), holders);
    }

    PoolLine heldBy(List<ClientSnapshot> all) {
        return new PoolLine(key, clients, size, readings, all);
    }

    public long waiting() {
        return readings.get(Metric.WAITING_CLIENTS);
    }

    /** How long the oldest waiting client has waited. */
    public long oldestWaitNanos() {
        return readings.get(Metric.OLDEST_WAIT);
    }

    public long active() {
        return readings.get(Metric.SERVERS_ACTIVE);
    }
}
