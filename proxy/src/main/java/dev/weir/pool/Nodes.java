package dev.weir.pool;

import dev.weir.backend.ServerIdentity;
import dev.weir.config.ServerAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    /** Why a server with this identity may not be used as a node; null if it may. */
    @Nullable String objection(int node, ServerIdentity found);

    /**
     * Finds out which server answers at the address of a node.
     *
     * @param told gets what a check has found that begins from now on, on any thread; null if that
     *     fails, or if the node is not checked any more
     */
    void identify(int node, Consumer<@Nullable ServerIdentity> told);
}
