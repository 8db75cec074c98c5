package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What others wrote for PgBouncer, as far as it is queries: their texts, in their protocol, and the
 * columns that they read.
 */
@NullMarked
final class MonitoringIT {
    @TempDir private Path directory;

    private WeirFile weir() {
        return WeirFile.start(
                directory,
                "app = host=127.0.0.1 port=%d dbname=postgres password=postgres"
                        .formatted(SharedPostgres.node().port()));
    }

    private static Connection jdbc(WeirFile weir, String queryMode) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "looker");
        properties.setProperty("preferQueryMode", queryMode);
        properties.setProperty("assumeMinServerVersion", "9.0");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + weir.port() + "/pgbouncer", properties);
    }

    /** prometheus-community/pgbouncer_exporter, and the Datadog agent's integration. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SHOW STATS|database avg_recv avg_sent total_received",
                "SHOW STATS_TOTALS;|database query_count query_time bytes_received bytes_sent"
                        + " wait_time xact_count xact_time client_parse_count server_parse_count"
                        + " bind_count",
                "SHOW POOLS;|database user cl_active cl_active_cancel_req cl_waiting"
                        + " cl_waiting_cancel_req sv_active sv_active_cancel sv_being_canceled"
                        + " sv_idle sv_used sv_tested sv_login maxwait maxwait_us pool_mode",
                "SHOW DATABASES;|name host port database force_user pool_size pool_mode"
                        + " max_connections current_connections paused disabled",
                "SHOW LISTS;|list items",
                "SHOW CONFIG;|key value default changeable",
                "SHOW CLIENTS|database user state application_name connect_time request_time wait"
                        + " wait_us addr",
                "SHOW SERVERS|database user state application_name connect_time request_time addr",
                "SHOW VERSION|version"
            })
    void answersTheQueriesOfExporters(String query, String columns) throws SQLException {
        try (WeirFile weir = weir();
                WireClient client = weir.client(PgNode.USER, "app")) {
            client.query("SELECT 1");
            for (String mode : new String[] {"simple", "extended"}) {
                try (Connection connection = jdbc(weir, mode);
                        Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery(query)) {
                    assertThat(rows.next()).isTrue();
                    for (String column : columns.split(" ", -1)) {
                        rows.getString(column); // fails if there is none
                    }
                }
            }
        }
    }

    /** The exporter turns these into numbers. */
    @Test
    void countsInNumbers() throws SQLException {
        Set<String> lists = new HashSet<>();
        try (WeirFile weir = weir();
                Connection connection = jdbc(weir, "simple");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW LISTS;")) {
            while (rows.next()) {
                lists.add(rows.getString(1));
                assertThat(Double.parseDouble(rows.getString(2))).isNotNegative();
            }
        }
        assertThat(lists)
                .contains(
                        "databases",
                        "users",
                        "pools",
                        "free_clients",
                        "used_clients",
                        "login_clients",
                        "free_servers",
                        "used_servers",
                        "dns_names",
                        "dns_zones",
                        "dns_queries");
    }

    /** As a browser of databases opens a connection, and looks around. */
    @Test
    void letsABrowserOfDatabasesLookAround() throws SQLException {
        try (WeirFile weir = weir();
                Connection connection = jdbc(weir, "extended")) {
            assertThat(connection.isValid(5)).isTrue();
            assertThat(connection.getMetaData().getDatabaseProductVersion())
                    .isEqualTo("1.25.2/bouncer");
            connection.setReadOnly(true);
            try (ResultSet tables = connection.getMetaData().getTables(null, null, "%", null)) {
                assertThat(tables.next()).isFalse();
            }
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SHOW POOLS")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }
}
