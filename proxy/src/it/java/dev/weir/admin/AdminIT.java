package dev.weir.admin;

import static dev.weir.admin.Answers.columns;
import static dev.weir.admin.Answers.error;
import static dev.weir.admin.Answers.row;
import static dev.weir.admin.Answers.rows;
import static dev.weir.admin.Answers.tags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AdminIT {
    private static final String POOL_COLUMNS =
            "database,user,cl_active,cl_waiting,cl_active_cancel_req,cl_waiting_cancel_req,"
                + "sv_active,sv_active_cancel,sv_being_canceled,sv_idle,sv_used,sv_tested,sv_login,"
                + "maxwait,maxwait_us,pool_mode,load_balance_hosts";

    private static final String SOCKET_COLUMNS =
            "type,user,database,replication,state,addr,port,local_addr,local_port,connect_time,"
                    + "request_time,wait,wait_us,close_needed,ptr,link,remote_pid,tls,"
                    + "application_name,prepared_statements,id";

    private static PgCluster cluster;
    private static Weir weir;

    @BeforeAll
    static void start() throws Exception {
        cluster = PgCluster.start();
        PgNode node = cluster.primary();
        String text =
                """
                [databases]
                app = host=%1$s port=%2$d dbname=postgres user=postgres password=postgres pool_size=2
                other = host=%1$s,%1$s port=%2$d dbname=postgres pool_mode=session
                [users]
                looker = pool_size=7
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = 0
                auth_type = trust
                pool_mode = transaction
                worker_loops = 2
                admin_users = boss
                stats_users = looker
                """
                        .formatted(node.host(), node.port());
        weir = Weir.start(Config.parse("weir.ini", text));
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static WireClient login(String user, String database) {
        WireClient client = WireClient.connect("127.0.0.1", weir.port());
        client.login(user, database);
        return client;
    }

    private static WireClient console() {
        return login("boss", "pgbouncer");
    }

    // --- who may come in ------------------------------------------------------------------------

    @Test
    void greetsAsPgBouncerDoes() {
        try (WireClient client = console()) {
            assertThat(client.parameters())
                    .containsEntry("server_version", "1.25.2/bouncer")
                    .containsEntry("client_encoding", "UTF8");
        }
    }

    @Test
    void answersToWeirsOwnNameToo() {
        try (WireClient client = login("boss", "weir")) {
            assertThat(client.query("SHOW VERSION").get(1).row().getFirst())
                    .matches("PgBouncer 1.25.2 \\(Weir .+\\)");
        }
    }

    @Test
    void refusesUsersWhoAreInNeitherList() {
        assertThatThrownBy(() -> login("nobody", "pgbouncer"))
                .isInstanceOf(ServerError.class)
                .hasMessageContaining("not allowed");
    }

    @Test
    void letsStatsUsersLookAndNotTouch() {
        try (WireClient client = login("looker", "pgbouncer")) {
            assertThat(tags(client.query("SHOW POOLS"))).startsWith("T").endsWith("CZ");
            assertThat(error(client.query("PAUSE"))).isEqualTo("08P01 admin access needed");
            assertThat(error(client.query("SHOW FDS"))).isEqualTo("08P01 admin access needed");
        }
    }

    // --- the grammar ----------------------------------------------------------------------------

    @Test
    void takesSelectForShowAndAnyCaseAndASemicolon() {
        try (WireClient client = console()) {
            assertThat(columns(client.query("select Version ;"))).isEqualTo("version");
        }
    }

    @Test
    void answersProbesInBothProtocols() throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + weir.port() + "/pgbouncer";
        try (Connection connection = DriverManager.getConnection(url, "boss", "boss");
                PreparedStatement statement = connection.prepareStatement("SELECT 1");
                ResultSet result = statement.executeQuery()) {
            assertThat(result.next()).isTrue();
            assertThat(result.getInt(1)).isEqualTo(1);
            for (String asked : List.of("EXPLAIN ROUTE SELECT 1", "EXPLAIN STATE LISTEN a")) {
                try (PreparedStatement explains = connection.prepareStatement(asked);
                        ResultSet steps = explains.executeQuery()) {
                    assertThat(steps.getMetaData().getColumnCount()).isGreaterThan(1);
                }
            }
        }
        try (WireClient client = console()) {
            assertThat(rows(client.query("SELECT 1;"))).containsExactly(Map.of("?column?", "1"));
            assertThat(rows(client.query("select current_user, current_database() as d, 'x' x")))
                    .containsExactly(Map.of("current_user", "boss", "d", "pgbouncer", "x", "x"));
            assertThat(rows(client.query("select version()")))
                    .isEqualTo(rows(client.query("SHOW VERSION")));
            assertThat(client.query("help").getFirst().errorMessage()).isEqualTo("Console usage");
        }
    }

    @Test
    void suggestsTheNearestCommand() {
        try (WireClient client = console()) {
            assertThat(client.query("SHOW POOL").getFirst().fields())
                    .containsEntry('H', "Did you mean SHOW POOLS?");
            assertThat(client.query("relaod;").getFirst().fields())
                    .containsEntry('H', "Did you mean RELOAD?");
            assertThat(client.query("drop table x").getFirst().fields()).doesNotContainKey('H');
        }
    }

    @Test
    void saysWhatItDoesNotUnderstandAndGoesOn() {
        try (WireClient client = console()) {
            assertThat(error(client.query("SHOW nonsense")))
                    .isEqualTo("08P01 invalid command 'SHOW nonsense', use SHOW HELP;");
            assertThat(error(client.query("drop table x; --")))
                    .isEqualTo("08P01 invalid command 'drop table x; --', use SHOW HELP;");
            assertThat(client.query("").getFirst().summary()).isEqualTo("I");
            assertThat(columns(client.query("SHOW VERSION"))).isEqualTo("version");
        }
    }

    @Test
    void pretendsToHaveTheSettingsThatDriversAskFor() {
        try (WireClient client = console()) {
            assertThat(client.query("SHOW client_encoding").get(1).row()).containsExactly("UTF-8");
            List<Message> answer = client.query("SET DateStyle TO 'ISO'");
            assertThat(answer.get(0).summary()).isEqualTo("N 00000 SET ignored");
            assertThat(answer.get(1).commandTag()).isEqualTo("SET");
        }
    }

    @Test
    void helpsInANotice() {
        try (WireClient client = console()) {
            Message notice = client.query("SHOW HELP").getFirst();
            assertThat(notice.errorMessage()).isEqualTo("Console usage");
            assertThat(notice.fields().get('D'))
                    .contains("POOLS")
                    .contains("KILL_CLIENT <client_id>");
        }
    }

    @Test
    void understandsTheExtendedProtocol() {
        try (WireClient client = console()) {
            client.send(
                    Wire.parse("s", "SHOW STATE"),
                    Wire.describeStatement("s"),
                    Wire.bind("", "s"),
                    Wire.describePortal(""),
                    Wire.execute("", 2),
                    Wire.execute("", 0),
                    Wire.sync());
            assertThat(tags(client.readUntilReady())).isEqualTo("1tT2TDDsDCZ");
        }
    }

    @Test
    void skipsToTheSyncAfterAnErrorOfTheExtendedProtocol() {
        try (WireClient client = console()) {
            client.send(
                    Wire.parse("", "SHOW nothing"),
                    Wire.bind("", ""),
                    Wire.execute("", 0),
                    Wire.bind("", "unknown"),
                    Wire.sync());
            List<Message> answer = client.readUntilReady();
            assertThat(tags(answer)).isEqualTo("12EZ");
            client.send(Wire.bind("", "unknown"), Wire.sync());
            assertThat(error(client.readUntilReady()))
                    .isEqualTo("26000 prepared statement \"unknown\" does not exist");
        }
    }

    @Test
    void carriesCommandsOutOnExecuteOnly() {
        try (WireClient client = console()) {
            client.send(
                    Wire.parse("", "PAUSE other"),
                    Wire.bind("", ""),
                    Wire.describePortal(""),
                    Wire.sync());
            assertThat(tags(client.readUntilReady())).isEqualTo("12nZ");
            assertThat(row(client.query("SHOW DATABASES"), "name", "other"))
                    .containsEntry("paused", "0");
        }
    }

    @Test
    void talksToPgJdbc() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + weir.port() + "/pgbouncer",
                                "boss",
                                "");
                PreparedStatement statement = connection.prepareStatement("SHOW LISTS")) {
            for (int i = 0; i < 12; i++) { // from the sixth on, a named statement and binary rows
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    assertThat(rows.getString("list")).isEqualTo("databases");
                    assertThat(rows.getInt("items")).isEqualTo(3);
                }
            }
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void refusesAQueryThatNoCommandIsAsLongAs() {
        try (WireClient client = console()) {
            client.send(Wire.query("SHOW " + "x".repeat(70_000)));
            assertThat(error(List.of(client.read()))).startsWith("08P01 console query too long");
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void answersQueriesThatCameInOnePacketInTurn() {
        try (WireClient client = console()) {
            client.send(Wire.query("SHOW VERSION"), Wire.query("SHOW STATE"));
            assertThat(tags(client.readUntilReady(2))).isEqualTo("TDCZTDDDCZ");
        }
    }

    // --- what it shows --------------------------------------------------------------------------

    @Test
    void showsPoolsWithPgBouncersColumns() {
        try (WireClient busy = login("someone", "app");
                WireClient console = console()) {
            busy.query("BEGIN");
            List<Message> answer = console.query("SHOW POOLS");
            assertThat(columns(answer)).isEqualTo(POOL_COLUMNS);
            Map<String, String> pool = row(answer, "database", "app");
            assertThat(pool)
                    .containsEntry("user", "postgres")
                    .containsEntry("sv_active", "1")
                    .containsEntry("cl_waiting", "0")
                    .containsEntry("pool_mode", "transaction");
            Map<String, String> own = row(answer, "database", "pgbouncer");
            assertThat(own).containsEntry("user", "pgbouncer").containsEntry("cl_active", "1");
            busy.query("ROLLBACK");
        }
    }

    @Test
    void countsClientsThatWait() {
        try (WireClient first = login("someone", "app");
                WireClient second = login("someone", "app");
                WireClient third = login("someone", "app");
                WireClient console = console()) {
            first.query("BEGIN");
            second.query("BEGIN");
            third.send(Wire.query("SELECT 1"));
            await().untilAsserted(() -> {
                Map<String, String> pool = row(console.query("SHOW POOLS"), "database", "app");
                assertThat(pool)
                        .containsEntry("cl_waiting", "1")
                        .containsEntry("cl_active", "2")
                        .containsEntry("sv_active", "2");
            });
            assertThat(row(console.query("SHOW CLIENTS"), "state", "waiting"))
                    .extractingByKey("request_time")
                    .isNotEqualTo("NULL");
            first.query("ROLLBACK");
            third.readUntilReady();
            second.query("ROLLBACK");
        }
    }

    @Test
    void linksClientsAndServers() {
        try (WireClient busy = login("linked", "app");
                WireClient console = console()) {
            String pid = busy.query("BEGIN; SELECT pg_backend_pid()").get(2).row().getFirst();
            List<Message> clients = console.query("SHOW CLIENTS");
            assertThat(columns(clients)).isEqualTo(SOCKET_COLUMNS);
            Map<String, String> client = row(clients, "user", "linked");
            assertThat(client).containsEntry("state", "active").containsEntry("type", "C");
            List<Message> servers = console.query("SHOW SERVERS");
            assertThat(columns(servers)).isEqualTo(SOCKET_COLUMNS);
            assertThat(row(servers, "remote_pid", String.valueOf(pid)))
                    .containsEntry("type", "S")
                    .containsEntry("state", "active")
                    .containsEntry("link", client.get("ptr"))
                    .containsEntry("ptr", client.get("link"));
            busy.query("ROLLBACK");
        }
    }

    @Test
    void showsWhoIsPinnedAndWhy() {
        try (WireClient pinned = login("pinned", "app");
                WireClient console = console()) {
            pinned.query("DECLARE c CURSOR WITH HOLD FOR SELECT 1");
            // the client has its answer before Weir has asked the server what it left
            Awaitility.await()
                    .untilAsserted(() -> row(console.query("SHOW PINS"), "user", "pinned"));
            Map<String, String> pin = row(console.query("SHOW PINS"), "user", "pinned");
            assertThat(pin)
                    .containsEntry("reasons", "HOLD_CURSOR")
                    .containsEntry("database", "app");
            assertThat(row(console.query("SHOW SESSIONS"), "user", "pinned"))
                    .containsEntry("pins", "HOLD_CURSOR")
                    .containsEntry("statement_class", "hold_cursor")
                    .containsEntry("server_pid", pin.get("server_pid"));
            pinned.query("CLOSE c");
            // PostgreSQL is asked what is left only after the client has its answer
            await().untilAsserted(() -> assertThat(rows(console.query("SHOW PINS"))).isEmpty());
        }
    }

    @Test
    void countsPreparedStatementsThatClientsShare() {
        try (WireClient one = login("preparer", "app");
                WireClient two = login("preparer", "app");
                WireClient console = console()) {
            for (WireClient client : List.of(one, two)) {
                client.send(Wire.parse("mine", "SELECT 4711"), Wire.sync());
                client.readUntilReady();
            }
            assertThat(row(console.query("SHOW PREPARED"), "database", "app"))
                    .containsEntry("statements", "1");
            assertThat(row(console.query("SHOW CLIENTS"), "user", "preparer"))
                    .containsEntry("prepared_statements", "1");
        }
    }

    @Test
    void showsDatabasesAndUsers() {
        try (WireClient console = console()) {
            List<Message> databases = console.query("SHOW DATABASES");
            assertThat(columns(databases))
                    .isEqualTo(
                            "name,host,port,database,force_user,pool_size,min_pool_size,"
                                + "reserve_pool_size,server_lifetime,pool_mode,load_balance_hosts,"
                                + "max_connections,current_connections,max_client_connections,"
                                + "current_client_connections,paused,disabled");
            assertThat(row(databases, "name", "app"))
                    .containsEntry("force_user", "postgres")
                    .containsEntry("pool_size", "2")
                    .containsEntry("pool_mode", "NULL");
            assertThat(row(databases, "name", "other"))
                    .containsEntry("pool_mode", "session")
                    .containsEntry("load_balance_hosts", "round-robin");
            assertThat(row(databases, "name", "pgbouncer")).containsEntry("host", "NULL");
            assertThat(row(console.query("SHOW USERS"), "name", "looker"))
                    .containsEntry("pool_size", "        7");
        }
    }

    @Test
    void showsEverySettingWithItsValue() {
        try (WireClient console = console()) {
            List<Message> answer = console.query("SHOW CONFIG");
            assertThat(rows(answer)).hasSize(98);
            assertThat(rows(console.query("SHOW SETTINGS"))).hasSize(Settings.ALL.size());
            assertThat(row(answer, "key", "pool_mode"))
                    .containsEntry("value", "transaction")
                    .containsEntry("default", "session")
                    .containsEntry("changeable", "yes");
        }
    }

    @Test
    void showsListsStateAndLoops() {
        try (WireClient console = console()) {
            assertThat(row(console.query("SHOW LISTS"), "list", "databases"))
                    .containsEntry("items", "3");
            assertThat(row(console.query("SHOW STATE"), "key", "active"))
                    .containsEntry("value", "yes");
            assertThat(rows(console.query("SHOW LOOPS"))).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON"
                        + " n.oid = c.relnamespace WHERE c.relkind IN ('r','p','v','') ORDER BY 1",
                "SELECT d.datname as \"Name\" FROM pg_catalog.pg_database d ORDER BY 1;"
            })
    void findsNothingInCatalogsThatItDoesNotHave(String query) {
        try (WireClient console = console()) {
            assertThat(Answers.tags(console.query(query))).isEqualTo("TCZ");
        }
    }

    @Test
    void completesWordsForPsql() {
        try (WireClient console = console()) {
            List<Message> shows =
                    console.query(
                            "SELECT pg_catalog.lower(name) FROM pg_catalog.pg_settings WHERE"
                                    + " pg_catalog.lower(name) LIKE pg_catalog.lower('pool%')");
            assertThat(rows(shows))
                    .extracting(row -> row.get("name"))
                    .contains("pools", "pool_mode")
                    .doesNotContain("clients");
            List<Message> databases =
                    console.query(
                            "SELECT pg_catalog.quote_ident(datname) FROM pg_catalog.pg_database"
                                    + " WHERE substring(pg_catalog.quote_ident(datname),1,2)='ap'");
            assertThat(rows(databases)).extracting(row -> row.get("name")).containsExactly("app");
        }
    }

    @Test
    void talksToPsql() {
        Optional<Path> psql = Tools.find("psql");
        assumeTrue(psql.isPresent(), "psql is not installed");
        Tools.Result result =
                Tools.run(
                        Duration.ofSeconds(20),
                        psql.get().toString(),
                        "-X",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(weir.port()),
                        "-U",
                        "boss",
                        "pgbouncer",
                        "-c",
                        "show pools");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("sv_being_canceled").contains("statement");
    }
}
