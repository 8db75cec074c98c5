package dev.weir.route;

import dev.weir.cluster.Cluster;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What the routers of one loop share: a source of chance, and what runs on the nodes. */
public final class LoopRoutes {
    private final Map<Cluster, Loads> loads = new HashMap<>();
    private final RandomGenerator random;

    public LoopRoutes(RandomGenerator random) {
        this.random = random;
    }

    /** Chooses among replicas that are equally good. */
    public RandomGenerator random() {
        return random;
    }

    /** How many transactions of this loop run, and have run, on the nodes of a cluster. */
    public Loads loads(Cluster cluster) {
        return loads.computeIfAbsent(cluster, _ -> new Loads());
    }
}
