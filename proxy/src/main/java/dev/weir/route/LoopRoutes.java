package dev.weir.route;

import dev.weir.cluster.Cluster;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What the routers of one loop share: chance, and what runs on the nodes. */
public final class LoopRoutes {
    private final Map<Cluster, Loads> loads = new HashMap<>();
    private final RandomGenerator random;

    public LoopRoutes(RandomGenerator random) {
        this.random = random;
    }

    /** By which the routers choose among replicas that are as good as each other. */
    public RandomGenerator random() {
        return random;
    }

    /** How many transactions run and ran on the nodes of a cluster, from this loop. */
    public Loads loads(Cluster cluster) {
        return loads.computeIfAbsent(cluster, _ -> new Loads());
    }
}
