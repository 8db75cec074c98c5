package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how a process judges its nodes after it was itself suspended, like a suspended machine. */
@Timeout(120)
final class StandstillIT {
    /** Several times max_replica_lag, and long enough for many polls. */
    private static final int PAUSE_SECONDS = 4;

    /** Longer than the grace period that Weir then gives its nodes. */
    private static final int WATCHED_SECONDS = 2;

    @TempDir private Path temporary;
    private PgCluster cluster;
    private CompletableFuture<Void> writer;
    private final AtomicBoolean isOver = new AtomicBoolean();

    @BeforeEach
    void startPostgres() {
        cluster = PgCluster.builder().replicas(1).start();
        cluster.primary()
                .execute(
                        "CREATE FUNCTION on_replica() RETURNS bool STABLE LANGUAGE sql AS 'SELECT"
                                + " pg_is_in_recovery()'; CREATE TABLE beat AS SELECT"
                                + " clock_timestamp() AS at");
        cluster.awaitReplicas();
        writer = CompletableFuture.runAsync(this::write);
    }

    @AfterEach
    void stopPostgres() {
        isOver.set(true);
        writer.join();
        cluster.close();
    }

    /** Writes to the primary without a pause, bypassing Weir. */
    private void write() {
        try (WireClient client = cluster.primary().wire()) {
            client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            while (!isOver.get()) {
                client.query("UPDATE beat SET at = clock_timestamp(); SELECT pg_sleep(0.01)");
            }
        }
    }

    private WeirProcess weir() throws IOException {
        Path directory = WeirProcess.folder(temporary);
        String nodes =
                String.join(
                        ",", cluster.nodes().stream().map(n -> n.host() + ":" + n.port()).toList());
        int port =
                WeirProcess.configure(
                        directory,
                        cluster.primary(),
                        "max_replica_lag = 1s",
                        "lag_check_interval = 100ms",
                        "[databases]",
                        "app = nodes="
                                + nodes
                                + " dbname=postgres user=postgres password=postgres route=auto");
        return WeirProcess.start(directory, port);
    }

    private static boolean onReplica(WireClient client) {
        return client.query("SELECT on_replica()").stream()
                .anyMatch(message -> message.tag() == 'D' && "t".equals(message.row().getFirst()));
    }

    @Test
    void bansNobodyForItsOwnPause() throws IOException, InterruptedException {
        PgNode replica = cluster.replica(0);
        try (WeirProcess weir = weir();
                WireClient client = weir.client("app");
                WireClient console = weir.client("pgbouncer")) {
            await().atMost(WeirProcess.LIMIT).until(() -> onReplica(client));

            String stopped = now(replica);
            weir.signal("STOP");
            await().atMost(WeirProcess.LIMIT).until(() -> hasWhatCame(PAUSE_SECONDS, stopped));
            weir.signal("CONT");

            String woken = now(replica);
            for (int reads = 0; !hasWhatCame(WATCHED_SECONDS, woken); reads++) {
                assertThat(onReplica(client)).as("read %d after the pause", reads).isTrue();
                assertThat(states(console)).containsExactly("up", "up");
            }
            assertThat(weir.lines())
                    .anyMatch(line -> line.contains("stood_still database=app"))
                    .noneMatch(line -> line.contains("replica_out"));
        }
    }

    private static String now(PgNode node) {
        return node.queryText("SELECT clock_timestamp()");
    }

    /** Whether the replica shows a row written at least this many seconds after a moment. */
    private boolean hasWhatCame(int seconds, String moment) {
        return cluster.replica(0)
                .queryText(
                        "SELECT at > '%s'::timestamptz + interval '%d s' FROM beat"
                                .formatted(moment, seconds))
                .equals("t");
    }

    /** The column {@code state} of SHOW NODES. */
    private static List<String> states(WireClient console) {
        return console.query("SHOW NODES").stream()
                .filter(message -> message.tag() == 'D')
                .map(message -> String.valueOf(message.row().get(3)))
                .toList();
    }
}
