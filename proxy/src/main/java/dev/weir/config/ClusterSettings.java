package dev.weir.config;

import java.time.Duration;
import java.util.List;

/**
 * The servers of an entry with {@code nodes}, and how they are watched.
 *
 * @param nodes at least one, no address twice
 * @param monitorUser who asks them how they are
 * @param monitorDbname the database in which they are asked
 * @param maxReplicaLagBytes 0 = no limit
 */
public record ClusterSettings(
        List<ClusterNode> nodes,
        String monitorUser,
        String monitorDbname,
        Duration maxReplicaLag,
        long maxReplicaLagBytes,
        Duration lagCheckInterval,
        Routing routing) {
    public ClusterSettings {
        nodes = List.copyOf(nodes);
        assert !nodes.isEmpty();
    }

    /** Where the nodes are. */
    public List<ServerAddress> addresses() {
        return nodes.stream().map(ClusterNode::address).toList();
    }
}
