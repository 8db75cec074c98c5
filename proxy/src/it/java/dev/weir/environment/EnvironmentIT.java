package dev.weir.environment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigSource;
import dev.weir.pgkit.PgNode;
import dev.weir.support.Rig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weir as a container runs it: a URI, and no file. */
@NullMarked
final class EnvironmentIT {
    @TempDir private Path directory;

    @Test
    void aUriIsEnoughForAnApplicationThatChangesTheHostAlone() throws Exception {
        PgNode node = Rig.postgres();
        String role = "from_the_environment";
        node.execute("drop role if exists " + role);
        node.execute("create role " + role + " login password 'p@ss w/rd%'");
        Path secret =
                Files.writeString(
                        directory.resolve("url"),
                        "postgres://"
                                + role
                                + ":p%40ss%20w%2Frd%25@"
                                + node.host()
                                + ":"
                                + node.port()
                                + "/postgres?options=-c%20search_path%3Dmine&application_name=from+the+url\n");
        var environment =
                new Environment(
                        Map.of(
                                "DATABASE_URL_FILE",
                                secret.toString(),
                                "WEIR_LISTEN_PORT",
                                "0",
                                "WEIR_LISTEN_ADDR",
                                "127.0.0.1",
                                "WEIR_ADMIN_USERS",
                                role),
                        true,
                        _ -> false);
        try (Weir weir = Weir.start(Config.load(new ConfigSource(null, environment)))) {
            String url = "jdbc:postgresql://127.0.0.1:" + weir.port() + "/";
            assertThat(one(url + "postgres", role, "show search_path")).isEqualTo("mine");
            assertThat(one(url + "postgres", role, "select current_user")).isEqualTo(role);
            String console = url + "pgbouncer?preferQueryMode=simple&assumeMinServerVersion=9";
            assertThat(one(console, role, "SHOW SETTINGS", "key", "listen_port", "source"))
                    .isEqualTo("environment variable WEIR_LISTEN_PORT");
        } finally {
            node.execute("drop role " + role);
        }
    }

    private static String one(String url, String user, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(url, user, "p@ss w/rd%");
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static String one(
            String url, String user, String sql, String column, String value, String wanted)
            throws Exception {
        try (Connection connection = DriverManager.getConnection(url, user, "p@ss w/rd%");
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            while (rows.next()) {
                if (value.equals(rows.getString(column))) {
                    return rows.getString(wanted);
                }
            }
            throw new AssertionError(value);
        }
    }
}
