package dev.weir.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The servers of an entry with {@code nodes}, and how they are monitored.
 *
 * @param nodes at least one; no address occurs twice
 * @param monitorUser the user that the monitors log in as
 * @param monitorDbname the database that the monitors connect to
 * @param maxReplicaLagBytes 0 = no limit
 * @param patroni the REST interfaces of Patroni; empty = it is not asked
 */
public record ClusterSettings(
        List<ClusterNode> nodes,
        String monitorUser,
        String monitorDbname,
        Duration maxReplicaLag,
        long maxReplicaLagBytes,
        Duration primaryLostGrace,
        Duration staleReadsDuringFailover,
        Duration lagCheckInterval,
        Routing routing,
        List<URI> patroni) {
    public ClusterSettings {
        nodes = List.copyOf(nodes);
        patroni = List.copyOf(patroni);
        assert !nodes.isEmpty();
    }

    /** The addresses of the nodes. */
    public List<ServerAddress> addresses() {
        return nodes.stream().map(ClusterNode::address).toList();
    }
}
