package dev.weir.bench.lag;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Prints the lag of a replica over time, both according to SHOW NODES and in truth, while the
 * replica fails in various ways.
 *
 * <p>The true lag is how long the replica has lacked what was written to the primary, measured with
 * a row that is written every 20 ms. For a replica that does not answer, the last row that it
 * showed counts. The truth is read before Weir is asked, so it is never too high.
 */
final class ReplicaLag implements AutoCloseable {
    private static final int MOST_MS = 1_000;
    private static final int POLL_MS = 100;

    /** How long each scenario lasts, the interval of looks, and the interval of printed rows. */
    private static final int LASTS_MS = 4_000;

    private static final int LOOK_MS = 20;
    private static final int ROW_MS = 1_000;
    private static final long BACK_MS_MAX = 30_000;

    private final PgCluster cluster;
    private final Heartbeat heartbeat;
    private final Weir weir;
    private final WireClient console;
    private WireClient replica;
    private long shownMicros;

    private ReplicaLag(PgCluster cluster, Path directory) throws IOException, ConfigException {
        this.cluster = cluster;
        cluster.primary().execute(Heartbeat.SCHEMA);
        cluster.awaitReplicas();
        heartbeat = Heartbeat.start(cluster.primary());
        replica = Heartbeat.login(cluster.replica(0));
        Path file = Files.writeString(directory.resolve("weir.ini"), settings());
        weir = Weir.start(Config.load(file));
        console = WireClient.connect("127.0.0.1", weir.port());
        console.login(PgNode.USER, "pgbouncer");
    }

    public static void main(String[] args) throws IOException, ConfigException {
        Path directory = Files.createTempDirectory("weir-lag-");
        PgCluster cluster =
                PgCluster.builder()
                        .replicas(2)
                        .setting("wal_retrieve_retry_interval", "100ms")
                        .start();
        try (cluster;
                var lag = new ReplicaLag(cluster, directory)) {
            lag.print();
        }
    }

    private String settings() {
        String nodes =
                cluster.nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","));
        return """
        [databases]
        app = nodes=%s dbname=postgres user=%s password=%s route=auto
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = 0
        auth_type = trust
        admin_users = %s
        pool_mode = transaction
        max_replica_lag = %dms
        lag_check_interval = %dms
        """
                .formatted(nodes, PgNode.USER, PgNode.PASSWORD, PgNode.USER, MOST_MS, POLL_MS);
    }

    // --- the table ------------------------------------------------------------------------------

    /** One look at the replica. */
    private record Look(long atMs, long truthMs, long weirMs, String state) {
        boolean isRead() {
            return state.equals("up");
        }
    }

    private void print() {
        awaitRead();
        System.out.printf(
                "max_replica_lag = %d ms, lag_check_interval = %d ms; times in ms.%n%n",
                MOST_MS, POLL_MS);
        System.out.println("| scenario | after | truth | Weir | state |");
        System.out.println("|---|---|---|---|---|");
        var summary = new StringBuilder();
        for (Scenario scenario : Scenario.values()) {
            summary.append(print(scenario));
        }
        System.out.println();
        System.out.println(
                "| scenario | Weir − truth, least | most | left after | truth then | back after |");
        System.out.println("|---|---|---|---|---|---|");
        System.out.print(summary);
    }

    /** Prints the rows of one scenario; returns its row of the summary. */
    private String print(Scenario scenario) {
        shownMicros = Heartbeat.shown(replica);
        scenario.begin(cluster, heartbeat);
        long began = System.nanoTime();
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        Look left = null;
        for (long due = 0; millisSince(began) < LASTS_MS; LockSupport.parkNanos(nanos(LOOK_MS))) {
            Look look = look(scenario.answers(), began);
            least = Math.min(least, look.weirMs - look.truthMs);
            most = Math.max(most, look.weirMs - look.truthMs);
            left = left == null && !look.isRead() ? look : left;
            if (look.atMs >= due) {
                System.out.printf(
                        "| %s | %d | %d | %d | %s |%n",
                        scenario.title(), look.atMs, look.truthMs, look.weirMs, look.state);
                due += ROW_MS;
            }
        }
        long ended = System.nanoTime();
        scenario.end(cluster, heartbeat);
        if (!scenario.answers()) {
            replica.close();
            replica = Heartbeat.login(cluster.replica(0));
        }
        awaitRead();
        return "| %s | %d | %d | %s | %s | %s |%n"
                .formatted(
                        scenario.title(),
                        least,
                        most,
                        left == null ? "" : left.atMs,
                        left == null ? "" : left.truthMs,
                        left == null ? "" : millisSince(ended));
    }

    private Look look(boolean answers, long began) {
        if (answers) {
            shownMicros = Heartbeat.shown(replica);
        }
        long truth = heartbeat.lateMicros(shownMicros) / 1_000;
        List<String> row = row();
        return new Look(millisSince(began), truth, Long.parseLong(row.get(6)), row.get(3));
    }

    /** The row of the replica in SHOW NODES. */
    private List<String> row() {
        String node = cluster.replica(0).host() + ":" + cluster.replica(0).port();
        for (Message message : console.query("SHOW NODES")) {
            if (message.tag() == 'D' && node.equals(message.row().get(1))) {
                return message.row().stream().map(String::valueOf).toList();
            }
        }
        throw new IllegalStateException("rows of " + node + ": 0 (expected: 1)");
    }

    private void awaitRead() {
        long began = System.nanoTime();
        while (!row().get(3).equals("up")) {
            if (millisSince(began) > BACK_MS_MAX) {
                throw new IllegalStateException("not read again after " + BACK_MS_MAX + " ms");
            }
            LockSupport.parkNanos(nanos(LOOK_MS));
        }
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    @Override
    public void close() {
        console.close();
        weir.close();
        replica.close();
        heartbeat.close();
    }
}
