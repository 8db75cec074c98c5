package dev.weir.pool;

/**
 * What a pool's connections have in common.
 *
 * @param database the client's name for it, as in {@code [databases]}
 * @param user the user that logs in to the server
 * @param node the index of the node that they go to; {@link #NO_NODE} in a database without nodes,
 *     and in the key of a {@link ClientPool}
 */
public record PoolKey(String database, String user, int node) {
    static final int NO_NODE = -1;

    PoolKey(String database, String user) {
        this(database, user, NO_NODE);
    }

    PoolKey onNode(int node) {
        return new PoolKey(database, user, node);
    }
}
