package dev.weir.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most recent snapshot of a cluster.
 *
 * @param primary the index of the primary; -1 if there is none
 * @param walSegmentBytes {@code wal_segment_size}
 * @param isPrimaryAway whether the primary has not answered the last poll
 */
public record Topology(List<Node> nodes, int primary, int walSegmentBytes, boolean isPrimaryAway) {
    /** PostgreSQL's default. */
    private static final int WAL_SEGMENT_BYTES_DEFAULT = 16 << 20;

    /** The snapshot of a cluster before any node has answered. */
    static final Topology UNSEEN = new Topology(List.of(), -1, WAL_SEGMENT_BYTES_DEFAULT);

    /** A cluster whose primary answers, if it has one. */
    public Topology(List<Node> nodes, int primary, int walSegmentBytes) {
        this(nodes, primary, walSegmentBytes, false);
    }

    /** Returns the node at this position in {@code nodes}. */
    public Node node(int index) {
        return nodes.get(index);
    }

    public @Nullable Node primaryNode() {
        return primary < 0 ? null : nodes.get(primary);
    }
}
