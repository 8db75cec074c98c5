package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import dev.weir.pool.RecentCommits;

/**
 * Notes between which positions of the primary's log the commits stand that a client was told of:
 * another node may take the primary's place that lacks them.
 */
final class ToldCommits {
    private final Turn turn;
    private final Cluster cluster;

    /** What the log had reached before what is not answered was sent; 0 = not known. */
    private long from;

    private int timeline;

    ToldCommits(Turn turn, Cluster cluster) {
        this.turn = turn;
        this.cluster = cluster;
    }

    /**
     * A batch is the first on this connection: what was committed there before was another
     * client's, and what is owed there is not the client's.
     */
    void begins(ServerConnection server, int node) {
        server.writes().takeCommits();
        sends(node);
    }

    /** A batch goes to the primary, and all that the client sent before is answered. */
    void sends(int primary) {
        Topology topology = cluster.topology();
        boolean isKnown = primary >= 0 && primary < topology.nodes().size();
        from = 0;
        timeline = 0;
        if (isKnown) {
            Node node = topology.node(primary);
            timeline = node.timeline();
            from = turn.shard().commits().reaches(node.lsn(), timeline, node.polledNanos());
        }
    }

    /**
     * All is answered that will be.
     *
     * @param upTo where the log ended behind it; {@link RecentCommits#UNKNOWN} if nobody knows
     */
    void ends(ServerConnection server, long upTo, long nowNanos) {
        int commits = server.writes().takeCommits();
        if (commits > 0) {
            turn.shard().commits().told(commits, from, upTo, timeline, nowNanos);
        }
    }
}
