package dev.weir.pool;

import dev.weir.config.ServerAddress;

/** What a pool must know of the nodes of its cluster. May be used by any thread. */
public interface Nodes {
    /** The index of the primary; -1 as long as none is known. */
    int primary();

    /** Where a node is. An index never means another address. */
    ServerAddress address(int node);

    /** Something happened to a connection to a node that lets its state be doubted. */
    void hint(int node);

    /** A connection to a node has ended because its server shuts down, or as if it did. */
    default void endsConnection(int node) {
        hint(node);
    }
}
