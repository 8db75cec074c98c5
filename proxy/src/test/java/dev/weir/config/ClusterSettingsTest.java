package dev.weir.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What an entry with {@code nodes} means. */
@NullMarked
final class ClusterSettingsTest {
    @Test
    void readsNodesWithPortsAndWeights() throws ConfigException {
        Database app = app("", "app = nodes=a,b:5433*2,[::1]:6*1000 port=7 monitor_user=m");

        assertThat(requireNonNull(app.cluster()).nodes())
                .containsExactly(
                        new ClusterNode(new ServerAddress("a", 7), 1),
                        new ClusterNode(new ServerAddress("b", 5433), 2),
                        new ClusterNode(new ServerAddress("::1", 6), 1000));
        assertThat(app.hosts()).isEqualTo(requireNonNull(app.cluster()).addresses());
    }

    @Test
    void takesWhatTheEntryDoesNotSayFromTheGlobalSettings() throws ConfigException {
        Config config =
                config(
                        "auth_user=asker\nmax_replica_lag=2\ncausal_reads=user\ncausal_wait=5ms\n",
                        "app = nodes=a,b dbname=x route=auto causal_reads=off"
                                + " no_replica=least_lag");
        ClusterSettings cluster = requireNonNull(requireNonNull(config.database("app")).cluster());

        assertThat(cluster.monitorUser()).isEqualTo("asker");
        assertThat(cluster.monitorDbname()).isEqualTo("x");
        assertThat(cluster.maxReplicaLag()).isEqualTo(Duration.ofSeconds(2));
        assertThat(cluster.lagCheckInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.poolSettings(requireNonNull(config.database("app")), "bob").routing())
                .isEqualTo(
                        new Routing(
                                Route.AUTO,
                                CausalReads.OFF,
                                Duration.ofMillis(5),
                                true,
                                NoReplica.LEAST_LAG));
    }

    @Test
    void routesNothingWithoutNodes() throws ConfigException {
        Config config = config("", "app = host=a");
        Database app = requireNonNull(config.database("app"));

        assertThat(app.cluster()).isNull();
        assertThat(config.poolSettings(app, "bob").routing()).isEqualTo(Routing.NONE);
        assertThat(app.hosts()).isEqualTo(List.of(new ServerAddress("a", 5432)));
    }

    private static Database app(String globals, String line) throws ConfigException {
        return requireNonNull(config(globals, line).database("app"));
    }

    private static Config config(String globals, String line) throws ConfigException {
        return Config.parse(
                "weir.ini",
                "[pgbouncer]\nlisten_addr=127.0.0.1\n" + globals + "[databases]\n" + line + "\n");
    }
}
