package dev.weir.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigSource;
import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class EnvironmentTest {
    @TempDir private Path directory;

    private static Config load(String... variables) throws ConfigException {
        return load(null, variables);
    }

    private static Config load(@Nullable Path file, String... variables) throws ConfigException {
        return Config.load(
                new ConfigSource(file, new Environment(map(variables), true, _ -> false)));
    }

    private static Map<String, String> map(String... variables) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            map.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return map;
    }

    private static Database database(Config config, String name) {
        return Objects.requireNonNull(config.database(name), name);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    // --- Weir's own names -----------------------------------------------------------------------

    static List<Setting<?>> settings() {
        return Settings.ALL;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void eachSettingHasAVariable(Setting<?> setting) throws ConfigException {
        String name = Alias.own(setting);
        String value = otherThanDefault(setting);
        Config config = load("DATABASE_URL=postgres://h/d", name + "=" + value);
        assertThat(config.text(setting)).isEqualTo(printed(setting, value));
        assertThat(config.origin(setting)).isEqualTo("environment variable " + name);
    }

    /** The name of one setting is that of another with _FILE. */
    @Test
    void aSettingIsNotTheFileOfAnother() throws ConfigException {
        Config config =
                load("DATABASE_URL=postgres://h/d", "WEIR_AUDIT=ddl", "WEIR_AUDIT_FILE=/no/file");

        assertThat(config.text(Settings.AUDIT)).isEqualTo("ddl");
        assertThat(config.text(Settings.AUDIT_FILE)).isEqualTo("/no/file");
    }

    private static String otherThanDefault(Setting<?> setting) {
        return Stream.of(
                        "2",
                        "1",
                        "0",
                        "text",
                        "100",
                        "1s",
                        "500ms",
                        "0600",
                        "1048576",
                        "a=1",
                        "http://h/")
                .filter(value -> fits(setting, value))
                .findFirst()
                .orElseGet(() -> setting.range().split(", ", -1)[0]);
    }

    private static boolean fits(Setting<?> setting, String value) {
        try {
            setting.parse(value);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static <T> String printed(Setting<T> setting, String value) {
        return setting.print(setting.parse(value));
    }

    @Test
    void anUnknownNameIsAnErrorWithTheNearest() {
        assertThatThrownBy(() -> load("PGHOST=h", "WEIR_POOLMODE=session"))
                .hasMessage(
                        "environment variable WEIR_POOLMODE: no such setting (did you mean"
                                + " WEIR_POOL_MODE?)");
    }

    @Test
    void aBadValueIsAnErrorWithTheNameOfTheVariable() {
        assertThatThrownBy(() -> load("PGHOST=h", "POOL_MODE=pool", "WEIR_LISTEN_PORT=x"))
                .hasMessageContaining(
                        "environment variable POOL_MODE: pool_mode: \"pool\" (expected: ")
                .hasMessageContaining("environment variable WEIR_LISTEN_PORT: listen_port: \"x\"");
    }

    /** As Kubernetes sets them in a namespace with services called weir, postgres and pgbouncer. */
    @Test
    void theLinksOfServicesAreNoConfiguration() throws ConfigException {
        Config config =
                load(
                        "POSTGRES_HOST=h",
                        "WEIR_SERVICE_HOST=10.0.0.1",
                        "WEIR_SERVICE_PORT_OPS=1",
                        "WEIR_PORT=tcp://10.0.0.1:6432",
                        "WEIR_PORT_6432_TCP=tcp://10.0.0.1:6432",
                        "WEIR_PORT_6432_TCP_ADDR=10.0.0.1",
                        "WEIR_PRIMARY_SERVICE_PORT=6432",
                        "POSTGRES_PORT=tcp://10.0.0.2:5432",
                        "PGBOUNCER_PORT=tcp://10.0.0.3:6432");
        assertThat(database(config, "x").hosts()).hasToString("[h:5432]");
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(6432);
    }

    @Test
    void whatIsEmptyIsNotSet() throws ConfigException {
        Config config = load("PGHOST=h", "DB_HOST=", "WEIR_POOL_MODE=", "WEIR_LISTEN_PORT=");
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.TRANSACTION);
    }

    @Test
    void linesOfAFileMayStandInVariables() throws ConfigException {
        Config config =
                load(
                        "WEIR_DATABASES=a = host=h1 pool_size=3\nb = host=h2",
                        "WEIR_USERS=u = pool_mode=session",
                        "WEIR_USERLIST=\"u\" \"secret\"\n\"v\" \"md5\"");
        assertThat(database(config, "a").poolSize()).isEqualTo(3);
        assertThat(Objects.requireNonNull(config.user("u")).poolMode()).isEqualTo(PoolMode.SESSION);
        assertThat(config.ownUsers().secret("u")).isEqualTo("secret");
        assertThatThrownBy(() -> load("WEIR_DATABASES=a = host=h\nb = hots=h"))
                .hasMessageContaining("environment variable WEIR_DATABASES:2: ")
                .hasMessageContaining("\"host\"");
    }

    // --- precedence -----------------------------------------------------------------------------

    @Test
    void weirsNameComesBeforeOthersAndTheseBeforeTheFile() throws Exception {
        Path ini =
                file(
                        "pgbouncer.ini",
                        """
                        [pgbouncer]
                        pool_mode = session
                        default_pool_size = 1
                        reserve_pool_size = 1
                        [databases]
                        a = host=file
                        b = host=file
                        """);
        Config config =
                load(
                        ini,
                        "POOL_MODE=statement",
                        "DEFAULT_POOL_SIZE=2",
                        "WEIR_DEFAULT_POOL_SIZE=3",
                        "DATABASE_URL=postgres://url/a");
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.STATEMENT);
        assertThat(config.get(Settings.DEFAULT_POOL_SIZE)).isEqualTo(3);
        assertThat(config.get(Settings.RESERVE_POOL_SIZE)).isEqualTo(1);
        assertThat(database(config, "a").hosts()).hasToString("[url:5432]");
        assertThat(database(config, "b").hosts()).hasToString("[file:5432]");
        assertThat(config.origin(Settings.RESERVE_POOL_SIZE)).isEqualTo(ini + ":4");
        assertThat(config.origin(Settings.QUERY_TIMEOUT)).isEqualTo("default");
        assertThat(config.get(Settings.MAX_CLIENT_CONN)).isEqualTo(100);
    }

    @Test
    void withAFileOnTheCommandLineOnlyWeirsNamesCount() throws Exception {
        Path ini = file("weir.ini", "[weir]\n[databases]\na = host=file\n");
        var environment =
                new Environment(
                        map("PGHOST=h", "POOL_MODE=session", "WEIR_QUERY_TIMEOUT=7"), false);
        Config config = Config.load(new ConfigSource(ini, environment));
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.text(Settings.QUERY_TIMEOUT)).isEqualTo("7");
        assertThat(config.database("other")).isNull();
        assertThat(environment.used()).containsExactly("WEIR_QUERY_TIMEOUT");
    }

    @Test
    void secretsComeFromFilesAndAreReadAgain() throws Exception {
        Path secret = file("secret", "first\n");
        Config config = load("PGHOST=h", "PGUSER=u", "PGPASSWORD_FILE=" + secret);
        assertThat(config.ownUsers().secret("u")).isEqualTo("first");
        Files.writeString(secret, "second");
        assertThat(config.reload().ownUsers().secret("u")).isEqualTo("second");
        Files.delete(secret);
        assertThatThrownBy(config::reload)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("environment variable PGPASSWORD_FILE: cannot read");
        assertThatThrownBy(() -> load("PGHOST=h", "PGPASSWORD=x", "PGPASSWORD_FILE=y"))
                .hasMessageContaining("PGPASSWORD_FILE as well (expected: one of them)");
    }

    // --- servers --------------------------------------------------------------------------------

    @Test
    void aUriIsADatabaseAndAUser() throws ConfigException {
        Config config =
                load(
                        "DATABASE_URL=postgres://u:p%40w@h:1/app?sslmode=verify-full"
                                + "&sslrootcert=/ca&application_name=x&pool_size=3"
                                + "&options=-c%20search_path%3Dmine&connection_limit=5");
        Database app = database(config, "app");
        assertThat(app.hosts()).hasToString("[h:1]");
        assertThat(app.poolSize()).isEqualTo(3);
        assertThat(app.serverParameters())
                .containsEntry("application_name", "x")
                .containsEntry("options", "-c search_path=mine");
        assertThat(app.forcedUser()).isNull();
        assertThat(config.ownUsers().secret("u")).isEqualTo("p@w");
        assertThat(config.get(Settings.SERVER_TLS_SSLMODE)).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(config.get(Settings.SERVER_TLS_CA_FILE)).isEqualTo("/ca");
        assertThat(config.get(Settings.LISTEN_ADDR)).containsExactly("*");
        assertThat(config.get(Settings.AUTH_TYPE)).isEqualTo(AuthType.SCRAM_SHA_256);
        assertThat(config.get(Settings.MAX_CLIENT_CONN)).isEqualTo(1000);
        assertThat(config.warnings()).singleElement().asString().contains("connection_limit");
    }

    @Test
    void severalUrisLeakNothingIntoEachOther() throws ConfigException {
        Config config =
                load(
                        "DATABASE_URLS=postgres://a:1@h1:1/x?pool_size=1,postgres://b@h2,h3:3/y\n"
                                + " postgres://h4");
        assertThat(database(config, "x").hosts()).hasToString("[h1:1]");
        assertThat(database(config, "y").hosts()).hasToString("[h2:5432, h3:3]");
        assertThat(database(config, "y").poolSize()).isNull();
        assertThat(database(config, "other").hosts()).hasToString("[h4:5432]");
        assertThat(config.ownUsers().users()).containsExactly("a");
    }

    @Test
    void whatCannotBothHoldIsAnError() {
        assertThatThrownBy(() -> load("DATABASE_URLS=postgres://u:a@h/x,postgres://u:b@h/y"))
                .hasMessageContaining("user \"u\" has two passwords");
        assertThatThrownBy(() ->
                        load(
                                "DATABASE_URLS=postgres://h/x?sslmode=require,"
                                        + "postgres://h/y?sslmode=disable"))
                .hasMessageContaining("\"disable\" for one server and \"require\" for another");
        assertThatThrownBy(() -> load("DATABASE_URL=postgres://h1/x", "PGHOST=h2", "PGDATABASE=x"))
                .hasMessageContaining("database \"x\": described twice");
    }

    @ParameterizedTest
    @CsvSource({
        "read-write, 'route=primary'",
        "primary, 'route=primary'",
        "standby, 'no_replica=error route=replica'",
        "read-only, 'no_replica=error route=replica'",
        "prefer-standby, 'route=replica'",
    })
    void whatLibpqWantsOfAServerIsARoute(String attributes, String keys) throws ConfigException {
        Config config =
                load("DATABASE_URL=postgres://u:p@a,[::1]:7/d?target_session_attrs=" + attributes);
        assertThat(config.toIni())
                .contains(
                        "d = dbname=d nodes=a:5432,[::1]:7 "
                                + keys.replace(
                                        "no_replica=error route=replica",
                                        "route=replica no_replica=error")
                                + " monitor_user=u");
    }

    @Test
    void anyHostMeansNoRoles() throws ConfigException {
        Config config = load("PGHOST=a,b", "PGTARGETSESSIONATTRS=any", "PGDATABASE=d");
        assertThat(config.toIni())
                .contains("d = dbname=d host=a,b port=5432 load_balance_hosts=disable");
        assertThatThrownBy(() -> load("PGHOST=a,b", "PGPORT=1,2", "PGTARGETSESSIONATTRS=any"))
                .hasMessageContaining("any needs the same port");
        assertThatThrownBy(() -> load("PGHOST=a", "PGTARGETSESSIONATTRS=best"))
                .hasMessageContaining("\"best\" (expected: any, primary");
    }

    @Test
    void whatBelongsToOtherContainersIsLeftAlone() throws ConfigException {
        Config config =
                load("DATABASE_URL=postgres://h/x", "POSTGRES_USER=a", "POSTGRES_PASSWORD=b");
        assertThat(config.databases()).hasSize(1);
        assertThat(config.ownUsers().users()).isEmpty();
    }

    // --- other images ---------------------------------------------------------------------------

    @Test
    void edoburusImage() throws ConfigException {
        Config config =
                load(
                        "DB_HOST=h",
                        "DB_PORT=1",
                        "DB_NAME=d",
                        "DB_USER=u",
                        "DB_PASSWORD=p",
                        "CLIENT_ENCODING=UTF8",
                        "AUTH_TYPE=md5",
                        "SERVER_RESET_QUERY=DISCARD ALL");
        assertThat(config.toIni())
                .contains("d = dbname=d host=h port=1 auth_user=u client_encoding=UTF8\n");
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(5432);
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.SESSION);
        assertThat(config.get(Settings.ADMIN_USERS)).containsExactly("postgres");
        assertThat(config.ownUsers().secret("u")).isEqualTo("p");
    }

    @Test
    void bitnamisImage() throws ConfigException {
        Config config =
                load(
                        "POSTGRESQL_HOST=h",
                        "POSTGRESQL_USERNAME=u",
                        "POSTGRESQL_PASSWORD=p p",
                        "POSTGRESQL_DATABASE=real",
                        "PGBOUNCER_DATABASE=alias",
                        "PGBOUNCER_SET_DATABASE_USER=yes",
                        "PGBOUNCER_SET_DATABASE_PASSWORD=yes",
                        "PGBOUNCER_PORT=7000",
                        "PGBOUNCER_POOL_MODE=transaction",
                        "PGBOUNCER_DSN_0=other = host=o",
                        "PGBOUNCER_USERLIST=\"v\" \"w\"");
        assertThat(config.toIni())
                .contains("alias = dbname=real host=h port=5432 user=u password=****\n");
        assertThat(database(config, "alias").password()).isEqualTo("p p");
        assertThat(database(config, "other").hosts()).hasToString("[o:5432]");
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(7000);
        assertThat(config.get(Settings.AUTH_TYPE)).isEqualTo(AuthType.SCRAM_SHA_256);
        assertThat(config.get(Settings.ADMIN_USERS)).containsExactly("u");
        assertThat(config.ownUsers().users()).containsExactlyInAnyOrder("u", "v");
        Config all = load("PGBOUNCER_DATABASE=*", "POSTGRESQL_PASSWORD=p");
        assertThat(database(all, "x").hosts()).hasToString("[postgresql:5432]");
    }

    @Test
    void zalandosImage() throws ConfigException {
        Config config =
                load(
                        "PGHOST=h",
                        "PGPORT=5432",
                        "PGUSER=pooler",
                        "PGPASSWORD=p",
                        "PGSCHEMA=pooler",
                        "CONNECTION_POOLER_PORT=5432",
                        "CONNECTION_POOLER_MODE=transaction",
                        "CONNECTION_POOLER_DEFAULT_SIZE=30",
                        "CONNECTION_POOLER_MAX_DB_CONN=60");
        assertThat(config.toIni()).contains("* = host=h port=5432 auth_user=pooler\n");
        assertThat(config.get(Settings.AUTH_QUERY))
                .isEqualTo("SELECT * FROM \"pooler\".user_lookup($1)");
        assertThat(config.get(Settings.MAX_DB_CONNECTIONS)).isEqualTo(60);
        assertThat(config.get(Settings.SERVER_TLS_SSLMODE)).isEqualTo(SslMode.REQUIRE);
    }

    @Test
    void pgbouncersManifestsWithTheNamesOfPostgresImage() throws ConfigException {
        Config config =
                load(
                        "POSTGRES_HOST=h",
                        "POSTGRES_PORT=5433",
                        "POSTGRES_DB=d",
                        "POSTGRES_USER=u",
                        "POSTGRES_PASSWORD=p");
        assertThat(config.toIni()).contains("d = dbname=d host=h port=5433\n");
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(6432);
        assertThat(config.ownUsers().secret("u")).isEqualTo("p");
    }

    @Test
    void pgpoolsImages() throws ConfigException {
        Config config =
                load(
                        "PGPOOL_PARAMS_BACKEND_HOSTNAME0=pg",
                        "PGPOOL_PARAMS_BACKEND_PORT0=5432",
                        "PGPOOL_PARAMS_BACKEND_WEIGHT0=0",
                        "PGPOOL_PARAMS_BACKEND_HOSTNAME1=pg-replica",
                        "PGPOOL_PARAMS_BACKEND_WEIGHT1=2",
                        "PGPOOL_PARAMS_SR_CHECK_USER=check",
                        "PGPOOL_PARAMS_SR_CHECK_PASSWORD=c",
                        "POSTGRES_USERNAME=app",
                        "POSTGRES_PASSWORD=p",
                        "OTHER_USERNAME=o",
                        "OTHER_PASSWORD=q");
        assertThat(config.toIni())
                .contains(
                        "postgres = nodes=pg:5432,pg-replica:5432*2 route=auto monitor_user=check\n"
                                + "app = nodes=");
        assertThat(config.ownUsers().users()).containsExactlyInAnyOrder("app", "check", "o");
        assertThat(config.get(Settings.LISTEN_PORT)).isEqualTo(9999);
        assertThat(config.get(Settings.POOL_MODE)).isEqualTo(PoolMode.SESSION);
        Config bitnami =
                load(
                        "PGPOOL_BACKEND_NODES=0:pg-0:5432,1:pg-1:5433",
                        "PGPOOL_ENABLE_LOAD_BALANCING=no",
                        "PGPOOL_POSTGRES_DATABASE=d",
                        "PGPOOL_POSTGRES_USERNAME=u",
                        "PGPOOL_POSTGRES_PASSWORD=p");
        assertThat(bitnami.toIni())
                .contains("d = nodes=pg-0:5432,pg-1:5433 route=primary monitor_user=u\n");
    }

    // --- OpenTelemetry ------------------------------------------------------------------------

    private static final String COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT=http://otel:4318";

    @Test
    void takesOpenTelemetrysNames() throws ConfigException {
        Config config =
                load(
                        COLLECTOR,
                        "OTEL_EXPORTER_OTLP_HEADERS=api-key=general",
                        "OTEL_EXPORTER_OTLP_METRICS_HEADERS=api-key=own",
                        "OTEL_METRIC_EXPORT_INTERVAL=15000",
                        "OTEL_SERVICE_NAME=pooler",
                        "OTEL_RESOURCE_ATTRIBUTES=a=1,b=2");

        assertThat(config.get(Settings.OTLP_URL)).isEqualTo("http://otel:4318/v1/metrics");
        assertThat(config.get(Settings.OTLP_HEADERS)).isEqualTo("api-key=own");
        assertThat(config.text(Settings.OTLP_HEADERS)).isEqualTo("****");
        assertThat(config.text(Settings.OTLP_INTERVAL)).isEqualTo("15");
        assertThat(config.get(Settings.OTLP_SERVICE_NAME)).isEqualTo("pooler");
        assertThat(config.get(Settings.OTLP_ATTRIBUTES)).isEqualTo("a=1,b=2");
        assertThat(
                        load(COLLECTOR, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=https://m/x")
                                .get(Settings.OTLP_URL))
                .isEqualTo("https://m/x");
        assertThat(load(COLLECTOR, "WEIR_OTLP_URL=http://own/").get(Settings.OTLP_URL))
                .isEqualTo("http://own/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
                "OTEL_METRICS_EXPORTER=none",
                "OTEL_SDK_DISABLED=true",
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=otel:4317"
            })
    void pushesNothingWhereOpenTelemetrysNamesAskForSomethingElse(String variable)
            throws ConfigException {
        Config config = load(COLLECTOR, "OTEL_SERVICE_NAME=%zz", variable);

        assertThat(config.get(Settings.OTLP_URL)).isEmpty();
        assertThat(config.warnings().toString())
                .contains(variable.contains(":") || variable.contains("grpc") ? "OTEL_" : "");
    }

    @Test
    void warnsOfWhatOpenTelemetrysNamesHaveWrong() throws ConfigException {
        Config config = load(COLLECTOR, "OTEL_EXPORTER_OTLP_HEADERS=secret");

        assertThat(config.get(Settings.OTLP_URL)).isNotEmpty();
        assertThat(config.warnings())
                .anySatisfy(warning ->
                        assertThat(warning.toString())
                                .contains("OTEL_EXPORTER_OTLP_HEADERS", "has no effect")
                                .doesNotContain("\"secret\""));
    }

    static List<Alias> aliases() {
        return Alias.ALL;
    }

    @ParameterizedTest
    @MethodSource("aliases")
    void eachOtherNameSetsItsSetting(Alias alias) throws ConfigException {
        String value = otherThanDefault(alias.setting());
        Config config = load("DATABASE_URL=postgres://h/d", alias.variable() + "=" + value);
        assertThat(config.text(alias.setting())).isEqualTo(printed(alias.setting(), value));
    }

    // --- what it comes to -----------------------------------------------------------------------

    @Test
    void theFileThatItComesToMeansTheSameAndHasNoSecret() throws Exception {
        Config config =
                load(
                        "DATABASE_URL=postgres://u:hidden@h:1/d?options=-c%20a.b%3D1",
                        "WEIR_DATABASES='two words' = host=h user=u password='hidden'",
                        "WEIR_CLIENT_TLS_KEY_PASSPHRASE=hidden",
                        "WEIR_QUERY_TIMEOUT=500ms");
        String ini = config.toIni();
        assertThat(ini)
                .doesNotContain("hidden")
                .contains("; environment variable WEIR_DATABASES\n");
        Config again = Config.load(file("again.ini", ini));
        Map<String, String> before = new TreeMap<>();
        Map<String, String> after = new TreeMap<>();
        for (Setting<?> setting : Settings.ALL) {
            before.put(setting.name(), config.text(setting));
            after.put(setting.name(), again.text(setting));
        }
        assertThat(after).isEqualTo(before);
        assertThat(again.databases()).hasToString(config.databases().toString());
    }
}
