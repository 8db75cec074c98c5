package dev.weir.admin;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.Clusters;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.route.Loads;
import dev.weir.route.Reason;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** How many transactions ran where, and why. */
final class RouteReports {
    private static final List<Column> ROUTES =
            Table.columns("database, node, runs_on, reason, transactions int8, meaning");

    private RouteReports() {}

    private record Way(String database, int node, Reason reason) implements Comparable<Way> {
        private static final Comparator<Way> ORDER =
                Comparator.comparing(Way::database)
                        .thenComparingInt(Way::node)
                        .thenComparing(Way::reason);

        @Override
        public int compareTo(Way other) {
            return ORDER.compare(this, other);
        }
    }

    static CompletableFuture<Table> routes(Survey survey) {
        return survey.ofLoops(loop -> ways(survey, loop))
                .thenApply(parts -> {
                    Map<Way, Long> all = new TreeMap<>();
                    parts.forEach(
                            part -> part.forEach((way, count) -> all.merge(way, count, Long::sum)));
                    return new Table(ROUTES, rows(survey.control().clusters(), all));
                });
    }

    private static Map<Way, Long> ways(Survey survey, EventLoop loop) {
        Map<Way, Long> ways = new TreeMap<>();
        Clusters clusters = survey.control().clusters();
        for (String database : clusters.databases()) {
            Cluster cluster = clusters.of(database);
            if (cluster != null) {
                Loads loads = survey.loads(loop, cluster);
                for (int node = 0; node < cluster.topology().nodes().size(); node++) {
                    for (Reason reason : Reason.values()) {
                        ways.put(new Way(database, node, reason), loads.count(node, reason));
                    }
                }
            }
        }
        return ways;
    }

    private static List<Row> rows(Clusters clusters, Map<Way, Long> ways) {
        var rows = new ArrayList<Row>();
        ways.forEach((way, count) -> {
            Cluster cluster = clusters.of(way.database);
            if (count > 0 && cluster != null) {
                Reason reason = way.reason;
                rows.add(
                        Row.of(
                                way.database,
                                cluster.topology().node(way.node).name(),
                                reason.isOnReplica() ? "replica" : "primary",
                                reason.word(),
                                count,
                                reason.sentence()));
            }
        });
        return rows;
    }
}
