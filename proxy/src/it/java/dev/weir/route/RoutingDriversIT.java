package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What drivers say of transactions that only read, and how they choose a server by its role. */
final class RoutingDriversIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        routes = Routes.start(directory, 1);
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    // --- pgjdbc -------------------------------------------------------------------------------

    private static Connection jdbc(String database, Map<String, String> settings)
            throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("hostRecheckSeconds", "0"); // all databases are one host to it
        properties.putAll(settings);
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + routes.port() + "/" + database, properties);
    }

    private static boolean isOnReplica(Connection client) throws SQLException {
        try (Statement statement = client.createStatement();
                ResultSet row = statement.executeQuery("SELECT on_replica()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ignore, true, false",
        "ignore, false, false",
        "transaction, true, false",
        "transaction, false, true",
        "always, true, true",
        "always, false, true"
    })
    void pgjdbcReadsOnAReplicaWhereItSaysSo(String mode, boolean autocommit, boolean replica)
            throws SQLException {
        try (Connection client = jdbc("explicit", Map.of("readOnlyMode", mode))) {
            client.setAutoCommit(autocommit);
            client.setReadOnly(true);
            for (int i = 0; i < 10; i++) { // beyond prepareThreshold, too
                assertThat(isOnReplica(client)).as("read %d", i).isEqualTo(replica);
                if (!autocommit) {
                    client.commit();
                }
            }
            client.setReadOnly(false);
            assertThat(isOnReplica(client)).as("not read only any more").isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "explicit, any, true",
        "explicit, primary, true",
        "explicit, secondary, false",
        "explicit, preferSecondary, true",
        "replica, any, true",
        "replica, primary, false",
        "replica, secondary, true",
        "replica, preferSecondary, true"
    })
    void pgjdbcFindsTheServerByItsRole(String database, String type, boolean accepted)
            throws SQLException {
        Map<String, String> wanted = Map.of("targetServerType", type);
        if (!accepted) {
            assertThatThrownBy(() -> jdbc(database, wanted).close())
                    .hasMessageContaining("targetServerType");
            return;
        }
        try (Connection client = jdbc(database, wanted)) {
            assertThat(isOnReplica(client)).isEqualTo(database.equals("replica"));
        }
    }

    // --- libpq --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "explicit, any, true",
        "explicit, read-write, true",
        "explicit, read-only, false",
        "explicit, primary, true",
        "explicit, standby, false",
        "explicit, prefer-standby, true",
        "replica, any, true",
        "replica, read-write, false",
        "replica, read-only, true",
        "replica, primary, false",
        "replica, standby, true",
        "replica, prefer-standby, true"
    })
    void libpqFindsTheServerByItsRole(String database, String attributes, boolean accepted) {
        assumeTrue(Tools.find("psql").isPresent(), "psql is not installed");
        String target =
                "host=127.0.0.1 port=%d user=postgres dbname=%s target_session_attrs=%s"
                        .formatted(routes.port(), database, attributes);
        Tools.Result result =
                Tools.run(
                        LIMIT,
                        new ProcessBuilder(
                                Tools.find("psql").orElseThrow().toString(),
                                "-XAtc",
                                "SELECT on_replica()",
                                target));
        assertThat(result.exit() == 0).as(result.toString()).isEqualTo(accepted);
        if (accepted) {
            String expected = database.equals("replica") ? "t" : "f";
            assertThat(result.out().strip()).isEqualTo(expected);
        }
    }

    // --- other drivers ------------------------------------------------------------------------

    @Test
    void psycopgReadsOnAReplica(@TempDir Path folder) throws Exception {
        assumeTrue(runs(PYTHON.toString(), "-c", "import psycopg2"), "psycopg2 is not installed");
        assertReads(
                folder.resolve("reads.py"),
                """
                import psycopg2, sys
                c = psycopg2.connect(host="127.0.0.1", port=sys.argv[1], user="postgres", dbname="explicit")
                def read():
                    cursor = c.cursor()
                    cursor.execute("SELECT on_replica()")
                    return cursor.fetchone()[0]
                first = read(); c.commit()
                c.set_session(readonly=True)
                second = read(); c.commit()
                c.set_session(readonly=True, autocommit=True)
                third = read()
                print(first, second, third)
                """,
                PYTHON.toString(),
                "False True True");
    }

    @Test
    void nodeReadsOnAReplica(@TempDir Path folder) throws Exception {
        assumeTrue(runs("node", "-e", "require('pg')"), "node-pg is not installed");
        assertReads(
                folder.resolve("reads.js"),
                """
                const { Client } = require('pg');
                (async () => {
                  const c = new Client({host: '127.0.0.1', port: process.argv[2], user: 'postgres', database: 'explicit'});
                  await c.connect();
                  const read = async () => (await c.query('SELECT on_replica() AS r')).rows[0].r;
                  const first = await read();
                  await c.query('BEGIN READ ONLY');
                  const second = await read();
                  await c.query('COMMIT');
                  await c.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
                  const third = (await c.query('SELECT on_replica() AS r, $1::int', [1])).rows[0].r;
                  await c.query('COMMIT');
                  console.log(first, second, third);
                  await c.end();
                })();
                """,
                "node",
                "false true true");
    }

    private static void assertReads(Path file, String script, String program, String expected)
            throws Exception {
        Files.writeString(file, script);
        var builder = builder(List.of(program, file.toString(), String.valueOf(routes.port())));
        assertThat(Tools.run(LIMIT, builder).orThrow().out().strip()).isEqualTo(expected);
    }

    private static boolean runs(String... command) {
        try {
            return Tools.run(LIMIT, builder(List.of(command))).exit() == 0;
        } catch (RuntimeException missing) {
            return false;
        }
    }

    private static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().putIfAbsent("NODE_PATH", "/usr/share/nodejs");
        return builder;
    }
}
