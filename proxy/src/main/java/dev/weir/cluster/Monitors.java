package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The monitors of this process. Databases with the same server and {@code monitor_user} share one.
 */
final class Monitors {
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<Key, Monitor> monitors = new HashMap<>();

    private record Key(ServerAddress address, String user) {}

    Monitors(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    RandomGenerator random() {
        return random;
    }

    /** Returns the monitor of the node, and adds the cluster to it. */
    synchronized Monitor join(WatchedCluster cluster, NodeState node) {
        var key = new Key(node.address(), cluster.settings().monitorUser());
        Monitor monitor =
                monitors.computeIfAbsent(key, _ -> new Monitor(node.address(), clock, random));
        monitor.join(cluster, node);
        return monitor;
    }

    /** Removes the cluster from the monitor, and closes the monitor if it was the last. */
    synchronized void leave(Monitor monitor, WatchedCluster cluster) {
        if (!monitor.leave(cluster)) {
            monitors.values().remove(monitor);
            monitor.close();
        }
    }
}
