package dev.weir.observe;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.Clusters;
import dev.weir.cluster.NodeReport;
import dev.weir.cluster.Standby;
import dev.weir.metrics.Readings;
import dev.weir.pool.PoolKey;
import dev.weir.route.Loads;
import dev.weir.route.LoopRoutes;
import dev.weir.route.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Collects what is known of nodes. */
final class NodeSnapshots {
    private final Clusters clusters;

    NodeSnapshots(Clusters clusters) {
        this.clusters = clusters;
    }

    private record Place(String database, int node) {}

    /** Why a transaction went to a node. */
    record Way(String database, int node, Reason reason) {
        private static final Comparator<Way> ORDER =
                Comparator.comparing(Way::database)
                        .thenComparingInt(Way::node)
                        .thenComparing(Way::reason);
    }

    /**
     * The nodes of all databases.
     *
     * @param readings of the pools of nodes, of all users
     */
    List<NodeSnapshot> all(Map<PoolKey, Readings> readings) {
        Map<Place, Readings> byNode = new HashMap<>();
        readings.forEach((key, read) ->
                byNode.merge(new Place(key.database(), key.node()), read, Readings::plus));
        var all = new ArrayList<NodeSnapshot>();
        for (String database : new TreeSet<>(clusters.databases())) {
            for (NodeReport report : clusters.report(database)) {
                var place = new Place(database, report.node().index());
                Readings read = byNode.getOrDefault(place, Readings.ZERO);
                all.add(new NodeSnapshot(database, report, read));
            }
        }
        return all;
    }

    List<StandbySnapshot> standbys() {
        var all = new ArrayList<StandbySnapshot>();
        for (String database : new TreeSet<>(clusters.databases())) {
            Map<Integer, String> names = new HashMap<>();
            for (NodeReport report : clusters.report(database)) {
                Standby standby = report.standby();
                if (standby != null) {
                    names.put(standby.pid(), report.node().name());
                }
            }
            for (Standby standby : clusters.standbys(database)) {
                all.add(new StandbySnapshot(database, names.get(standby.pid()), standby));
            }
        }
        return all;
    }

    /** Where the transactions of one loop went; on that loop. */
    Map<Way, Long> routes(LoopRoutes routes) {
        Map<Way, Long> ways = new HashMap<>();
        for (String database : clusters.databases()) {
            Cluster cluster = clusters.of(database);
            if (cluster != null) {
                count(database, cluster, routes.loads(cluster), ways);
            }
        }
        return ways;
    }

    private static void count(String database, Cluster cluster, Loads loads, Map<Way, Long> ways) {
        for (int node = 0; node < cluster.topology().nodes().size(); node++) {
            for (Reason reason : Reason.values()) {
                long count = loads.count(node, reason);
                if (count > 0) {
                    ways.put(new Way(database, node, reason), count);
                }
            }
        }
    }

    /** Where those of all loops went. */
    List<RouteSnapshot> joined(List<Map<Way, Long>> loops) {
        Map<Way, Long> all = new TreeMap<>(Way.ORDER);
        loops.forEach(loop -> loop.forEach((way, count) -> all.merge(way, count, Long::sum)));
        var routes = new ArrayList<RouteSnapshot>();
        all.forEach((way, count) -> {
            Cluster cluster = clusters.of(way.database);
            if (cluster != null) {
                String node = cluster.topology().node(way.node).name();
                routes.add(new RouteSnapshot(way.database, node, way.reason, count));
            }
        });
        return routes;
    }
}
