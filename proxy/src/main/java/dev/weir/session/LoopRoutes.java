package dev.weir.session;

import dev.weir.cluster.Cluster;
import dev.weir.net.LoopClock;
import dev.weir.route.Loads;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What the routing sessions of one loop share. */
public final class LoopRoutes {
    private final Map<Cluster, Loads> loads = new HashMap<>();
    private final LoopClock clock;
    private final RandomGenerator random;

    LoopRoutes(LoopClock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    LoopClock clock() {
        return clock;
    }

    /** By which the sessions choose among replicas that are as good as each other. */
    RandomGenerator random() {
        return random;
    }

    /** How many transactions run and ran on the nodes of a cluster, from this loop. */
    public Loads loads(Cluster cluster) {
        return loads.computeIfAbsent(cluster, _ -> new Loads());
    }
}
