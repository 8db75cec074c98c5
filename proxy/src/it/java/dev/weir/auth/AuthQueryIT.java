package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users whom no file knows: PostgreSQL is asked for their secrets. */
class AuthQueryIT {
    private static PgCluster cluster;
    private static PgNode node;

    @BeforeAll
    static void start() {
        cluster =
                PgCluster.builder()
                        .hba("host all postgres,asker 127.0.0.1/32 trust")
                        .hba("host all all 127.0.0.1/32 scram-sha-256")
                        .start();
        node = cluster.primary();
        node.execute(
                """
                create role asker login;
                create schema hidden;
                grant usage on schema hidden to public;
                create sequence hidden.asked;
                create function hidden.lookup(name text, out uname name, out phash text)
                    language plpgsql security definer as $$
                begin
                    perform nextval('hidden.asked');
                    select rolname, rolpassword into uname, phash
                        from pg_catalog.pg_authid where rolname = name and rolcanlogin;
                end $$;
                create function public.pg_sleeping(name text, out text, out text)
                    language sql as 'select name, pg_sleep(60)::text';
                """);
        node.execute("create database other");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void role(String name, String password) {
        node.execute(
                "drop role if exists \""
                        + name
                        + "\"; create role \""
                        + name
                        + "\" login password '"
                        + password
                        + "'");
    }

    private static Rig rig(String... settings) {
        return Rig.before(node, with(settings));
    }

    private static String[] with(String... settings) {
        var all = new ArrayList<>(List.of("auth_type = scram-sha-256", "auth_user = postgres"));
        all.addAll(List.of(settings));
        return all.toArray(String[]::new);
    }

    private static void logsIn(Rig rig, String user, String password) {
        try (WireClient client = rig.connect()) {
            client.login(user, "app", password);
            assertThat(client.query("select current_user"))
                    .filteredOn(message -> message.tag() == 'D')
                    .extracting(Message::row)
                    .containsExactly(List.of(user));
        }
    }

    private static void refused(Rig rig, String user, String password) {
        try (WireClient client = rig.connect()) {
            assertThatThrownBy(() -> client.login(user, "app", password))
                    .isInstanceOf(ServerError.class)
                    .hasMessageStartingWith("E 28P01 password authentication failed for user");
        }
    }

    // --- who is found -------------------------------------------------------------------------

    @Test
    void aUserOfTheServerLogsInAndReachesIt() {
        role("bob", "sun");
        try (Rig rig = rig()) {
            logsIn(rig, "bob", "sun");
            refused(rig, "bob", "rain");
            refused(rig, "nobody", "sun");
        }
    }

    @Test
    void whatChangesCountsAtOnce() {
        role("bob", "sun");
        try (Rig rig = rig()) {
            logsIn(rig, "bob", "sun");
            node.execute("alter role bob password 'rain'");
            refused(rig, "bob", "sun");
            logsIn(rig, "bob", "rain");
            node.execute("alter role bob nologin");
            refused(rig, "bob", "rain");
            node.execute("alter role bob login valid until 'yesterday'");
            refused(rig, "bob", "rain");
            node.execute("alter role bob valid until 'infinity'");
            logsIn(rig, "bob", "rain");
            node.execute("drop role bob");
            refused(rig, "bob", "rain");
        }
    }

    @Test
    void aThirdColumnSaysUntilWhen() {
        role("bob", "sun");
        try (Rig rig =
                rig(
                        "auth_query = select rolname, rolpassword, rolvaliduntil from pg_authid"
                                + " where rolname = $1")) {
            logsIn(rig, "bob", "sun");
            node.execute("alter role bob valid until '2020-02-29 12:00:00.5'");
            refused(rig, "bob", "sun");
            node.execute("alter role bob valid until '2999-02-28 12:00:00.5'");
            logsIn(rig, "bob", "sun");
        }
    }

    @Test
    void aFunctionMayAskForOneWhoMayNot() {
        role("bob", "sun");
        try (Rig rig = rig("auth_user = asker", "auth_query = select * from hidden.lookup($1)")) {
            logsIn(rig, "bob", "sun");
            refused(rig, "nobody", "sun");
        }
    }

    @Test
    void theUsersFileComesFirst(@org.junit.jupiter.api.io.TempDir java.nio.file.Path directory)
            throws java.io.IOException {
        role("bob", "sun");
        role("amy", "moon");
        var file = java.nio.file.Files.writeString(directory.resolve("users"), "\"bob\" \"x\"\n");
        try (Rig rig = rig("auth_file = " + file)) {
            refused(rig, "bob", "sun");
            logsIn(rig, "amy", "moon");
        }
    }

    @Test
    void eachDatabaseMayAskInItsOwnWay() {
        role("bob", "sun");
        String at = " = host=127.0.0.1 port=" + node.port() + " dbname=";
        try (Rig rig =
                Rig.with(
                        "app"
                                + at
                                + "other auth_user=asker auth_dbname=main"
                                + " auth_query='select * from hidden.lookup($1)'\n"
                                + "main"
                                + at
                                + "postgres\n"
                                + "plain"
                                + at
                                + "postgres",
                        "auth_type = scram-sha-256")) {
            logsIn(rig, "bob", "sun");
            try (WireClient client = rig.connect()) {
                assertThatThrownBy(() -> client.login("bob", "plain", "sun"))
                        .hasMessageContaining("28P01");
            }
        }
    }

    /** A database that is made from the template is asked for its users, too. */
    @Test
    void usersOfATemplateLogInToTheServer() {
        role("bob", "sun");
        try (Rig rig =
                        Rig.with(
                                "* = host=127.0.0.1 port=" + node.port(),
                                with("default_pool_size = 2"));
                WireClient client = rig.connect()) {
            client.login("bob", "other", "sun");
            assertThat(client.query("select current_database(), current_user"))
                    .extracting(Object::toString)
                    .contains("D other|bob");
        }
    }

    // --- what goes wrong ----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select nothing from nowhere where x = $1",
                "select 1, 2, 3, 4 where $1 <> ''",
                "select rolname, rolpassword from pg_authid where $1 <> ''",
                "select 'eve', 'x' where $1 <> ''",
                "select $1::text, 'x', 'tomorrow'",
                "select $1::text, repeat('x', 1000000)",
                "not even sql",
                "select 1",
                ""
            })
    void aQueryThatIsNoneIsToldToTheOperator(String query) {
        role("bob", "sun");
        try (LogLines lines = LogLines.begin();
                Rig rig = rig("auth_query = " + query);
                WireClient client = rig.connect()) {
            assertThatThrownBy(() -> client.login("bob", "app", "sun"))
                    .hasMessage("E 58000 cannot look up user \"bob\": auth_query failed");
            assertThat(lines.all()).anyMatch(line -> line.startsWith("auth_query_failed "));
        }
    }

    @Test
    void whoMayNotAskIsToldToTheOperator() {
        role("bob", "sun");
        try (LogLines lines = LogLines.begin();
                Rig rig = rig("auth_user = asker");
                WireClient client = rig.connect()) {
            assertThatThrownBy(() -> client.login("bob", "app", "sun"))
                    .hasMessageContaining("auth_query failed");
            assertThat(lines.all())
                    .anyMatch(line ->
                            line.contains(
                                    "cause=\"42501: permission denied for table pg_authid\""));
        }
    }

    @Test
    void aServerThatIsDownIsTriedAgain() {
        role("bob", "sun");
        try (Link link = Link.to(node);
                Rig rig = Rig.before(link, with("hold = 0", "server_login_retry = 1"))) {
            link.refuse(true);
            try (WireClient client = rig.connect()) {
                assertThatThrownBy(() -> client.login("bob", "app", "sun"))
                        .hasMessageContaining("auth_query failed");
            }
            link.refuse(false);
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(ServerError.class)
                    .untilAsserted(() -> logsIn(rig, "bob", "sun"));
            link.cut();
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(ServerError.class)
                    .untilAsserted(() -> logsIn(rig, "bob", "sun"));
        }
    }

    @Test
    void aConnectionThatWasCutMeanwhileIsNotNoticed() {
        role("bob", "sun");
        try (Rig rig = rig()) {
            logsIn(rig, "bob", "sun");
            for (int i = 0; i < 5; i++) {
                node.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                                + " where application_name = 'weir auth_query'");
                logsIn(rig, "bob", "sun");
            }
        }
    }

    @Test
    void aQueryThatHangsEndsWithItsTime() {
        role("bob", "sun");
        try (Rig rig =
                        rig(
                                "auth_query = select * from pg_sleeping($1)",
                                "auth_query_timeout = 200ms");
                WireClient client = rig.connect()) {
            assertThatThrownBy(() -> client.login("bob", "app", "sun"))
                    .hasMessageContaining("auth_query failed");
            Awaitility.await()
                    .until(() ->
                            node.queryText(
                                            "select count(*) from pg_stat_activity"
                                                    + " where state = 'active' and application_name"
                                                    + " = 'weir auth_query'")
                                    .equals("0"));
        }
    }

    // --- attacks ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bob' or '1'='1",
                "bob'; drop table pg_authid; --",
                "\"bob\"",
                "$1",
                "bob\\",
                "%",
                "b\nob",
                "\u00fc\u0001"
            })
    void aNameIsNeverPartOfTheQuery(String name) {
        role("bob", "sun");
        try (Rig rig = rig()) {
            refused(rig, name, "sun");
            node.execute("create role \"" + name.replace("\"", "\"\"") + "\" login password 'sun'");
            logsIn(rig, name, "sun");
        } finally {
            node.execute("drop role if exists \"" + name.replace("\"", "\"\"") + "\"");
        }
    }

    @Test
    void aNameThatIsTooLongForARoleIsNobody() {
        try (Rig rig = rig()) {
            refused(rig, "x".repeat(64), "sun");
        }
    }

    /** CVE-2025-12819: what the client asks for at its start reaches its own session only. */
    @Test
    void theClientsStartupParametersDoNotReachTheQuery() {
        role("bob", "sun");
        node.execute(
                """
                drop schema if exists trap cascade;
                create schema trap;
                grant usage on schema trap to public;
                create view trap.pg_authid as
                    select 'bob'::name as rolname, 'wrong'::text as rolpassword,
                        null::timestamptz as rolvaliduntil, true as rolcanlogin;
                grant select on trap.pg_authid to public;
                """);
        var startup =
                new HashMap<>(
                        Map.of("user", "bob", "database", "app", "search_path", "trap,pg_catalog"));
        for (String options :
                List.of("", "-c search_path=trap,pg_catalog", "-c role=nobody -c a.b=c")) {
            startup.put("options", options);
            try (Rig rig = rig("ignore_startup_parameters = extra");
                    WireClient client = rig.connect()) {
                client.startup(startup);
                try {
                    client.authenticate("bob", "sun");
                } catch (ServerError e) {
                    assertThat(options).as(e.getMessage()).contains("role=nobody");
                }
                assertThat(
                                node.queryText(
                                        "select count(*) from pg_stat_activity where"
                                                + " application_name = 'weir auth_query'"))
                        .isEqualTo("1");
            }
        }
        try (Rig rig = rig();
                WireClient client = rig.connect()) {
            startup.put("options", "");
            client.startup(startup);
            assertThatThrownBy(() -> client.authenticate("bob", "wrong"))
                    .hasMessageContaining("28P01");
        }
    }

    // --- many at once -------------------------------------------------------------------------

    /** A storm of logins of one user asks far less often than once for each. */
    @Test
    void loginsOfOneUserShareAQuestion() throws InterruptedException, ExecutionException {
        role("bob", "sun");
        int clients = 60;
        long before = asked();
        try (Link link = Link.to(node).delay(Duration.ofMillis(20));
                Rig rig =
                        Rig.before(
                                link,
                                with(
                                        "auth_user = asker",
                                        "default_pool_size = 2",
                                        "auth_query = select * from hidden.lookup($1)"));
                var threads = Executors.newFixedThreadPool(clients)) {
            List<Callable<Boolean>> logins = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                logins.add(() -> {
                    logsIn(rig, "bob", "sun");
                    return true;
                });
            }
            for (Future<Boolean> login : threads.invokeAll(logins)) {
                assertThat(login.get()).isTrue();
            }
        }
        assertThat(asked() - before).isBetween(1L, clients / 2L);
    }

    private static long asked() {
        return Long.parseLong(node.queryText("select last_value from hidden.asked"));
    }

    /** More wait than may wait: those are refused, the others come in. */
    @Test
    void onlySoManyWait() throws InterruptedException, ExecutionException {
        role("bob", "sun");
        try (Link link = Link.to(node);
                Rig rig = Rig.before(link, with("auth_queue = 3"));
                var threads = Executors.newFixedThreadPool(10)) {
            logsIn(rig, "bob", "sun");
            link.stall();
            List<Future<String>> logins = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                logins.add(
                        threads.submit(() -> {
                            try (WireClient client = rig.connect()) {
                                client.login("bob", "app", "sun");
                                return "";
                            } catch (ServerError e) {
                                return e.getMessage();
                            }
                        }));
            }
            Awaitility.await().until(() -> logins.stream().filter(Future::isDone).count() >= 7);
            link.go();
            int good = 0;
            for (Future<String> login : logins) {
                good += login.get().isEmpty() ? 1 : 0;
            }
            assertThat(good).isEqualTo(3);
        }
    }

    @Test
    void aReloadCountsForTheNextLogin() throws ConfigException {
        role("bob", "sun");
        try (Rig rig = rig("auth_query = select 'nobody' where $1 <> ''")) {
            try (WireClient client = rig.connect()) {
                assertThatThrownBy(() -> client.login("bob", "app", "sun"))
                        .hasMessageContaining("auth_query failed");
            }
            String at = " = host=localhost dbname=postgres port=" + node.port();
            Config next =
                    Config.parse(
                            "test.ini",
                            "[databases]\napp"
                                    + at
                                    + "\n[pgbouncer]\nlisten_addr = *\nauth_user = asker\n"
                                    + "auth_query = select * from hidden.lookup($1)\n");
            rig.weir().users().prepare(next).run();
            refused(rig, "bob", "rain");
            logsIn(rig, "bob", "sun");
        }
    }

    @Test
    void itsConnectionsEndWhenNobodyNeedsThem() {
        role("bob", "sun");
        try (Rig rig = rig("server_idle_timeout = 1")) {
            logsIn(rig, "bob", "sun");
            Awaitility.await()
                    .until(() ->
                            node.queryText(
                                            "select count(*) from pg_stat_activity where"
                                                    + " application_name = 'weir auth_query'")
                                    .equals("0"));
            logsIn(rig, "bob", "sun");
        }
    }

    /** No client ever gets one of these connections, and each entry has few of them. */
    @Test
    void itsConnectionsAreItsOwn() {
        role("bob", "sun");
        try (Rig rig = rig("auth_query_pool_size = 1", "default_pool_size = 5")) {
            for (int i = 0; i < 5; i++) {
                logsIn(rig, "bob", "sun");
            }
            assertThat(
                            node.queryText(
                                    "select string_agg(distinct usename, ',') || count(*) from"
                                            + " pg_stat_activity where application_name ="
                                            + " 'weir auth_query'"))
                    .isEqualTo("postgres1");
            assertThat(rig.weir().pools().all())
                    .extracting(pool -> pool.key().user())
                    .containsOnly("bob");
        }
    }
}
