package dev.weir.config;

import java.time.Duration;
import java.util.List;

/**
 * The servers of an entry with {@code nodes}, and how they are monitored.
 *
 * @param nodes at least one; no address occurs twice
 * @param monitorUser the user that the monitors log in as
 * @param monitorDbname the database that the monitors connect to
 * @param maxReplicaLagBytes 0 = no limit
 */
public record ClusterSettings(
        List<ClusterNode> nodes,
        String monitorUser,
        String monitorDbname,
        Duration maxReplicaLag,
        long maxReplicaLagBytes,
        Duration primaryLostGrace,
        Duration lagCheckInterval,
        Routing routing) {
    public ClusterSettings {
        nodes = List.copyOf(nodes);
        assert !nodes.isEmpty();
    }

    /** The addresses of the nodes. */
    public List<ServerAddress> addresses() {
        return nodes.stream().map(ClusterNode::address).toList();
    }
}
