package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas and their primary, as Weir sees them while they misbehave. */
@NullMarked
final class ClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir private static @Nullable Path directory;
    private static @Nullable PgCluster cluster;
    private static @Nullable WeirFile weir;

    @BeforeAll
    static void start() {
        cluster = PgCluster.builder().replicas(2).start();
        cluster.primary().execute("CREATE TABLE t (n int)");
        weir = WeirFile.start(directory(), databases(), settings());
        awaitAllUp();
    }

    private static String databases() {
        String nodes =
                String.join(
                        ",",
                        cluster().nodes().stream().map(n -> n.host() + ":" + n.port()).toList());
        return "app = nodes="
                + nodes
                + " dbname=postgres\nreaders = nodes="
                + nodes
                + " dbname=postgres route=replica";
    }

    private static String[] settings() {
        return new String[] {"monitor_user = postgres", "default_pool_size = 4"};
    }

    @AfterAll
    static void stop() {
        weir().close();
        cluster().close();
    }

    private static Path directory() {
        return java.util.Objects.requireNonNull(directory);
    }

    private static PgCluster cluster() {
        return java.util.Objects.requireNonNull(cluster);
    }

    private static WeirFile weir() {
        return java.util.Objects.requireNonNull(weir);
    }

    // --- what it looks like -------------------------------------------------------------------

    private static Connection connect(String database, String user) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", user);
        if (database.equals("pgbouncer")) {
            properties.setProperty("preferQueryMode", "simple");
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + weir().port() + "/" + database, properties);
    }

    /** The rows of SHOW NODES of the database app, by node. */
    private static Map<String, Map<String, @Nullable String>> nodes() throws SQLException {
        var rows = new HashMap<String, Map<String, @Nullable String>>();
        try (Connection console = connect("pgbouncer", WeirFile.ADMIN);
                Statement statement = console.createStatement();
                ResultSet row = statement.executeQuery("SHOW NODES")) {
            while (row.next()) {
                if (row.getString("database").equals("app")) {
                    var cells = new HashMap<String, @Nullable String>();
                    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        cells.put(row.getMetaData().getColumnName(i), row.getString(i));
                    }
                    rows.put(row.getString("node"), cells);
                }
            }
        }
        return rows;
    }

    private static Map<String, @Nullable String> seen(PgNode node) throws SQLException {
        return nodes().getOrDefault(node.host() + ":" + node.port(), Map.of());
    }

    private static void awaitThat(Callable<Boolean> condition) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    private static void awaitAllUp() {
        awaitThat(() -> nodes().values().stream().allMatch(row -> "up".equals(row.get("state"))));
    }

    private static void awaitState(PgNode node, String state) {
        awaitThat(() -> state.equals(seen(node).get("state")));
    }

    // --- the tests ----------------------------------------------------------------------------

    @Test
    void findsOutWhoIsWhat() throws SQLException {
        awaitAllUp();

        assertThat(seen(cluster().primary())).containsEntry("role", "primary");
        for (PgNode replica : cluster().replicas()) {
            assertThat(seen(replica)).containsEntry("role", "replica").containsEntry("why", null);
        }
    }

    @Test
    void sendsWhatSaysNothingToThePrimary() throws SQLException {
        try (Connection client = connect("app", "postgres");
                Statement statement = client.createStatement()) {
            statement.execute("INSERT INTO t VALUES (1)");
            assertThat(port(statement)).isEqualTo(cluster().primary().port());
        }
    }

    private static int port(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT current_setting('port')::int")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void tellsClientsWhatTheirDatabaseIs() throws SQLException {
        try (Connection app = connect("app", "postgres");
                Connection readers = connect("readers", "postgres")) {
            assertThat(standby(app)).isEqualTo("off");
            assertThat(standby(readers)).isEqualTo("on");
        }
    }

    private static @Nullable String standby(Connection client) throws SQLException {
        return client.unwrap(org.postgresql.PGConnection.class)
                .getParameterStatus("in_hot_standby");
    }

    @Test
    void readsNoReplicaThatDoesNotReplay() {
        PgNode replica = cluster().replica(0);
        replica.pauseReplay();
        cluster().primary().execute("INSERT INTO t VALUES (2)");
        try {
            awaitThat(() -> {
                Map<String, @Nullable String> row = seen(replica);
                String why = row.get("why");
                return why != null && why.startsWith("its replay is paused; behind by ");
            });
            awaitThat(() -> "up".equals(seen(cluster().replica(1)).get("state")));
        } finally {
            replica.resumeReplay();
        }
        awaitState(replica, "up");
    }

    @Test
    void seesAFrozenReplicaByTheAgeOfItsLastAnswer() {
        PgNode replica = cluster().replica(1);
        replica.pause();
        try {
            awaitThat(() -> seen(replica).get("why") != null);
        } finally {
            replica.resume();
        }
        awaitState(replica, "up");
    }

    @Test
    void seesAKilledReplicaAndItsReturn() {
        PgNode replica = cluster().replica(1);
        replica.kill();
        awaitState(replica, "down");

        replica.start();
        awaitState(replica, "up");
    }
}
