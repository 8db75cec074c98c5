package dev.weir.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Workflows that need no other language: pgjdbc with HikariCP, and what PostgREST and Npgsql send.
 */
final class WorkflowsIT {
    private static final int ROUNDS = 6;
    private static final String SHOWN =
            "select nullif(current_setting('app.tenant', true), ''), $1::int";

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 2");

    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    /** What one of two clients does, and sees line by line. */
    private interface Workflow {
        void perform(int port, char who, List<String> seen) throws SQLException;
    }

    /** Those of the last run are gone. */
    private static void makeObjects() {
        two.execute(
                """
                drop schema if exists workflow cascade;
                create schema workflow;
                create table workflow.row (tenant text not null, v text);
                alter table workflow.row enable row level security;
                create policy own on workflow.row using (tenant = current_setting('request.jwt.claims', true)::json->>'sub');
                do $$ begin create role workflow_anon; exception when duplicate_object then end $$;
                grant usage on schema workflow to workflow_anon;
                grant select, insert on workflow.row to workflow_anon;
                insert into workflow.row values ('a', 'of a'), ('b', 'of b'), ('c', 'of c')
                """);
    }

    private static void compare(Workflow workflow) {
        makeObjects();
        List<String> direct = both(workflow, two.node().port());
        assertThat(direct).noneMatch(line -> line.contains("Exception")).hasSizeGreaterThan(20);
        for (Rig weir : List.of(two, one)) {
            makeObjects();
            List<String> through = both(workflow, weir.port());
            for (int i = 0; i < through.size() && i < direct.size(); i++) {
                int at = i;
                assertThat(through.get(i))
                        .as(() -> "line %d, behind %s".formatted(at, through.subList(0, at)))
                        .isEqualTo(direct.get(i));
            }
            assertThat(through).hasSameSizeAs(direct);
        }
    }

    private static List<String> both(Workflow workflow, int port) {
        List<CompletableFuture<List<String>>> clients =
                Stream.of('a', 'b')
                        .map(who -> CompletableFuture.supplyAsync(() -> alone(workflow, port, who)))
                        .toList();
        return clients.stream().flatMap(client -> client.join().stream()).toList();
    }

    private static List<String> alone(Workflow workflow, int port, char who) {
        var seen = new ArrayList<String>();
        try {
            workflow.perform(port, who, seen);
        } catch (SQLException e) {
            seen.add(e.toString());
        }
        return seen.stream().map(line -> who + " " + line).toList();
    }

    // --- pgjdbc with HikariCP ------------------------------------------------------------------

    @Test
    void hikariCp() {
        compare(WorkflowsIT::hikari);
    }

    private static void hikari(int port, char who, List<String> seen) throws SQLException {
        var config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + port + "/postgres");
        config.setDriverClassName("org.postgresql.Driver");
        config.setUsername(PgNode.USER);
        config.setPassword(PgNode.PASSWORD);
        config.setMaximumPoolSize(2);
        config.setSchema("workflow");
        config.setConnectionInitSql("select set_config('app.tenant', '" + who + "', false)");
        config.setAutoCommit(who == 'a');
        // Else a connection that is opened ahead of its use idles in the transaction of the above.
        config.setIsolateInternalQueries(true);
        config.addDataSourceProperty("prepareThreshold", "2");
        config.addDataSourceProperty("ApplicationName", "app " + who);
        try (var pool = new HikariDataSource(config)) {
            String table = "hikari_" + who;
            in(
                    pool,
                    c -> {
                        run(
                                c,
                                "create table " + table + " (id serial primary key, v text unique)",
                                seen);
                        commit(c);
                    });
            for (int round = 0; round < ROUNDS; round++) {
                int number = round;
                in(
                        pool,
                        c -> {
                            insert(c, table, who + " " + number, seen);
                            ask(c, "select count(*), max(v) from " + table + " where id > ?", seen);
                            run(c, "select current_setting('app.tenant'), current_schema()", seen);
                            commit(c);
                        });
            }
            in(
                    pool,
                    c -> {
                        c.setAutoCommit(false);
                        c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                        c.setReadOnly(who == 'b');
                        run(c, "select current_setting('transaction_isolation')", seen);
                        run(c, "select current_setting('transaction_read_only')", seen);
                        run(c, "insert into " + table + " (v) values ('read only?')", seen);
                        c.rollback();
                        run(c, "set app.tenant = 'changed'", seen);
                        c.commit();
                        run(c, "select current_setting('app.tenant')", seen);
                        c.rollback();
                        run(c, "set app.tenant = '" + who + "'", seen);
                        c.commit();
                    }); // the pool takes back what it knows of
            in(
                    pool,
                    c -> {
                        run(c, "select current_setting('transaction_isolation')", seen);
                        run(c, "select current_setting('transaction_read_only')", seen);
                        c.setSchema("pg_catalog");
                        run(c, "select current_schema(), current_setting('app.tenant')", seen);
                        commit(c);
                    });
            in(
                    pool,
                    c -> {
                        run(
                                c,
                                "select current_schema(), current_setting('application_name')",
                                seen);
                        for (int i = 0; i < 4; i++) {
                            ask(c, "select * from " + table + " where id = ?", seen);
                            commit(c);
                        }
                        run(c, "alter table " + table + " add column more int default 7", seen);
                        commit(c);
                        for (int i = 0; i < 4; i++) {
                            ask(c, "select * from " + table + " where id = ?", seen);
                            end(c);
                        }
                        run(c, "select no_such_column", seen);
                        end(c);
                        run(c, "create temp table t as select 'mine' as v", seen);
                        commit(c);
                        run(c, "select v from t", seen);
                        run(c, "drop table t", seen);
                        run(c, "drop table " + table, seen);
                        commit(c);
                    });
        }
    }

    private interface Use {
        void of(Connection connection) throws SQLException;
    }

    private static void in(HikariDataSource pool, Use use) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            use.of(connection);
        }
    }

    private static void commit(Connection c) throws SQLException {
        if (!c.getAutoCommit()) {
            c.commit();
        }
    }

    private static void end(Connection c) throws SQLException {
        if (!c.getAutoCommit()) {
            c.rollback();
        }
    }

    private static void run(Connection c, String sql, List<String> seen) throws SQLException {
        try (Statement statement = c.createStatement()) {
            seen.add(
                    statement.execute(sql)
                            ? sql + " " + rows(statement.getResultSet())
                            : sql + " " + statement.getUpdateCount());
        } catch (SQLException e) {
            seen.add(sql + " " + e.getSQLState() + " " + e.getMessage());
        }
    }

    /** Has one parameter, which is 1. */
    private static void ask(Connection c, String sql, List<String> seen) {
        try (PreparedStatement statement = c.prepareStatement(sql)) {
            statement.setInt(1, 1);
            seen.add(sql + " " + rows(statement.executeQuery()));
        } catch (SQLException e) {
            seen.add(sql + " " + e.getSQLState() + " " + e.getMessage());
        }
    }

    private static void insert(Connection c, String table, String value, List<String> seen)
            throws SQLException {
        try (PreparedStatement insert =
                c.prepareStatement(
                        "insert into " + table + " (v) values (?)",
                        Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 5; i++) {
                insert.setString(1, value + "/" + i);
                insert.addBatch();
            }
            seen.add(insert.executeBatch().length + " " + rows(insert.getGeneratedKeys()));
        }
    }

    private static List<String> rows(ResultSet rows) throws SQLException {
        var all = new ArrayList<String>();
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            var row = new StringBuilder();
            for (int i = 1; i <= columns; i++) {
                row.append(i == 1 ? "" : "|").append(rows.getString(i));
            }
            all.add(row.toString());
        }
        return all;
    }

    // --- PostgREST -----------------------------------------------------------------------------

    /** Each request is a transaction of prepared statements, with a role and claims of its own. */
    @Test
    void postgRest() {
        compare(WorkflowsIT::postgRest);
    }

    private static void postgRest(int port, char who, List<String> seen) {
        try (WireClient client = login(port)) {
            batch(client, seen, parsed("0", "begin isolation level read committed read write"));
            batch(client, seen, parsed("1", "commit"));
            batch(client, seen, bound("1"));
            for (int request = 0; request < ROUNDS; request++) {
                String claims = "{\"sub\": \"%s\", \"n\": %d}".formatted(who, request);
                batch(client, seen, bound("0"));
                byte[] settings =
                        Wire.concat(
                                Wire.closeStatement("2"),
                                Wire.parse(
                                        "2",
                                        "select set_config('search_path', $1, true),"
                                                + " set_config('role', $2, true),"
                                                + " set_config('request.jwt.claims', $3, true),"
                                                + " set_config('request.method', $4, true)"));
                batch(
                        client,
                        seen,
                        request == 0 ? settings : new byte[0],
                        bound("2", "workflow", "workflow_anon", claims, "GET"));
                if (request == 2) { // a request that fails
                    batch(client, seen, unnamed("select no_such_column from row"));
                    batch(client, seen, bound("1"));
                    continue;
                }
                batch(
                        client,
                        seen,
                        request == 0 ? parsed("3", "select v, current_user from row") : bound("3"));
                batch(client, seen, bound("1"));
                batch(
                        client,
                        seen,
                        unnamed(
                                "select current_user, nullif(current_setting('request.jwt.claims',"
                                        + " true), ''), current_schemas(false)"));
            }
        }
    }

    // --- Npgsql --------------------------------------------------------------------------------

    /**
     * Several statements, one Sync; what resets a connection when it is taken from the driver's
     * pool again goes ahead of the first batch, in the same write.
     */
    @Test
    void npgsql() {
        compare(WorkflowsIT::npgsql);
    }

    private static void npgsql(int port, char who, List<String> seen) {
        try (WireClient client = login(port)) {
            batch(client, seen, parsed("_auto0", SHOWN));
            for (int use = 0; use < ROUNDS; use++) {
                boolean keeps = use % 2 == 0;
                String reset =
                        keeps
                                ? "SET SESSION AUTHORIZATION DEFAULT;RESET ALL;CLOSE ALL;UNLISTEN"
                                        + " *;SELECT pg_advisory_unlock_all();DISCARD"
                                        + " SEQUENCES;DISCARD TEMP"
                                : "DISCARD ALL";
                client.send(
                        Wire.query(reset),
                        unnamed("select nullif(current_setting('app.tenant', true), '')"),
                        unnamed("select set_config('app.tenant', '" + who + "', false)"),
                        unnamed("select current_setting('app.tenant')"),
                        Wire.sync());
                hear(client, 2, seen);
                String prepared = "_auto" + (keeps ? 0 : use);
                batch(
                        client,
                        seen,
                        keeps ? new byte[0] : Wire.parse(prepared, SHOWN),
                        bound(prepared, "4" + use),
                        bound(prepared, "x"),
                        unnamed("insert into workflow.row values ('" + who + "', 'never')"));
                batch(
                        client,
                        seen,
                        unnamed("begin transaction isolation level serializable"),
                        bound(prepared, "1"),
                        unnamed("insert into workflow.row values ('" + who + "', 'n')"));
                batch(client, seen, unnamed(use == 3 ? "rollback" : "commit"));
                batch(
                        client,
                        seen,
                        unnamed("select count(*) from workflow.row where tenant = '" + who + "'"));
                if (!keeps) { // prepared for the next use
                    batch(client, seen, Wire.parse("_auto0", SHOWN), bound("_auto0", "0"));
                }
            }
        }
    }

    // --- the protocol --------------------------------------------------------------------------

    private static WireClient login(int port) {
        WireClient client = WireClient.connect("127.0.0.1", port);
        client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
        return client;
    }

    private static byte[] unnamed(String sql) {
        return Wire.concat(Wire.parse("", sql), bound(""));
    }

    private static byte[] parsed(String name, String sql) {
        return Wire.concat(
                Wire.parse(name, sql),
                bound(name, sql.contains("$1") ? new String[] {"1"} : new String[0]));
    }

    private static byte[] bound(String name, String... values) {
        return Wire.concat(
                Wire.bind("", name, values), Wire.describePortal(""), Wire.execute("", 0));
    }

    private static void batch(WireClient client, List<String> seen, byte[]... messages) {
        client.send(Wire.concat(messages), Wire.sync());
        hear(client, 1, seen);
    }

    private static void hear(WireClient client, int answers, List<String> seen) {
        for (Message message : client.readUntilReady(answers)) {
            seen.add(message.summary());
        }
    }
}
