package dev.weir.cluster;

import dev.weir.backend.NodeCheck;
import dev.weir.backend.ServerIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most recent snapshot of a cluster.
 *
 * @param primary the index of the primary; -1 if there is none
 * @param walSegmentBytes {@code wal_segment_size}
 * @param systemIdentifier of the cluster; 0 while it is unknown
 * @param isPrimaryAway whether the primary has not answered the last poll
 */
public record Topology(
        List<Node> nodes,
        int primary,
        int walSegmentBytes,
        long systemIdentifier,
        boolean isPrimaryAway) {
    /** PostgreSQL's default. */
    private static final int WAL_SEGMENT_BYTES_DEFAULT = 16 << 20;

    /** The snapshot of a cluster before any node has answered. */
    static final Topology UNSEEN = new Topology(List.of(), -1, WAL_SEGMENT_BYTES_DEFAULT);

    /** A cluster whose primary answers, if it has one. */
    public Topology(List<Node> nodes, int primary, int walSegmentBytes) {
        this(nodes, primary, walSegmentBytes, 0, false);
    }

    /** Returns the node at this position in {@code nodes}. */
    public Node node(int index) {
        return nodes.get(index);
    }

    public @Nullable Node primaryNode() {
        return primary < 0 ? null : nodes.get(primary);
    }

    /** Why a server with this identity may not be used as a node; null if it may. */
    public @Nullable String objection(int node, ServerIdentity found) {
        if (systemIdentifier == 0) {
            return "cannot be identified: it is not known yet which cluster this is";
        } else if (found.systemIdentifier() != systemIdentifier) {
            return "belongs to another cluster: its system identifier is "
                    + Long.toUnsignedString(found.systemIdentifier())
                    + " (expected: "
                    + Long.toUnsignedString(systemIdentifier)
                    + ")";
        } else if (node != primary) {
            return null;
        } else if (found.isInRecovery()) {
            return NodeCheck.STANDBY;
        }
        int expected = node(primary).timeline();
        return found.timeline() == expected
                ? null
                : "is on timeline " + found.timeline() + " (expected: " + expected + ")";
    }
}
