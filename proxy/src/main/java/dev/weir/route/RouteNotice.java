package dev.weir.route;

import dev.weir.cluster.Lsn;
import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.stream.Collectors;

/** The notice about each transaction that {@code SET weir.explain = on} asks for. */
public final class RouteNotice {
    private RouteNotice() {}

    /**
     * A line such as {@code route: 10.0.0.7:5432 (primary): writes: The statement writes.
     * [INSERT]}.
     *
     * @param word the word in the text that decided; empty if none did
     * @param required the position that a replica must have replayed
     */
    public static String text(
            Topology topology, int node, Reason reason, String word, long required) {
        var text = new StringBuilder("route: ");
        text.append(node < 0 ? "the primary" : topology.node(node).name());
        if (node >= 0) {
            text.append(node == topology.primary() ? " (primary)" : " (replica)");
        }
        text.append(": ").append(reason.word()).append(": ").append(reason.sentence());
        if (reason == Reason.OWN_WRITE || reason == Reason.WAITED) {
            text.append(" [").append(Lsn.text(required)).append("; ");
            text.append(replayed(topology)).append(']');
        } else if (!word.isEmpty() && !reason.isOnReplica()) {
            text.append(" [").append(word).append(']');
        }
        return text.toString();
    }

    private static String replayed(Topology topology) {
        return topology.nodes().stream()
                .filter(Node::isEligible)
                .map(node -> node.name() + " has " + Lsn.text(node.lsn()))
                .collect(Collectors.joining(", "));
    }
}
