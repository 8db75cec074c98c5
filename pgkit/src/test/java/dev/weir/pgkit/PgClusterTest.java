package dev.weir.pgkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PgClusterTest {
    @Test
    void replicatesARowToEveryReplica() {
        try (PgCluster cluster = PgCluster.builder().replicas(2).start()) {
            cluster.primary().execute("CREATE TABLE t (a int); INSERT INTO t VALUES (42)");
            cluster.awaitReplicas();
            for (PgNode replica : cluster.replicas()) {
                assertThat(replica.isInRecovery()).isTrue();
                assertThat(replica.queryText("SELECT a FROM t")).isEqualTo("42");
            }
            assertThatThrownBy(() -> cluster.replica(0).execute("INSERT INTO t VALUES (43)"))
                    .isInstanceOfSatisfying(
                            ServerError.class, e -> assertThat(e.sqlState()).isEqualTo("25006"));
        }
    }

    @Test
    void takesUpAgainWhatItKept() throws IOException {
        // Not a @TempDir, because PostgreSQL's user could not enter it.
        Path above = Files.createTempDirectory("pgkit-kept-");
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path directory = above.resolve("cluster");
        try {
            try (PgCluster cluster = PgCluster.builder().keptIn(directory).start()) {
                cluster.primary().execute("CREATE TABLE t (a int); INSERT INTO t VALUES (42)");
                assertThatThrownBy(() -> PgCluster.builder().keptIn(directory).start())
                        .hasMessageContaining("is in use by PostgreSQL, pid");
            }
            try (PgCluster cluster = PgCluster.builder().replicas(1).keptIn(directory).start()) {
                assertThat(cluster.replica(0).queryText("SELECT a FROM t")).isEqualTo("42");
            }
        } finally {
            Cache.delete(above);
        }
    }

    @Test
    void aReplicaTakesOverFromAKilledPrimary() {
        try (PgCluster cluster = PgCluster.builder().replicas(2).start()) {
            cluster.primary().execute("CREATE TABLE t (a int)");
            cluster.awaitReplicas();
            cluster.primary().kill();
            assertThat(cluster.primary().isRunning()).isFalse();

            PgNode successor = cluster.replica(0);
            successor.promote();
            cluster.replica(1).follow(successor);
            successor.execute("INSERT INTO t VALUES (1)");

            assertThat(successor.isInRecovery()).isFalse();
            awaitText(cluster.replica(1), "SELECT count(*) FROM t", "1");
        }
    }

    @Test
    void aPrimaryThatWasStoppedBecomesAReplica() {
        try (PgCluster cluster = PgCluster.builder().replicas(1).start()) {
            cluster.primary().stop(StopMode.FAST);
            cluster.replica(0).promote();
            cluster.replica(0).execute("CREATE TABLE t (a int)");
            cluster.primary().follow(cluster.replica(0));
            cluster.primary().start();
            awaitText(cluster.primary(), "SELECT to_regclass('t') IS NOT NULL", "t");
        }
    }

    @Test
    void whatIsCommittedSurvivesKillAndRestart() {
        try (PgCluster cluster = PgCluster.start()) {
            PgNode primary = cluster.primary();
            int port = primary.port();
            primary.execute("CREATE TABLE t AS SELECT 1 AS a");
            long killed = primary.pid();
            primary.kill();
            assertThatThrownBy(() -> primary.execute("SELECT 1"))
                    .isInstanceOf(UncheckedIOException.class);
            primary.start();
            assertThat(primary.queryText("SELECT a FROM t")).isEqualTo("1");
            primary.restart();
            assertThat(primary.queryText("SELECT a FROM t")).isEqualTo("1");
            assertThat(primary.port()).isEqualTo(port);
            assertThat(primary.pid()).isNotEqualTo(killed);
        }
    }

    @Test
    void aPausedServerAcceptsButAnswersOnlyAfterResume() {
        try (PgCluster cluster = PgCluster.start();
                WireClient client = cluster.primary().wire()) {
            client.login(PgNode.USER, "postgres");
            cluster.primary().pause();
            client.send(Wire.query("SELECT 1"));
            assertThat(client.tryRead(Duration.ofMillis(200))).isNull();
            try (WireClient another = cluster.primary().wire()) {
                assertThat(another.tryRead(Duration.ofMillis(50))).isNull();
            }
            cluster.primary().resume();
            assertThat(client.summaries()).contains("D 1", "Z I");
        }
    }

    @Test
    void aReplicaWhoseReplayIsPausedKeepsTheOldData() {
        try (PgCluster cluster = PgCluster.builder().replicas(1).start()) {
            PgNode replica = cluster.replica(0);
            cluster.primary().execute("CREATE TABLE t AS SELECT 1 AS a");
            cluster.awaitReplicas();
            replica.pauseReplay();
            cluster.primary().execute("UPDATE t SET a = 2");
            String written = cluster.primary().queryText("SELECT pg_current_wal_lsn()");
            awaitText(
                    replica, "SELECT pg_last_wal_receive_lsn() >= '" + written + "'::pg_lsn", "t");
            assertThat(replica.queryText("SELECT a FROM t")).isEqualTo("1");
            replica.resumeReplay();
            cluster.awaitReplicas();
            assertThat(replica.queryText("SELECT a FROM t")).isEqualTo("2");
        }
    }

    @Test
    void settingsAndAccessRulesReplaceTheDefaults() throws SQLException {
        try (PgCluster cluster =
                PgCluster.builder()
                        .setting("max_connections", "17")
                        .hba("host all all 127.0.0.1/32 scram-sha-256")
                        .start()) {
            PgNode primary = cluster.primary();
            assertThat(primary.queryText("SHOW max_connections")).isEqualTo("17");
            assertThatThrownBy(() -> primary.connect("postgres", "wrong", "postgres"))
                    .isInstanceOf(SQLException.class);
            try (Connection connection = primary.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT 7")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(7);
            }
        }
    }

    @Test
    void leavesNothingBehind() {
        PgCluster cluster = PgCluster.builder().replicas(1).start();
        Path home = cluster.primary().dataDirectory().resolveSibling("");
        long pid = cluster.primary().pid();
        cluster.replica(0).kill();
        cluster.primary().pause();
        cluster.close();
        cluster.close();
        assertThat(home).doesNotExist();
        assertThat(cluster.socketDirectory()).doesNotExist();
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    void saysWhyAServerDidNotStart(@TempDir Path open) throws IOException {
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path home = open.resolve("cluster");
        PgClusterBuilder builder = PgCluster.builder().directory(home).setting("nonsense", "1");
        assertThatThrownBy(builder::start)
                .hasMessageContaining("unrecognized configuration parameter \"nonsense\"");
        assertThat(home).doesNotExist();
    }

    @Test
    void saysWhichDirectoryPostgresCannotEnter(@TempDir Path closed) {
        assumeTrue(!Account.choose().isOurs());
        PgClusterBuilder builder = PgCluster.builder().directory(closed.resolve("cluster"));
        assertThatThrownBy(builder::start).hasMessageContaining("cannot enter " + closed);
    }

    @Test
    void runsTheInstalledVersion15() {
        assumeTrue(PgVersion.V15.available());
        try (PgCluster cluster = PgCluster.builder().version(PgVersion.V15).replicas(1).start()) {
            assertThat(cluster.replica(0).queryText("SHOW server_version")).startsWith("15.");
        }
    }

    private static void awaitText(PgNode node, String sql, String expected) {
        Await.until(
                node + " to answer " + expected + " to " + sql,
                Duration.ofSeconds(20),
                () -> {
                    try {
                        return node.queryText(sql).equals(expected);
                    } catch (ServerError notYet) {
                        return false;
                    }
                });
    }
}
