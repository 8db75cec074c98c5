package dev.weir.cluster;

import dev.weir.sql.Functions;
import org.jspecify.annotations.Nullable;

/** A cluster that is being watched. May be used by any thread. */
public interface Cluster {
    /** What was seen last. */
    Topology topology();

    /** Something happened on a connection to a node that lets its state be doubted: look now. */
    void hint(int node);

    /** Calls {@code wake} after each look, and looks more often, until {@link #forget}. */
    void await(Runnable wake);

    void forget(Runnable wake);

    /** The functions of the database; null as long as they are not known. */
    @Nullable Functions functions();

    /** Lets the functions be known though the database does not route by itself. */
    void wantFunctions();

    /** A function may have been created, altered or dropped. */
    void functionsChanged();
}
