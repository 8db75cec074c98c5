package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import dev.weir.sql.Functions;
import org.jspecify.annotations.Nullable;

/** A monitored cluster. Thread-safe. */
public interface Cluster {
    /** The most recent snapshot. */
    Topology topology();

    /** Polls the node now, since something on a connection casts doubt on its known state. */
    void hint(int node);

    /** The node has refused a write, as a standby does: perhaps it is not the primary any more. */
    default void refusedWrite(int node) {
        hint(node);
    }

    /** Where a node is. */
    ServerAddress address(int node);

    /** The Patroni that promotes its nodes; null if there is none. */
    default @Nullable Patroni patroni() {
        return null;
    }

    /** Calls {@code wake} after each new snapshot, and polls more often, until {@link #forget}. */
    void await(Runnable wake);

    void forget(Runnable wake);

    /** The functions of the database; null while they are not known. */
    @Nullable Functions functions();

    /** Makes the functions known even though the database does not route automatically. */
    void wantFunctions();

    /** Reports that a function may have been created, altered or dropped. */
    void functionsChanged();
}
