package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What clients are told at their login is what their server would tell them now. */
final class GreetingIT {
    /** Drivers that want the primary look at in_hot_standby, and leave without a query. */
    @Test
    void aStandbyThatIsPromotedIsFoundByThoseWhoWantThePrimary() throws SQLException {
        try (PgCluster cluster = PgCluster.builder().replicas(1).start();
                Rig rig = Rig.before(cluster.replica(0))) {
            assertThat(told(rig, "in_hot_standby")).isEqualTo("on");
            cluster.replica(0).promote();
            await("somebody asks").until(() -> "off".equals(told(rig, "in_hot_standby")));
            String url = "jdbc:postgresql://127.0.0.1:" + rig.port() + "/" + Rig.DATABASE;
            try (Connection found =
                    DriverManager.getConnection(
                            url + "?targetServerType=primary", Rig.USER, PgNode.PASSWORD)) {
                assertThat(found.isReadOnly()).isFalse();
            }
        }
    }

    /** A default that was changed meanwhile stands for what an upgrade changes. */
    @Test
    void aServerThatWasStartedAnewIsAskedAnew() {
        try (PgCluster cluster = PgCluster.start();
                Rig rig = Rig.before(cluster.primary(), "server_login_retry = 0.2")) {
            PgNode node = cluster.primary();
            node.setting("intervalstyle", "iso_8601");
            node.restart();
            assertThat(told(rig, "IntervalStyle")).isEqualTo("iso_8601");
            node.setting("intervalstyle", "sql_standard");
            node.restart();
            await("the new one").ignoreExceptions().until(() -> "sql_standard".equals(told(rig)));
        }
    }

    @Test
    void aNewConnectionThatIsToldSomethingElseIsBelieved() {
        try (PgCluster cluster = PgCluster.start();
                Rig rig = Rig.before(cluster.primary(), "default_pool_size = 2");
                WireClient first = rig.client();
                WireClient second = rig.client()) {
            assertThat(told(rig)).isEqualTo("postgres");
            first.query("begin");
            cluster.primary().setting("intervalstyle", "iso_8601");
            await("the reload").until(() -> isoIn(cluster.primary()));
            second.query("select 1");
            assertThat(told(rig)).isEqualTo("iso_8601");
        }
    }

    private static boolean isoIn(PgNode node) {
        return node.queryText("SHOW intervalstyle").equals("iso_8601");
    }

    private static @Nullable String told(Rig rig) {
        return told(rig, "IntervalStyle");
    }

    /** What a client with a name of its own is told at its login. */
    private static @Nullable String told(Rig rig, String parameter) {
        Map<String, String> startup =
                Map.of("user", Rig.USER, "database", Rig.DATABASE, "application_name", "me");
        try (WireClient client = rig.client(startup)) {
            assertThat(client.parameters()).containsEntry("application_name", "me");
            return client.parameters().get(parameter);
        }
    }
}
