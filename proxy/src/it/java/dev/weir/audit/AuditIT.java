package dev.weir.audit;

import static dev.weir.audit.AuditFile.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.ConfigException;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the audit log has of clients that talk to a real server. */
@NullMarked
final class AuditIT {
    private static final String ALL = "audit = connection,ddl,write,read,admin,role";
    private static final String SECRET = "hush-hush";

    private final AuditFile file;

    AuditIT(@TempDir Path directory) {
        this.file = new AuditFile(directory.resolve("audit.json"));
    }

    private Rig start(String... settings) {
        List<String> lines = new ArrayList<>(List.of(settings));
        lines.add("audit_file = " + file.path());
        lines.add("admin_users = " + PgNode.USER);
        return Rig.before(Rig.postgres(), lines.toArray(String[]::new));
    }

    private static Connection jdbc(Rig rig) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + rig.port() + "/app";
        return DriverManager.getConnection(url, PgNode.USER, PgNode.PASSWORD);
    }

    @Test
    void tellsWhoDidWhatWhereAndHowItEnded() {
        try (Rig rig = start(ALL);
                WireClient client =
                        rig.client(
                                Map.of(
                                        "user", "postgres",
                                        "database", "app",
                                        "application_name", "billing \"7\""))) {
            client.query("create table if not exists audited (a int, b text)");
            client.query("insert into audited values (1, 'one'), (2, 'two')");
            client.query("SELECT b FROM audited WHERE a < 3");
            client.query("select 1/0");
            client.query("drop table audited");

            String insert = file.statement("insert into audited values ($1, $2), ($3, $4)");
            assertThat(member(insert, "class")).isEqualTo("[\"write\"]");
            assertThat(member(insert, "rows")).isEqualTo("2");
            assertThat(member(insert, "outcome")).isEqualTo("success");
            assertThat(member(insert, "sqlstate")).isEqualTo("00000");
            assertThat(member(insert, "user")).isEqualTo("postgres");
            assertThat(member(insert, "server_user")).isEqualTo("postgres");
            assertThat(member(insert, "database")).isEqualTo("app");
            assertThat(member(insert, "application_name")).isEqualTo("billing \\\"7\\\"");
            assertThat(member(insert, "address")).startsWith("127.0.0.1:");
            assertThat(member(insert, "server_address"))
                    .isEqualTo("127.0.0.1:" + rig.node().port());
            assertThat(Double.parseDouble("" + member(insert, "ms"))).isPositive();
            assertThat(member(insert, "fingerprint")).hasSize(16);

            String failed = file.statement("select $1/$2");
            assertThat(member(failed, "outcome")).isEqualTo("failure");
            assertThat(member(failed, "sqlstate")).isEqualTo("22012");
            assertThat(member(file.statement("drop table audited"), "class"))
                    .isEqualTo("[\"ddl\"]");
            isJson(rig, file.lines());
        }
        String logout = file.await(line -> line.contains("\"logout\""));
        String login = file.await(line -> line.contains("\"login\""));
        assertThat(member(login, "client")).isEqualTo(member(logout, "client"));
        assertThat(member(login, "application_name")).isEqualTo("billing \\\"7\\\"");
    }

    /** The oracle is PostgreSQL's own parser. */
    private static void isJson(Rig rig, List<String> lines) {
        try (Connection direct = rig.directJdbc();
                PreparedStatement parse =
                        direct.prepareStatement("select (?::jsonb ->> 'time')::timestamptz")) {
            for (String line : lines) {
                parse.setString(1, line);
                parse.executeQuery().close();
            }
        } catch (SQLException e) {
            throw new AssertionError(lines.toString(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction", "statement"})
    void knowsPreparedStatementsInEveryPoolMode(String mode) throws SQLException {
        try (Rig rig = start("audit = read", "pool_mode = " + mode);
                Connection connection = jdbc(rig);
                PreparedStatement statement = connection.prepareStatement("select ? + 7 as sum")) {
            for (int i = 0; i < 8; i++) { // the driver gives it a name meanwhile
                statement.setInt(1, i);
                statement.executeQuery().close();
            }

            file.awaitCount(8);
            assertThat(file.lines().stream().filter(line -> line.contains("as sum")))
                    .hasSize(8)
                    .allSatisfy(line -> {
                        assertThat(member(line, "text")).isEqualTo("select $1 + $2 as sum");
                        assertThat(member(line, "rows")).isEqualTo("1");
                    });
        }
    }

    @Test
    void hasNothingButTheClassesThatWereAskedFor() {
        try (Rig rig = start("audit = role");
                WireClient client = rig.client()) {
            client.query("select 1");
            client.query("begin; create temp table t (a int); rollback");
            client.query("set role postgres");
            client.query("select set_config('role', 'none', false)");

            file.awaitCount(2);
            assertThat(file.lines())
                    .extracting(line -> member(line, "text"))
                    .containsExactly("set role postgres", "select set_config($1, $2, $3)");
        }
    }

    /** However it is written, sent and answered. */
    @Test
    void neverHasAPassword() throws SQLException {
        try (Rig rig = start(ALL, "audit_literals = 1", "max_client_conn = 50");
                WireClient client = rig.client();
                WireClient console = rig.client(Map.of("database", "pgbouncer"));
                Connection connection = jdbc(rig);
                Statement statement = connection.createStatement()) {
            client.query("create role keeper password '" + SECRET + "'");
            client.query("ALTER ROLE keeper WITH ENCRYPTED PASSWORD E'" + SECRET + "'");
            client.query("alter role keeper password \"" + SECRET + "\"");
            client.query("alter role keeper password hush");
            client.query("alter role keeper password '" + SECRET);
            client.query("do $$ begin alter role keeper password '" + SECRET + "'; end $$");
            statement.execute("alter user keeper password '" + SECRET + "'");
            client.query("select 'shown'");
            client.query("drop role keeper");
            console.query("SET max_client_conn = 'hush'");
            console.query("ALTER ROLE keeper PASSWORD '" + SECRET + "'");

            file.statement("drop role keeper");
            file.await(line -> line.contains("\"command\"") && line.contains("ALTER"));
            assertThat(file.statement("select 'shown'")).contains("\"read\"");
            assertThat(file.lines()).hasSizeGreaterThan(12).noneMatch(l -> l.contains("hush"));
            assertThat(file.lines()).anyMatch(l -> l.contains("create role keeper password $1"));
        }
    }

    @Test
    void hasCommandsOfTheConsoleAndNotWhatItShows() {
        try (Rig rig = start("audit = admin");
                WireClient console = rig.client(Map.of("database", "pgbouncer"));
                WireClient client = rig.client()) {
            console.query("SHOW POOLS");
            console.query("PAUSE app");
            console.query("RESUME app");
            console.query("FLY");
            client.query("vacuum (verbose false) pg_class");

            file.awaitCount(4);
            assertThat(file.lines())
                    .extracting(line -> member(line, "text"), line -> member(line, "sqlstate"))
                    .contains(
                            org.assertj.core.groups.Tuple.tuple("PAUSE app", "00000"),
                            org.assertj.core.groups.Tuple.tuple("RESUME app", "00000"),
                            org.assertj.core.groups.Tuple.tuple("FLY", "08P01"))
                    .hasSize(4);
            assertThat(file.lines()).anyMatch(line -> line.contains("vacuum"));
        }
    }

    @Test
    void hasLoginsThatFail(@TempDir Path directory) throws java.io.IOException {
        Path users = java.nio.file.Files.writeString(directory.resolve("u"), "\"ann\" \"a\"\n");
        try (Rig rig =
                        start(
                                "audit = connection",
                                "auth_type = plain",
                                "auth_file = " + users,
                                "auth_failure_delay = 1ms");
                WireClient client = rig.connect()) {
            assertThatThrownBy(() -> client.login("ann", "app", SECRET))
                    .isInstanceOf(ServerError.class);

            String line = file.await(one -> one.contains("\"failure\""));
            assertThat(member(line, "event")).isEqualTo("login");
            assertThat(member(line, "user")).isEqualTo("ann");
            assertThat(member(line, "sqlstate")).isEqualTo("28P01");
            assertThat(line).doesNotContain("hush");
        }
    }

    @Test
    void doesNotStartWithAFileThatCannotBeOpened() {
        String settings = "audit_file = " + file.path().resolve("nowhere");

        assertThatThrownBy(() -> Rig.before(Rig.postgres(), "audit = ddl", settings))
                .cause()
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("audit_file: cannot open");
    }
}
