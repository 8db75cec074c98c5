package dev.weir.admin;

import dev.weir.cluster.Lsn;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.cluster.Standby;
import dev.weir.metrics.Metric;
import dev.weir.observe.NodeSnapshot;
import dev.weir.observe.StandbySnapshot;
import dev.weir.protocol.BackendMessages.Column;
import java.util.List;
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

    static CompletableFuture<Table> nodes(Sources from) {
        return from.snapshots().nodes().thenApply(NodeReports::nodeTable);
    }

    static Table nodeTable(List<NodeSnapshot> nodes) {
        return new Table(NODES, nodes.stream().map(NodeReports::row).toList());
    }

    private static Row row(NodeSnapshot snapshot) {
        NodeReport report = snapshot.report();
        Node node = report.node();
        Standby standby = report.standby();
        boolean hasLag = report.isInRecovery() && node.lagNanos() < Long.MAX_VALUE;
        return Row.of(
                snapshot.database(),
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
                snapshot.readings().servers(),
                snapshot.readings().get(Metric.SERVERS_ACTIVE),
                snapshot.readings().get(Metric.LEASES),
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

    /** Why it is not read, or that its replay is paused, which will soon be the reason. */
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

    static CompletableFuture<Table> replication(Sources from) {
        return CompletableFuture.completedFuture(standbyTable(from.snapshots().standbys()));
    }

    static Table standbyTable(List<StandbySnapshot> standbys) {
        return new Table(
                REPLICATION,
                standbys.stream()
                        .map(one -> standby(one.database(), one.node(), one.standby()))
                        .toList());
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
