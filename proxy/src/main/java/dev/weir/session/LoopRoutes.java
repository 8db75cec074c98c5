package dev.weir.session;

import dev.weir.cluster.Cluster;
import dev.weir.route.Loads;
import dev.weir.sql.AccessCache;
import java.util.HashMap;
import java.util.Map;

/** What the routing sessions of one loop share. */
public final class LoopRoutes {
    private final AccessCache cache = new AccessCache();
    private final Map<Cluster, Loads> loads = new HashMap<>();

    AccessCache cache() {
        return cache;
    }

    /** How many transactions run and ran on the nodes of a cluster, from this loop. */
    public Loads loads(Cluster cluster) {
        return loads.computeIfAbsent(cluster, _ -> new Loads());
    }
}
