package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import org.jspecify.annotations.Nullable;

/**
 * The clients that wait for the connections of a {@link NodeShard}: those of its {@link
 * ClientShard}. Called on the loop that both live on, with the node's index.
 */
interface Demand {
    /** How many clients wait, not counting those that want a dedicated connection. */
    int waiting(int node);

    /** The longest waiting client that takes any connection; null if nobody waits. */
    @Nullable Waiting first(int node);

    /** The longest waiting client whose dedicated connection is not being opened yet; or null. */
    @Nullable Waiting firstDedicated(int node);

    /** Whether nobody waits for any kind of connection to the node. */
    boolean isQuiet(int node);

    /** Takes a client out of the line; false if it does not wait any more. */
    boolean remove(Waiting entry);

    /**
     * Takes out a client that is served now; {@code entry} may be reused for another afterwards.
     */
    void take(Waiting entry);

    /**
     * There is no connection, and no new one can be opened now. Clients that wait for this
     * particular node are refused, since another node may do.
     *
     * @param patienceNanos how long clients that wait for the primary go on waiting
     */
    void cannotOpen(int node, ServerFailure failure, long patienceNanos);

    /**
     * The server is away: counts the clients that wait for that reason, if it has no connection.
     */
    void serverIsAway(int node);

    /** The server is back: those clients no longer wait because of that. */
    void serverIsBack(int node);
}
