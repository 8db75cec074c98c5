package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out of a file that is right. */
@NullMarked
final class ConfigTest {
    private static final String LISTEN = "[pgbouncer]\nlisten_addr = *\n";

    @Test
    void takesDefaultsFromTheTable() throws ConfigException {
        Config config = Config.parse("weir.ini", LISTEN);
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(6432);
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.SESSION);
        assertThat(config.isSet(Settings.POOL_MODE)).isFalse();
        assertThat(config.isSet(Settings.LISTEN_ADDR)).isTrue();
        assertThat(config.warnings()).isEmpty();
        assertThat(config.file()).isEqualTo(Path.of("weir.ini"));
    }

    @Test
    void readsPgBouncersDialect() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        """
                          ; blanks may stand before everything
                          [databases] # and a comment after a section
                        \tapp\t=\thost=10.0.0.5   port=0x1538\t dbname = real \r
                        'my ''odd'' db' = host=a
                        [pgbouncer]
                          listen_port = 06432
                        pool_mode = TRANSACTION
                        server_check_query = select 1 ; not a comment = this
                        [weir]
                        listen_addr = 127.0.0.1, ::1,
                        pool_mode=statement
                        """
                                .replace("06432", "014440"));
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(6432);
        assertThat(config.get(Settings.LISTEN_ADDR)).containsExactly("127.0.0.1", "::1");
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.STATEMENT);
        assertThat(config.get(Settings.SERVER_CHECK_QUERY))
                .isEqualTo("select 1 ; not a comment = this");
        Database app = database(config, "app");
        assertThat(app.hosts()).containsExactly(new ServerAddress("10.0.0.5", 5432));
        assertThat(app.dbname()).isEqualTo("real");
        assertThat(database(config, "my 'odd' db").dbname()).isEqualTo("my 'odd' db");
        assertThat(config.databases()).hasSize(2);
    }

    @Test
    void readsEveryKeyOfADatabase() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        LISTEN
                                + "[databases]\n"
                                + "app = host=a,/run/pg,@abstract port=5433 user=u password='p ''w'"
                                + " pool_size=5 min_pool_size=1 reserve_pool=2 max_pinned=3"
                                + " connect_query='SELECT 1' pool_mode=statement"
                                + " query_wait_timeout=500ms load_balance_hosts=disable"
                                + " max_db_connections=50 max_db_client_connections=60"
                                + " server_lifetime=2min client_encoding=UTF8 datestyle=ISO"
                                + " timezone=UTC application_name=x auth_user=asker"
                                + " auth_query='select 1' auth_dbname=postgres\n"
                                + "postgres = host=a password_file=/run/secret\n");
        assertThat(database(config, "postgres").passwordFile()).isEqualTo("/run/secret");
        assertThat(config.database("app"))
                .isEqualTo(
                        new Database(
                                "app",
                                List.of(
                                        new ServerAddress("a", 5433),
                                        new ServerAddress("/run/pg", 5433),
                                        new ServerAddress("@abstract", 5433)),
                                "app",
                                "u",
                                "p 'w",
                                null,
                                "asker",
                                "select 1",
                                "postgres",
                                5,
                                1,
                                2,
                                3,
                                "SELECT 1",
                                PoolMode.STATEMENT,
                                null,
                                Duration.ofMillis(500),
                                null,
                                null,
                                null,
                                LoadBalanceHosts.DISABLE,
                                50,
                                60,
                                Duration.ofMinutes(2),
                                List.of(),
                                Map.of(
                                        "client_encoding", "UTF8",
                                        "datestyle", "ISO",
                                        "timezone", "UTC",
                                        "application_name", "x"),
                                null,
                                false));
    }

    @Test
    void readsEveryKeyOfAUser() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        LISTEN
                                + "[users]\n"
                                + "bob = password_file=secret pool_size=1 reserve_pool_size=2"
                                + " pool_mode=session max_user_connections=3"
                                + " max_user_client_connections=4 query_timeout=5"
                                + " query_wait_timeout=6 idle_transaction_timeout=7"
                                + " transaction_timeout=8 client_idle_timeout=9\n");
        assertThat(config.user("bob"))
                .isEqualTo(
                        new UserSettings(
                                "bob",
                                "secret",
                                1,
                                2,
                                PoolMode.SESSION,
                                3,
                                4,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(6),
                                Duration.ofSeconds(7),
                                Duration.ofSeconds(8),
                                Duration.ofSeconds(9)));
        assertThat(config.user("eve")).isNull();
    }

    @Test
    void leavesALimitOfMinusOneToTheGlobalSetting() throws ConfigException {
        Config config = Config.parse("weir.ini", LISTEN + "[databases]\na = host=a pool_size=-1\n");
        assertThat(database(config, "a").poolSize()).isNull();
    }

    @Test
    void makesOtherDatabasesFromTheTemplate() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini", LISTEN + "[databases]\n* = host=h pool_size=3\napp = host=a\n");
        Database any = database(config, "any");
        assertThat(any.auto()).isTrue();
        assertThat(any.dbname()).isEqualTo("any");
        assertThat(any.poolSize()).isEqualTo(3);
        assertThat(database(config, "app").auto()).isFalse();
        assertThat(config.databases()).extracting(Database::name).containsExactly("app");
        assertThat(config.database("pgbouncer")).isNull();
        assertThat(config.database("weir")).isNull();
        assertThat(config.database("x".repeat(64))).isNull();
    }

    @Test
    void keepsTheDbnameOfATemplate() throws ConfigException {
        Config config = Config.parse("weir.ini", LISTEN + "[databases]\n* = host=h dbname=one\n");
        assertThat(database(config, "any").dbname()).isEqualTo("one");
        assertThat(database(config, "any").name()).isEqualTo("any");
    }

    @Test
    void knowsNoDatabaseWithoutEntryOrTemplate() throws ConfigException {
        assertThat(Config.parse("weir.ini", LISTEN).database("app")).isNull();
    }

    @Test
    void findsADatabaseWithoutHostInTheSocketDirectory() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        "[databases]\napp =\n[pgbouncer]\nunix_socket_dir = /run/postgresql\n");
        ServerAddress address = database(config, "app").hosts().getFirst();
        assertThat(address.isUnix()).isTrue();
        assertThat(address.unixPath()).isEqualTo("/run/postgresql/.s.PGSQL.5432");
    }

    @Test
    void takesTheLastOfTwoEntriesWhole() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini", LISTEN + "[databases]\na = host=x pool_size=3\na = host=y\n");
        assertThat(database(config, "a").hosts()).containsExactly(new ServerAddress("y", 5432));
        assertThat(database(config, "a").poolSize()).isNull();
    }

    @Test
    void replacesEnvironmentReferencesAfterSplitting() throws ConfigException {
        var environment =
                new EnvironmentReferences(
                        Map.of("SECRET", "a 'b' ${env:PORT} port=1", "PORT", "5")::get);
        Config config =
                Config.parse(
                        "weir.ini",
                        """
                        [databases]
                        app = host=h password=${env:SECRET} port=${env:PORT}4${env:PORT}
                        """,
                        environment);
        assertThat(database(config, "app").password()).isEqualTo("a 'b' ${env:PORT} port=1");
        assertThat(database(config, "app").hosts()).containsExactly(new ServerAddress("h", 545));
    }

    @Test
    void leavesOtherReferencesAlone() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        "[databases]\napp = host=h password=$${script:javascript:1}${sys:x}\n");
        assertThat(database(config, "app").password()).isEqualTo("$${script:javascript:1}${sys:x}");
    }

    @Test
    void neverPrintsAPassword() throws ConfigException {
        Config config =
                Config.parse("weir.ini", "[databases]\napp = host=h user=u password=hush\n");
        assertThat(database(config, "app").toString()).doesNotContain("hush");
        assertThat(new KeyValues.Pair("password", "hush").toString()).doesNotContain("hush");
    }

    @Test
    void printsValuesAsShowConfigDoes() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        """
                        [weir]
                        listen_addr = a , b
                        listen_port = 0x10
                        query_timeout = 1500ms
                        log_connections = on
                        auth_ldap_options = bindpw=hush
                        """);
        assertThat(config.text(Settings.LISTEN_ADDR)).isEqualTo("a,b");
        assertThat(config.text(Settings.LISTEN_PORT)).isEqualTo("16");
        assertThat(config.text(Settings.QUERY_TIMEOUT)).isEqualTo("1.5");
        assertThat(config.text(Settings.LOG_CONNECTIONS)).isEqualTo("1");
        assertThat(config.text(Settings.AUTH_LDAP_OPTIONS)).isEqualTo("****");
        assertThat(config.text(Settings.UNIX_SOCKET_MODE)).isEqualTo("0777");
    }

    @Test
    void warnsOfKeysWithoutEffectWhereTheyAreSetLast() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        """
                        [weir]
                        listen_addr = *
                        job_name = 1
                        dns_zone_check_period = 1
                        job_name = 2
                        [databases]
                        app = host=h
                        """);
        assertThat(config.warnings())
                .extracting(Problem::toString)
                .containsExactly(
                        "weir.ini:4: dns_zone_check_period: has no effect: Weir looks each name up"
                                + " again every dns_max_ttl instead of asking for the serial"
                                + " numbers of zones",
                        "weir.ini:5: job_name: has no effect: it names PgBouncer's service on"
                                + " Windows");
    }

    /** A file with PgBouncer's section means what it means to PgBouncer. */
    @Test
    void theTitleOfTheSectionChoosesTheDefaults() throws ConfigException {
        Config own = Config.parse("weir.ini", "[weir]\nlisten_addr = *\n");
        assertThat(own.get(Settings.POOL_MODE)).isEqualTo(PoolMode.TRANSACTION);
        assertThat(own.get(Settings.MAX_CLIENT_CONN)).isEqualTo(1000);
        assertThat(own.get(Settings.AUTH_TYPE)).isEqualTo(AuthType.SCRAM_SHA_256);
        assertThat(own.text(Settings.CAUSAL_WAIT)).isEqualTo("0.01");
        assertThat(own.defaultText(Settings.MAX_CLIENT_CONN)).isEqualTo("1000");
        for (String text : List.of("", "[pgbouncer]\n", "[weir]\n[pgbouncer]\n")) {
            Config theirs = Config.parse("pgbouncer.ini", text);
            assertThat(theirs.get(Settings.POOL_MODE)).isEqualTo(PoolMode.SESSION);
            assertThat(theirs.get(Settings.MAX_CLIENT_CONN)).isEqualTo(100);
            assertThat(theirs.get(Settings.AUTH_TYPE)).isEqualTo(AuthType.MD5);
            assertThat(theirs.text(Settings.CAUSAL_WAIT)).isEqualTo("0");
        }
    }

    @Test
    void warnsWhenNoClientCouldConnect() throws ConfigException {
        assertThat(Config.parse("weir.ini", "").warnings()).isEmpty();
        assertThat(Config.parse("weir.ini", "[weir]\nunix_socket_dir =\n").warnings())
                .extracting(Problem::toString)
                .containsExactly(
                        "weir.ini: listen_addr: empty, and unix_socket_dir as well, so no client"
                                + " can connect");
    }

    /** Users of auth_file do not need it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[databases]\napp = host=a auth_user=u auth_dbname=no\n",
                "[pgbouncer]\nauth_user = u\nauth_dbname = no\n[databases]\napp = host=a\n"
            })
    void warnsOfAnAuthDatabaseThatIsNotThere(String text) throws ConfigException {
        assertThat(Config.parse("weir.ini", text).warnings())
                .extracting(Problem::text)
                .anyMatch(warning -> warning.contains("\"no\", so only users of auth_file can"));
    }

    @Test
    void reloadEndsWhatSetChanged() throws ConfigException {
        Config before =
                Config.parse("weir.ini", "[pgbouncer]\nquery_timeout = 7\n")
                        .with("query_timeout", "1")
                        .with("query_wait_timeout", "2")
                        .with("stats_users", "looker")
                        .with("auth_dbname", "later")
                        .with("auth_user", "asker");
        Config after =
                before.reparse(Path.of("weir.ini"), "[pgbouncer]\nauth_user = u\n[databases]\n* =");
        assertThat(after.get(Settings.QUERY_TIMEOUT)).isZero();
        assertThat(after.get(Settings.QUERY_WAIT_TIMEOUT)).hasSeconds(120);
        assertThat(after.get(Settings.STATS_USERS)).isEmpty();
        assertThat(after.get(Settings.AUTH_DBNAME)).as("has no default").isEqualTo("later");
        assertThat(after.get(Settings.AUTH_USER)).isEqualTo("u");
    }

    @Test
    void keepsTheUserThatAnEntryLoses() throws ConfigException {
        Config before = Config.parse("weir.ini", "[databases]\napp = host=a user=u password=p\n");
        Config after = before.reparse(Path.of("weir.ini"), "[databases]\napp = host=b\n");

        Database app = after.database("app");
        assertThat(app).isNotNull();
        assertThat(app.forcedUser()).isEqualTo("u");
        assertThat(app.password()).isEqualTo("p");
        assertThat(after.postponed())
                .extracting(Problem::text)
                .containsExactly(
                        "database \"app\": losing forced user not supported, keeping old setting"
                                + " (user=\"u\") until a restart");
        // Where the user is named, it changes.
        assertThat(
                        after.reparse(Path.of("weir.ini"), "[databases]\napp = host=b user=v\n")
                                .database("app"))
                .extracting(Database::forcedUser)
                .isEqualTo("v");
    }

    @Test
    void includesFilesWhereTheyStand(@TempDir Path directory) throws Exception {
        Path included = Files.writeString(directory.resolve("more.ini"), "listen_port = 1\n");
        Path file = directory.resolve("weir.ini");
        Files.writeString(file, LISTEN + "  %include " + included + "  \nmax_client_conn = 2\n");
        Config config = Config.load(file);
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(1);
        assertThat(config.get(Settings.MAX_CLIENT_CONN)).isEqualTo(2);
        assertThat(config.file()).isEqualTo(file);
    }

    @Test
    void namesTheIncludedFileOfAProblem(@TempDir Path directory) throws IOException {
        Path included = Files.writeString(directory.resolve("more.ini"), "\nfoo = 1\n");
        String text = "[pgbouncer]\n%include " + included + "\n";
        assertThatThrownBy(() -> Config.parse("weir.ini", text))
                .isInstanceOf(ConfigException.class)
                .hasMessage(included + ":2: unknown key \"foo\" in [pgbouncer]");
    }

    @Test
    void refusesAFileThatIncludesItself(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("weir.ini");
        Files.writeString(file, "%include " + file + "\n");
        assertThatThrownBy(() -> Config.load(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        file + ":1: %include: nested deeper than 10 (does a file include itself?)");
    }

    @Test
    void saysWhyAFileCannotBeRead(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("none.ini");
        assertThatThrownBy(() -> Config.load(missing))
                .isInstanceOf(ConfigException.class)
                .hasMessage(missing + ": cannot read \"" + missing + "\": no such file");
        Path latin = Files.write(directory.resolve("latin.ini"), new byte[] {'#', (byte) 0xe4});
        assertThatThrownBy(() -> Config.load(latin))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("not UTF-8 text");
    }

    private static Database database(Config config, String name) {
        return Objects.requireNonNull(config.database(name), name);
    }
}
