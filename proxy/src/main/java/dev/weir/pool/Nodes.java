package dev.weir.pool;

import dev.weir.config.ServerAddress;

/** What a pool must know of the nodes of its cluster. Thread-safe. */
public interface Nodes {
    /** The index of the primary; -1 while none is known. */
    int primary();

    /** The address of a node. An index always means the same address. */
    ServerAddress address(int node);

    /** Something happened to a connection to a node that casts doubt on the node's state. */
    void hint(int node);

    /** A connection to a node ended because its server shuts down, or as if it did. */
    default void endsConnection(int node) {
        hint(node);
    }
}
