package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of entries with nodes: who they are, and what their monitor may do. */
@NullMarked
final class NodesCheckIT {
    @TempDir private Path directory;
    private PgCluster cluster;

    @BeforeEach
    void start() {
        cluster = PgCluster.builder().replicas(2).start();
        cluster.primary().execute("CREATE ROLE watcher LOGIN; CREATE TABLE t (a int)");
        cluster.awaitReplicas();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Result check(String more, String user, PgNode... nodes)
            throws IOException, InterruptedException {
        String where = Stream.of(nodes).map(NodesCheckIT::at).collect(Collectors.joining(","));
        return CheckIT.check(
                directory,
                "app = dbname=postgres route=auto nodes=" + where + more,
                "monitor_user = " + user);
    }

    private static String at(PgNode node) {
        return node.host() + ":" + node.port();
    }

    private static List<String> texts(Result result) {
        return result.findings().stream().map(Finding::toString).toList();
    }

    @Test
    void saysWhoIsThePrimaryAndHowFarOthersAreBehind() throws IOException, InterruptedException {
        PgNode paused = cluster.replica(1);
        paused.pauseReplay();
        cluster.primary().execute("INSERT INTO t SELECT g FROM generate_series(1, 1000) g");
        String same = at(cluster.primary()) + "," + at(cluster.replica(0)) + "," + at(paused);
        Result result =
                CheckIT.check(
                        directory,
                        "app = dbname=postgres pool_size=2 route=auto nodes="
                                + same
                                + "\napp_ro = dbname=postgres pool_size=3 route=replica nodes="
                                + same,
                        "monitor_user = postgres");
        assertThat(result.isGood()).isTrue();
        assertThat(texts(result))
                .singleElement()
                .asString()
                .matches(
                        "note: databases \"app\", \"app_ro\": %s is the primary \\(timeline 1\\), %s is a replica \\(\\d+ bytes behind\\), %s is a replica \\([1-9]\\d{4,} bytes behind, its replay is paused\\)"
                                .formatted(
                                        at(cluster.primary()), at(cluster.replica(0)), at(paused)));
        // two users, one monitor, and what looks at the catalog for app
        assertThat(result.servers())
                .hasSize(3)
                .allMatch(server -> server.worstCase() == 2 * 2 + 2 * 3 + 2);
    }

    @Test
    void addsTheMonitorsUp() throws IOException, InterruptedException {
        Result result = check(" pool_size=2000", "postgres", cluster.primary());
        assertThat(texts(result))
                .anyMatch(text -> text.contains("may open 4002: app 4000 (2 pools) + monitors 2"));
    }

    @Test
    void saysWhatTheMonitorMayNotSee() throws IOException, InterruptedException {
        Result result = check("", "watcher", cluster.primary(), cluster.replica(0));
        assertThat(result.isGood()).isTrue();
        assertThat(texts(result))
                .contains(
                        "warning: database \"app\": "
                                + at(cluster.primary())
                                + ", "
                                + at(cluster.replica(0))
                                + ": monitor_user \"watcher\" is not a member of pg_monitor, so"
                                + " pg_stat_replication shows it nothing, and lag comes from the"
                                + " nodes' own positions alone (GRANT pg_monitor TO it)");
        cluster.primary().execute("GRANT pg_monitor TO watcher");
        cluster.awaitReplicas();
        assertThat(texts(check("", "watcher", cluster.primary(), cluster.replica(0))))
                .singleElement()
                .asString()
                .startsWith("note: database \"app\": ");
    }

    @Test
    void saysThatTheMonitorIsRefused() throws IOException, InterruptedException {
        Result result = check("", "nobody_there", cluster.primary());
        assertThat(result.isGood()).isFalse();
        assertThat(texts(result))
                .containsExactly(
                        "database \"app\": "
                                + at(cluster.primary())
                                + ": monitor_user \"nobody_there\": FATAL: role \"nobody_there\""
                                + " does not exist");
    }

    @Test
    void saysOnceThatANodeIsNotThere() throws IOException, InterruptedException {
        int nobody = Ports.free();
        Result result =
                CheckIT.check(
                        directory,
                        "app = dbname=postgres route=auto nodes=127.0.0.1:"
                                + nobody
                                + ","
                                + at(cluster.primary()),
                        "monitor_user = postgres");
        assertThat(result.isGood()).isFalse();
        assertThat(texts(result)).hasSize(2);
        assertThat(texts(result).getFirst()).contains(":" + nobody + ": 08006: ");
        assertThat(texts(result).getLast()).contains(" is the primary (timeline 1)");
    }

    @Test
    void saysThatThereIsNoPrimary() throws IOException, InterruptedException {
        Result result = check("", "postgres", cluster.replica(0), cluster.replica(1));
        assertThat(result.isGood()).isFalse();
        assertThat(texts(result))
                .containsExactly(
                        "database \"app\": no primary: "
                                + at(cluster.replica(0))
                                + ", "
                                + at(cluster.replica(1))
                                + " in recovery (expected: one node that is not), so nothing can be"
                                + " written");
    }

    @Test
    void saysThatThereAreTwoPrimaries() throws IOException, InterruptedException {
        cluster.replica(0).promote();
        Result result = check("", "postgres", cluster.primary(), cluster.replica(0));
        assertThat(result.isGood()).isTrue();
        assertThat(texts(result))
                .containsExactly(
                        "warning: database \"app\": 2 nodes are primaries: "
                                + at(cluster.replica(0))
                                + " (timeline 2), "
                                + at(cluster.primary())
                                + " (timeline 1) (expected: 1). Weir would write to "
                                + at(cluster.replica(0))
                                + ", whose timeline is the highest, or which comes first");
    }

    @Test
    void saysThatANodeIsOfAnotherCluster() throws IOException, InterruptedException {
        assumeThat(PgVersion.V15.available()).isTrue();
        try (PgCluster other = PgCluster.builder().version(PgVersion.V15).start()) {
            Result result =
                    check("", "postgres", other.primary(), cluster.primary(), cluster.replica(0));
            assertThat(result.isGood()).isFalse();
            assertThat(texts(result))
                    .hasSize(2)
                    .first()
                    .asString()
                    .matches(
                            "database \"app\": %s is of another cluster: its system identifier is \\d+ \\(expected: \\d+, as that of %s, %s\\)"
                                    .formatted(
                                            at(other.primary()),
                                            at(cluster.primary()),
                                            at(cluster.replica(0))));
        }
    }
}
