package dev.weir.environment;

import dev.weir.ManualPage;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Holds docs/environment.md to the tables; {@code -Ddocs.update=true} writes it. */
@NullMarked
final class EnvironmentDocTest {
    private static final List<Image> COLUMNS = List.of(Image.EDOBURU, Image.BITNAMI, Image.ZALANDO);

    @Test
    void keepsThePageOfTheManual() {
        ManualPage.hold("environment.md", page());
    }

    private static String page() {
        return """
        <!-- Generated from dev.weir.environment: mvn test -Dtest=EnvironmentDocTest -Ddocs.update=true -->
        # Configuration by environment

        ```
        DATABASE_URL=postgres://app:secret@10.0.0.5:5432/app weir run
        psql postgres://app:secret@localhost:6432/app
        ```

        `weir run` without a file takes everything from environment variables. `weir env` prints what they come to as a file,
        with the origin of each value and without secrets; `weir check` checks it; `SHOW SETTINGS` has the origins, too.

        ## Which takes precedence

        1. `SET` at the console, until a RELOAD that finds a value elsewhere.
        2. `WEIR_*`: `WEIR_POOL_MODE` for `pool_mode`, one for each [setting](settings.md).
        3. Other names: those of libpq and of the images below. They are read only if the command line names no file, since a shell may have
           `PGHOST` for quite other reasons.
        4. The file: the one of the command line; without it `$WEIR_CONFIG`, or the first of `/etc/weir/weir.ini`,
           `/etc/pgbouncer/pgbouncer.ini` and `/bitnami/pgbouncer/conf/pgbouncer.ini` that exists.
        5. Without a file, the defaults of the image whose names are used: see below.
        6. The defaults of [settings.md](settings.md): Weir's own without a file.

        Weir logs in one line, when it starts, which variables it has read. An entry of `[databases]` takes the place of one with the same name
        below it, as a whole.

        * `NAME_FILE` names a file that has the value of `NAME`, for secrets. It is read again on RELOAD. A line break at its end does not count.
        * An empty variable is as good as none.
        * An unknown `WEIR_*` is an error that names the nearest. What Kubernetes sets for services (`WEIR_SERVICE_HOST`, `WEIR_PORT=tcp://…`,
          `POSTGRES_PORT=tcp://…`) is not read.
        * Values are taken as they are: `${env:NAME}` is for files.

        | variable | meaning |
        |---|---|
        | `WEIR_DATABASES`, `WEIR_USERS` | lines of `[databases]` and `[users]`, as in a file |
        | `WEIR_USERLIST` | lines of a users file: `"user" "secret"` |
        | `WEIR_CONFIG` | the file, if the command line names none |
        | `WEIR_LOG_LEVEL`, `WEIR_JAVA_OPTS`, `WEIR_PROFILE` | see [configuration.md](configuration.md#the-log) and [distribution.md](distribution.md) |

        ## Servers

        `DATABASE_URL` is a URI as in [libpq's manual](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS):
        `postgres://user:password@host:port,host:port/dbname?key=value`. `DATABASE_URLS` has several, with commas or line breaks between.

        * Each part may be percent-encoded; `: / ? # @ %` in a password must be (`%3A %2F %3F %23 %40 %25`). IPv6 addresses stand in `[…]`.
        * The database is an entry of `[databases]`; without one, the entry is `*`: every database of that server.
        * User and password are those with which clients log in to Weir, and Weir to the server. Two passwords of one user are an error.
        * With several hosts, Weir finds out which of them is the primary ([routing.md](routing.md)); the user of the URI asks them, unless there is a `monitor_user`.
          `target_session_attrs` says where transactions go:

          | | |
          |---|---|
          | none | `nodes=…`: as `route` says, to the primary by default |
          | `any` | `host=…`: to any of them, the first that can be reached |
          | `primary`, `read-write` | `route=primary` |
          | `standby`, `read-only` | `route=replica no_replica=error` |
          | `prefer-standby` | `route=replica` |

        * `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `sslpassword`, `sslcrl` and `connect_timeout` become `server_tls_…` and `server_connect_timeout`, which are one
          for all servers: two different values are an error. `channel_binding` has no effect: Weir binds SCRAM to the certificate where the server can.
        * Any key of `[databases]` may be a parameter: `?pool_mode=session&pool_size=5&options=-c%20search_path%3Dapp`. Others, such as
          those of frameworks, have no effect, and Weir warns of them.

        Instead of a URI, the parts may have a variable each. A host makes them count:

        """
                + servers()
                + """

                libpq's other variables:

                """
                + parameters(OtherNames.LIBPQ)
                + """

                ## Other images

                Manifests for these images run with the image exchanged. One of the variables in the second column brings the defaults of that image, which
                apply if there is no file; without them, they are Weir's own: port 6432, `auth_type = scram-sha-256`, `pool_mode = transaction`.
                Whosever they are, `listen_addr` is `*`, there is no Unix socket, and `shutdown_timeout` is 25 s: a stop with less patience, such as that of `docker stop`, needs another value.

                """
                + images()
                + """

                * Weir waits for no server when it starts: `PGBOUNCER_INIT_SLEEP_TIME` and the like are not needed.
                * `user`, the user to become, is ignored where Weir does not run as root, and has no alias.
                * edoburu's `CLIENT_ENCODING`, `TIMEZONE` and `POOL_SIZE` are keys of the entry. Its `auth_user` is `DB_USER`, as there.
                * bitnami's `PGBOUNCER_DSN_0` and following are lines of `[databases]`, `PGBOUNCER_USERLIST` those of a users file;
                  `PGBOUNCER_SET_DATABASE_USER`, `PGBOUNCER_SET_DATABASE_PASSWORD` and `PGBOUNCER_CONNECT_QUERY` mean what they mean there.
                * Zalando's operator also sets `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD` and `PGSCHEMA`: `auth_query` calls `user_lookup` there, as `PGUSER`.
                  Its image makes itself a certificate for clients; Weir needs `CONNECTION_POOLER_CLIENT_TLS_CRT` and `…_KEY`, or clients that do without TLS.
                * Pgpool-II's `PGPOOL_BACKEND_HOSTNAME0`, `…PORT0`, `…WEIGHT0` and following (also with `PGPOOL_PARAMS_`), and bitnami's `PGPOOL_BACKEND_NODES`, become
                  `nodes=`, with `route=auto` unless load balancing is off, and `pool_mode=session`. `PGPOOL_SR_CHECK_USER` is the `monitor_user`. Pairs `…_USERNAME`
                  and `…_PASSWORD` are users. Pgpool serves every database; here each needs an entry: name it with `POSTGRES_DB`, or several with `WEIR_DATABASES`.
                * A users file that is mounted at `/etc/weir/userlist.txt`, `/etc/pgbouncer/userlist.txt` or `/bitnami/pgbouncer/conf/userlist.txt`
                  is read without being named.

                ## OpenTelemetry

                With `OTEL_EXPORTER_OTLP_ENDPOINT`, or `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, the [metrics](monitoring.md#opentelemetry) are pushed there. These variables
                may be meant for another process: where they ask for what Weir does not do, it warns and pushes nothing. It does so for `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`;
                `OTEL_METRICS_EXPORTER=none` and `OTEL_SDK_DISABLED=true` turn it off.

                """
                + openTelemetry()
                + """

                ## All names

                """
                + settings();
    }

    private static String servers() {
        return Server.ALL.stream()
                .map(server ->
                        row(
                                server.image().toString(),
                                codes(server.host()),
                                codes(server.port()),
                                codes(server.user()),
                                codes(server.password()),
                                codes(server.dbname())))
                .collect(
                        Collectors.joining(
                                "",
                                """
                                | of | host | port | user | password | database |
                                |---|---|---|---|---|---|
                                """,
                                ""));
    }

    private static String parameters(Map<String, String> names) {
        return new TreeMap<>(names)
                .entrySet().stream()
                        .map(one -> row('`' + one.getValue() + '`', '`' + one.getKey() + '`'))
                        .collect(
                                Collectors.joining(
                                        "", "| variable | parameter |\n|---|---|\n", ""));
    }

    private static String openTelemetry() {
        Map<String, String> names = new TreeMap<>();
        names.put(Settings.OTLP_URL.name(), codes(OtelNames.URLS));
        names.put(Settings.OTLP_INTERVAL.name(), '`' + OtelNames.INTERVAL + "`, in milliseconds");
        OtelNames.OTHERS.forEach((setting, all) -> names.put(setting.name(), codes(all)));
        return names.entrySet().stream()
                .map(one -> row('`' + one.getKey() + '`', one.getValue()))
                .collect(
                        Collectors.joining(
                                "",
                                "| setting | variables, the first that is set |\n|---|---|\n",
                                ""));
    }

    private static String images() {
        return Stream.of(Image.values())
                .filter(image -> !image.marks().isEmpty())
                .map(image -> row(image.toString(), codes(image.marks()), defaults(image)))
                .collect(
                        Collectors.joining(
                                "", "| image | known by | its defaults |\n|---|---|---|\n", ""));
    }

    private static String defaults(Image image) {
        return switch (image) {
            case LIBPQ -> "";
            case EDOBURU ->
                    "PgBouncer's; `listen_port` 5432, `admin_users` postgres,"
                            + " `ignore_startup_parameters` extra_float_digits";
            case BITNAMI ->
                    "PgBouncer's; `auth_type` scram-sha-256, `admin_users` as"
                            + " `POSTGRESQL_USERNAME`, `ignore_startup_parameters`"
                            + " extra_float_digits";
            case POSTGRES -> "PgBouncer's";
            case ZALANDO ->
                    "PgBouncer's; `auth_dbname` postgres, `server_tls_sslmode` require,"
                            + " `admin_users` as `PGUSER`, `ignore_startup_parameters`"
                            + " extra_float_digits,options";
            case PGPOOL -> "Weir's; `pool_mode` session, `listen_port` 9999";
            case BITNAMI_PGPOOL -> "Weir's; `pool_mode` session, `listen_port` 5432";
        };
    }

    private static String settings() {
        StringBuilder table =
                new StringBuilder("| setting | Weir |")
                        .append(
                                COLUMNS.stream()
                                        .map(image -> " " + image + " |")
                                        .collect(Collectors.joining()))
                        .append("\n|---|---|---|---|---|\n");
        for (Setting<?> setting : Settings.ALL) {
            Map<Image, List<String>> names = new EnumMap<>(Image.class);
            for (Alias alias : Alias.ALL) {
                if (alias.setting().equals(setting)) {
                    names.computeIfAbsent(alias.image(), _ -> new ArrayList<>())
                            .add(alias.variable());
                }
            }
            List<String> cells = new ArrayList<>();
            cells.add('`' + setting.name() + '`');
            cells.add('`' + Alias.own(setting) + '`');
            COLUMNS.forEach(image -> cells.add(codes(names.getOrDefault(image, List.of()))));
            table.append(row(cells.toArray(String[]::new)));
        }
        return table.toString();
    }

    private static String codes(List<String> names) {
        return names.stream().map(name -> '`' + name + '`').collect(Collectors.joining(", "));
    }

    private static String row(String... cells) {
        return Stream.of(cells).collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
