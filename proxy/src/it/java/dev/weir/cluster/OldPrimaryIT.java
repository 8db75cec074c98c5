package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.WeirFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary that was replaced gets no more work, and what is on its way there is cut off. */
@NullMarked
final class OldPrimaryIT {
    /** Each row says on which timeline it was written. */
    private static final String TABLE =
            "CREATE TABLE t (n int, at text DEFAULT substr(pg_walfile_name(pg_current_wal_lsn()),"
                    + " 1, 8))";

    @TempDir private @Nullable Path directory;
    private @Nullable PgCluster cluster;
    private @Nullable WeirFile weir;

    @AfterEach
    void stop() {
        if (weir != null) {
            weir.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private PgCluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    private WeirFile weir() {
        return Objects.requireNonNull(weir);
    }

    private Path directory() {
        return Objects.requireNonNull(directory);
    }

    private void start(PgVersion version) {
        cluster = PgCluster.builder().version(version).replicas(1).start();
        cluster().primary().execute(TABLE);
        cluster().awaitReplicas();
        startWeir();
    }

    private void startWeir() {
        weir =
                WeirFile.start(
                        directory(),
                        entry(),
                        "monitor_user = postgres",
                        "state_file = " + stateFile());
    }

    private Path stateFile() {
        return directory().resolve("primaries");
    }

    private String entry() {
        return "app = nodes="
                + cluster().nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","))
                + " dbname=postgres";
    }

    private WireClient client() {
        return weir().client("postgres", "app");
    }

    private String role(PgNode node) {
        return columns(node, 2, 4);
    }

    private String state(PgNode node) {
        return columns(node, 3);
    }

    private String columns(PgNode node, int... which) {
        try (WireClient console = weir().console()) {
            return console.query("SHOW NODES").stream()
                    .filter(message -> message.tag() == 'D')
                    .map(Message::row)
                    .filter(row -> (node.host() + ":" + node.port()).equals(row.get(1)))
                    .map(row ->
                            Arrays.stream(which)
                                    .mapToObj(column -> String.valueOf(row.get(column)))
                                    .collect(Collectors.joining(" ")))
                    .findFirst()
                    .orElse("");
        }
    }

    private void awaitPrimary(PgNode node) {
        await().until(() -> role(node).startsWith("primary"));
    }

    private void awaitSaved(int timeline) {
        await().until(() ->
                Files.exists(stateFile())
                        && Files.readString(stateFile()).contains("\t" + timeline + "\t"));
    }

    /** The old primary lives, and has clients in the middle of something. */
    @ParameterizedTest
    @EnumSource
    void connectionsToTheOldPrimaryAreCutOffThoughTheyAreBusy(PgVersion version) {
        assumeTrue(version.available());
        start(version);
        PgNode old = cluster().primary();
        PgNode next = cluster().replica(0);
        awaitPrimary(old);
        try (WireClient idle = client();
                WireClient open = client();
                WireClient running = client()) {
            idle.query("INSERT INTO t VALUES (0)");
            open.query("BEGIN");
            open.query("INSERT INTO t VALUES (1)");
            running.query("BEGIN");
            running.send(Wire.query("SELECT pg_sleep(600)"));
            next.promote();
            awaitPrimary(next);

            assertThat(open.query("INSERT INTO t VALUES (1)").getFirst().summary())
                    .startsWith("E 40001");
            assertThat(running.read().summary()).startsWith("E 40001");
            assertThat(idle.query("INSERT INTO t VALUES (2)").getFirst().summary())
                    .isEqualTo("C INSERT 0 1");
            assertThat(idle.query("SELECT at FROM t WHERE n = 2").get(1).summary())
                    .isEqualTo("D 00000002");
            assertThat(old.queryText("SELECT count(*) FROM t WHERE n > 0")).isEqualTo("0");
        }
    }

    @Test
    void aRestartOfWeirForgetsNoTimeline() {
        start(PgVersion.V18);
        PgNode old = cluster().primary();
        PgNode next = cluster().replica(0);
        awaitPrimary(old);
        awaitSaved(1);
        next.promote();
        awaitPrimary(next);
        awaitSaved(2);
        next.stop();
        try (LogLines lines = LogLines.beginAt(Level.WARN)) {
            weir().close();
            startWeir();
            await().until(() -> role(old).startsWith("other not in recovery, but not the primary"));
            assertThat(lines.all())
                    .anyMatch(line ->
                            line.contains("primary_refused database=app")
                                    && line.contains("there was a primary of timeline 2"));
        }
        CompletableFuture<WireClient> login = CompletableFuture.supplyAsync(this::client);
        next.start();
        try (WireClient client = login.join()) {
            client.query("INSERT INTO t VALUES (3)");
            assertThat(client.query("SELECT string_agg(at, ' ') FROM t").get(1).summary())
                    .isEqualTo("D 00000002");
        }
        assertThat(old.queryText("SELECT count(*) FROM t")).isEqualTo("0");
    }

    @Test
    void theOperatorMaySayThatAllIsToBeForgotten() {
        start(PgVersion.V18);
        PgNode old = cluster().primary();
        PgNode next = cluster().replica(0);
        next.promote();
        awaitPrimary(next);
        next.stop();
        await().until(() -> state(next).equals("down"));
        try (WireClient console = weir().console()) {
            assertThat(console.query("FORGET CLUSTER app").getFirst().summary())
                    .isEqualTo("C FORGET");
            assertThat(console.query("FORGET CLUSTER none").getFirst().summary())
                    .startsWith("E 08P01 no such database");
        }
        awaitPrimary(old);
        awaitSaved(1);
        try (WireClient client = client()) {
            List<Message> answer = client.query("INSERT INTO t VALUES (4) RETURNING at");
            assertThat(answer).extracting(Message::summary).contains("D 00000001");
        }
    }
}
