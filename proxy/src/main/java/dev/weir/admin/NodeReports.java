package dev.weir.admin;

import dev.weir.cluster.Clusters;
import dev.weir.cluster.Lsn;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.cluster.Standby;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.pool.ClientShard;
import dev.weir.pool.NodeShard;
import dev.weir.pool.PoolKey;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the console shows of databases with nodes. */
final class NodeReports {
    private static final List<Column> NODES =
            Table.columns(
                    "database, node, role, state, why, lag_bytes int8, lag_ms int8,"
                            + " replay_lag_ms int8, lsn, timeline int4, weight int4, servers int4,"
                            + " active int4, leases int8, latency_us int8, error");

    private static final List<Column> REPLICATION =
            Table.columns(
                    "database, node, pid int4, application_name, client_addr, slot_name, state,"
                            + " sync_state, sent_lsn, write_lsn, flush_lsn, replay_lsn,"
                            + " replay_lag_ms int8");

    private NodeReports() {}

    /** What the pools of one node have done. */
    private record Work(long servers, long active, long leases) {
        private static final Work NONE = new Work(0, 0, 0);

        Work plus(Work other) {
            return new Work(servers + other.servers, active + other.active, leases + other.leases);
        }
    }

    private record Place(String database, int node) {}

    static CompletableFuture<Table> nodes(Survey survey) {
        return survey.ofShards(NodeReports::work)
                .thenApply(parts -> {
                    Map<Place, Work> works = new HashMap<>();
                    parts.forEach(
                            part -> part.forEach((at, did) -> works.merge(at, did, Work::plus)));
                    return new Table(NODES, rows(survey.control().clusters(), works));
                });
    }

    private static Map<Place, Work> work(ClientShard shard) {
        Map<Place, Work> works = new HashMap<>();
        for (NodeShard node : shard.nodes()) {
            PoolKey key = node.pool().key();
            Readings now = node.read();
            works.put(
                    new Place(key.database(), key.node()),
                    new Work(
                            now.servers(), now.get(Metric.SERVERS_ACTIVE), now.get(Metric.LEASES)));
        }
        return works;
    }

    private static List<Row> rows(Clusters clusters, Map<Place, Work> works) {
        var rows = new ArrayList<Row>();
        for (String database : new TreeSet<>(clusters.databases())) {
            for (NodeReport report : clusters.report(database)) {
                var place = new Place(database, report.node().index());
                rows.add(row(database, report, works.getOrDefault(place, Work.NONE)));
            }
        }
        return rows;
    }

    private static Row row(String database, NodeReport report, Work work) {
        Node node = report.node();
        Standby standby = report.standby();
        boolean hasLag = report.isInRecovery() && node.lagNanos() < Long.MAX_VALUE;
        return Row.of(
                database,
                node.name(),
                role(report),
                state(report),
                why(report),
                report.isInRecovery() ? node.lagBytes() : null,
                hasLag ? node.lagNanos() / 1_000_000 : null,
                standby == null ? null : millis(standby),
                report.isKnown() ? Lsn.text(node.lsn()) : null,
                node.timeline() == 0 ? null : node.timeline(),
                node.weight(),
                work.servers,
                work.active,
                work.leases,
                node.latencyNanos() / 1_000,
                report.error().isEmpty() ? null : report.error());
    }

    private static String role(NodeReport report) {
        if (!report.isKnown()) {
            return "unknown";
        }
        if (report.node().isPrimary()) {
            return "primary";
        }
        return report.isInRecovery() ? "replica" : "other";
    }

    private static String state(NodeReport report) {
        if (!report.error().isEmpty()) {
            return "down";
        }
        return report.node().isPrimary() || report.node().isEligible() ? "up" : "out";
    }

    /** Why it is not read; and that its replay is paused, which is why soon. */
    private static @Nullable String why(NodeReport report) {
        String why = report.node().whyNot();
        if (report.isReplayPaused()) {
            return why.isEmpty() ? "its replay is paused" : "its replay is paused; " + why;
        }
        return why.isEmpty() ? null : why;
    }

    private static @Nullable Long millis(Standby standby) {
        return standby.replayLagMicros() < 0 ? null : standby.replayLagMicros() / 1_000;
    }

    static CompletableFuture<Table> replication(Survey survey) {
        Clusters clusters = survey.control().clusters();
        var rows = new ArrayList<Row>();
        for (String database : new TreeSet<>(clusters.databases())) {
            Map<Integer, String> names = new HashMap<>();
            for (NodeReport report : clusters.report(database)) {
                Standby standby = report.standby();
                if (standby != null) {
                    names.put(standby.pid(), report.node().name());
                }
            }
            for (Standby standby : clusters.standbys(database)) {
                rows.add(standby(database, names.get(standby.pid()), standby));
            }
        }
        return CompletableFuture.completedFuture(new Table(REPLICATION, rows));
    }

    private static Row standby(String database, @Nullable String node, Standby standby) {
        return Row.of(
                database,
                node,
                standby.pid(),
                standby.applicationName(),
                standby.address(),
                standby.slot(),
                standby.state(),
                standby.syncState(),
                text(standby.sentLsn()),
                text(standby.writeLsn()),
                text(standby.flushLsn()),
                text(standby.replayLsn()),
                millis(standby));
    }

    private static @Nullable String text(long lsn) {
        return lsn < 0 ? null : Lsn.text(lsn);
    }
}
