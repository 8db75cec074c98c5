package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of the settings of user, database and file holds. */
@NullMarked
final class PoolSettingsTest {
    private static final String FILE =
            """
            [pgbouncer]
            listen_addr = *
            default_pool_size = 10
            reserve_pool_size = 1
            query_wait_timeout = 1
            server_lifetime = 1
            query_timeout = 1
            max_user_connections = 1
            max_user_client_connections = 1
            max_db_connections = 1
            [databases]
            plain = host=h
            own = host=h pool_size=20 reserve_pool=2 query_wait_timeout=2 server_lifetime=2 \
            max_db_connections=2 pool_mode=transaction max_pinned=4 connect_query=x \
            load_balance_hosts=disable
            forced = host=h user=carol
            [users]
            bob = pool_size=30 reserve_pool_size=3 query_wait_timeout=3 query_timeout=3 \
            max_user_connections=3 max_user_client_connections=3 pool_mode=statement
            carol = pool_size=40 max_user_connections=4 max_user_client_connections=4
            """
                    .replace("\\\n", "");

    @Test
    void fallsBackToTheGlobalSettings() throws ConfigException {
        PoolSettings pool = pool("plain", "eve");
        assertThat(pool.poolSize()).isEqualTo(10);
        assertThat(pool.reservePoolSize()).isEqualTo(1);
        assertThat(pool.mode()).isEqualTo(PoolMode.SESSION);
        assertThat(pool.queryTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(pool.maxUserConnections()).isEqualTo(1);
        assertThat(pool.connectQuery()).isNull();
        assertThat(pool.loadBalanceHosts()).isEqualTo(LoadBalanceHosts.ROUND_ROBIN);
        assertThat(pool.maxPinned()).isEqualTo(9);
        assertThat(pool.serverCheckQuery()).isEqualTo("<empty>");
    }

    @Test
    void letsTheDatabaseOverrideTheGlobalSettings() throws ConfigException {
        PoolSettings pool = pool("own", "eve");
        assertThat(pool.poolSize()).isEqualTo(20);
        assertThat(pool.reservePoolSize()).isEqualTo(2);
        assertThat(pool.mode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(pool.queryWaitTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(pool.serverLifetime()).isEqualTo(Duration.ofSeconds(2));
        assertThat(pool.maxDbConnections()).isEqualTo(2);
        assertThat(pool.maxPinned()).isEqualTo(4);
        assertThat(pool.connectQuery()).isEqualTo("x");
        assertThat(pool.loadBalanceHosts()).isEqualTo(LoadBalanceHosts.DISABLE);
    }

    @Test
    void letsTheUserOverrideTheDatabase() throws ConfigException {
        PoolSettings pool = pool("own", "bob");
        assertThat(pool.poolSize()).isEqualTo(30);
        assertThat(pool.reservePoolSize()).isEqualTo(3);
        assertThat(pool.mode()).isEqualTo(PoolMode.STATEMENT);
        assertThat(pool.queryWaitTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(pool.queryTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(pool.maxUserConnections()).isEqualTo(3);
        assertThat(pool.maxDbConnections()).isEqualTo(2);
    }

    @Test
    void takesTheForcedUserBeforeTheClients() throws ConfigException {
        PoolSettings pool = pool("forced", "bob");
        assertThat(pool.poolSize()).isEqualTo(40);
        assertThat(pool.mode()).isEqualTo(PoolMode.SESSION);
        assertThat(pool.maxUserConnections()).isEqualTo(4);
        // The clients are counted by who logged in.
        assertThat(pool.maxUserClientConnections()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"0, -1, 2147483647", "1, -1, 0", "5, -1, 4", "5, 0, 0", "5, 9, 9"})
    void resolvesTheNumberOfPinnedClients(int poolSize, int maxPinned, int expected)
            throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        "[pgbouncer]\nmax_pinned = %d\n[databases]\na = host=h pool_size=%d\n"
                                .formatted(maxPinned, poolSize));
        Database database = Objects.requireNonNull(config.database("a"));
        assertThat(config.poolSettings(database, "u").maxPinned()).isEqualTo(expected);
    }

    private static PoolSettings pool(String database, String user) throws ConfigException {
        Config config = Config.parse("weir.ini", FILE);
        return config.poolSettings(Objects.requireNonNull(config.database(database)), user);
    }
}
