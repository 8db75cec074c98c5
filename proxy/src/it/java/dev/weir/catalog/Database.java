package dev.weir.catalog;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Databases on each version of PostgreSQL that is there, and what a session shows of itself. */
final class Database implements AutoCloseable {
    /** A role that may log in and nothing else. */
    static final String ROLE = "app";

    private final Map<PgVersion, PgCluster> clusters = new EnumMap<>(PgVersion.class);

    static Stream<PgVersion> versions() {
        return Stream.of(PgVersion.values()).filter(PgVersion::available);
    }

    /** Makes a database, by one statement after another. */
    void create(PgVersion version, String name, List<String> statements) throws SQLException {
        PgNode node = node(version);
        node.execute("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
        try (Connection connection = owner(version, name)) {
            for (String statement : statements) {
                Catalogs.run(connection, statement);
            }
        }
    }

    private PgNode node(PgVersion version) {
        return clusters.computeIfAbsent(version, _ -> start(version)).primary();
    }

    private static PgCluster start(PgVersion version) {
        PgCluster cluster = PgCluster.builder().version(version).start();
        cluster.primary().execute("CREATE ROLE " + ROLE + " LOGIN");
        return cluster;
    }

    Connection owner(PgVersion version, String name) throws SQLException {
        return node(version).connect(PgNode.USER, PgNode.PASSWORD, name);
    }

    Connection connect(PgVersion version, String name) throws SQLException {
        return node(version).connect(ROLE, "", name);
    }

    Closure closure(PgVersion version, String name) throws SQLException {
        try (Connection connection = connect(version, name)) {
            return Catalogs.read(connection);
        }
    }

    /** What a session shows of itself, but for what makes it differ from itself. */
    static String state(Connection connection) throws SQLException {
        String state =
                Catalogs.value(
                        connection,
                        """
                        SELECT concat_ws(' ', 'leak.x=' || current_setting('leak.x', true),
                            (SELECT string_agg(name || '=' || setting, ' ' ORDER BY name)
                             FROM pg_settings WHERE source = 'session'),
                            (SELECT count(*) FROM pg_locks
                             WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
                            (SELECT string_agg(c, ' ') FROM pg_listening_channels() c),
                            (SELECT count(*) FROM pg_class
                             WHERE relnamespace = pg_my_temp_schema()),
                            (SELECT count(*) FROM pg_cursors),
                            (SELECT string_agg(name, ' ') FROM pg_prepared_statements
                             WHERE from_sql))
                        """);
        try {
            return state + " lastval=" + Catalogs.value(connection, "SELECT lastval()");
        } catch (SQLException undefined) {
            return state;
        }
    }

    @Override
    public void close() {
        clusters.values().forEach(PgCluster::close);
    }
}
