package dev.weir.observe;

import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.pool.ClientPool;
import dev.weir.pool.NodePool;
import dev.weir.pool.PoolKey;

/**
 * The part of a pool that all loops share, at one moment.
 *
 * @param database the entry that it serves
 * @param nodes how many pools it has that go to a node
 * @param clients how many clients it has, in whatever state
 * @param servers how many server connections it has, including those being opened
 */
public record PoolSnapshot(
        PoolKey key, Database database, PoolMode mode, int nodes, int clients, int servers) {
    static PoolSnapshot of(ClientPool pool) {
        int nodes = 0;
        for (NodePool node : pool.nodePools()) {
            nodes += node.key().node() >= 0 && !node.isRetired() ? 1 : 0;
        }
        return new PoolSnapshot(
                pool.key(), pool.database(), pool.mode(), nodes, pool.clients(), pool.size());
    }
}
