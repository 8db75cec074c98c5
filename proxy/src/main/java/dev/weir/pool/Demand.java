package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for the connections of a {@link NodeShard}: the clients of the shard that is their
 * home. Called on the loop that both live on, with the node's index.
 */
interface Demand {
    /** How many wait, but for those who want a connection of their own. */
    int waiting(int node);

    /** Who has waited longest, for any connection; null if nobody waits. */
    @Nullable Waiting first(int node);

    /** Who has waited longest for a connection of its own that nobody opens yet. */
    @Nullable Waiting firstDedicated(int node);

    /** Whether nobody waits, for whatever connection to the node. */
    boolean isQuiet(int node);

    /** Takes one out of the line; false if it does not wait any more. */
    boolean remove(Waiting entry);

    /** Takes out one who is served now; {@code entry} is another's place from then on. */
    void take(Waiting entry);

    /**
     * There is no connection, and no new one can be opened now. Whoever waits for this very node is
     * refused: another one may do.
     *
     * @param patienceNanos how long those wait who take any server
     */
    void cannotOpen(int node, ServerFailure failure, long patienceNanos);

    /** If there is no connection because the server is away, those who wait are counted. */
    void serverIsAway(int node);

    /** They wait no more because of that. */
    void serverIsBack(int node);
}
