package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that operators start from. */
@NullMarked
final class SamplesTest {
    private static final Path CONF = Path.of("..", "conf");
    private static final Pattern COMMENTED_SETTING =
            Pattern.compile("^;([a-z0-9_]+) = ?(.*)$", Pattern.MULTILINE);

    @Test
    void loadsTheSampleWithoutAWarning() throws ConfigException {
        Config config = Config.load(CONF.resolve("weir.ini"));
        assertThat(config.warnings()).isEmpty();
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.database("app")).isNotNull();
    }

    @Test
    void showsTheDefaultsInTheSample() throws IOException {
        String sample = Files.readString(CONF.resolve("weir.ini"));
        List<MatchResult> commented = COMMENTED_SETTING.matcher(sample).results().toList();
        assertThat(commented).hasSizeGreaterThan(30);
        for (MatchResult line : commented) {
            Setting<?> setting = Section.GLOBAL.setting(line.group(1));
            assertThat(setting).as(line.group(1)).isNotNull();
            assertDefault(Objects.requireNonNull(setting), line.group(2));
        }
    }

    private static <T> void assertDefault(Setting<T> setting, String text) {
        assertThat(setting.parse(text)).as(setting.name()).isEqualTo(setting.defaultValue());
    }

    /** The first block of ini in each of these documents, as a reader would paste it. */
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/routing.md"})
    void loadsWhatTheManualShowsFirst(String document) throws IOException, ConfigException {
        String text = Files.readString(CONF.resolveSibling(document));
        String ini = text.split("```ini\n", 2)[1].split("```", 2)[0];
        assertThat(Config.parse(document, ini).databases()).isNotEmpty();
    }

    /** Its console line works with its own ini. */
    @Test
    void theReadmeHasTheAdministratorThatItLogsInAs() throws IOException, ConfigException {
        String text = Files.readString(CONF.resolveSibling("README.md"));
        String ini = text.split("```ini\n", 2)[1].split("```", 2)[0];
        Matcher console = Pattern.compile("//([a-z]+):…@[0-9.:]+/pgbouncer").matcher(text);
        assertThat(console.find()).isTrue();
        assertThat(Config.parse("README.md", ini).get(Settings.ADMIN_USERS))
                .contains(console.group(1));
    }

    @Test
    void aRestartBySystemdEnds() throws IOException, ConfigException {
        Path dist = CONF.resolveSibling("src/dist");
        String unit = Files.readString(dist.resolve("weir.service"));
        Matcher stop = Pattern.compile("(?m)^TimeoutStopSec=([0-9]+)$").matcher(unit);
        assertThat(stop.find()).isTrue();
        assertThat(Config.load(CONF.resolve("weir.ini")).get(Settings.SHUTDOWN_TIMEOUT))
                .isPositive()
                .isLessThan(Duration.ofSeconds(Integer.parseInt(stop.group(1))));
        assertThat(unit).contains("\nKillSignal=SIGINT\n");
        assertThat(Files.readString(dist.resolve("weir.socket"))).contains("=/run/weir/");
        assertThat(unit).contains("\nRuntimeDirectory=weir\nRuntimeDirectoryPreserve=yes\n");
    }

    @Test
    void loadsTheSampleUsersFile() throws ConfigException {
        UserList users = UserList.load(CONF.resolve("userlist.txt"));
        assertThat(users.users()).isNotEmpty();
        for (String user : users.users()) {
            assertThat(users.secret(user)).as(user).isNotEmpty();
        }
    }

    @Test
    void loadsAFileInTheStyleOfDebiansPackage() throws ConfigException {
        Config config =
                Config.parse(
                        "pgbouncer.ini",
                        """
                        ;;;
                        ;;; PgBouncer configuration file
                        ;;;

                        [databases]
                        ;; foodb over Unix socket
                        ;foodb =
                        foodb = host=localhost dbname=foodb
                        bardb = host=localhost dbname=bazdb
                        forcedb = host=localhost port=300 user=baz password=foo client_encoding=UNICODE datestyle=ISO connect_query='SELECT 1'
                        * = host=testserver

                        [users]
                        user1 = pool_mode=transaction max_user_connections=10

                        [pgbouncer]
                        logfile = /var/log/postgresql/pgbouncer.log
                        pidfile = /var/run/postgresql/pgbouncer.pid
                        listen_addr = localhost
                        listen_port = 6432
                        unix_socket_dir = /var/run/postgresql
                        unix_socket_mode = 0777
                        unix_socket_group =
                        auth_type = md5
                        auth_file = /etc/pgbouncer/userlist.txt
                        admin_users = user2, someadmin, otheradmin
                        stats_users = stats, root
                        server_reset_query = DISCARD ALL
                        server_tls_sslmode = prefer
                        """);
        assertThat(config.warnings()).isEmpty();
        assertThat(config.databases()).hasSize(3);
        assertThat(config.get(Settings.ADMIN_USERS))
                .containsExactly("user2", "someadmin", "otheradmin");
    }
}
