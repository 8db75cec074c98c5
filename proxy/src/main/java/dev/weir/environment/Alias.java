package dev.weir.environment;

import dev.weir.config.Setting;
import dev.weir.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Another name for a global setting.
 *
 * @param variable the name
 * @param image the image that uses the name
 */
record Alias(String variable, Setting<?> setting, Image image) {
    /** The prefix of Weir's own variables. */
    static final String OWN = "WEIR_";

    private static final String BITNAMI = "PGBOUNCER_";

    /** The settings that edoburu's image takes by their bare names. */
    private static final List<Setting<?>> BARE =
            List.of(
                    Settings.ADMIN_USERS,
                    Settings.APPLICATION_NAME_ADD_HOST,
                    Settings.AUTH_DBNAME,
                    Settings.AUTH_FILE,
                    Settings.AUTH_HBA_FILE,
                    Settings.AUTH_QUERY,
                    Settings.AUTH_TYPE,
                    Settings.AUTH_USER,
                    Settings.AUTODB_IDLE_TIMEOUT,
                    Settings.CLIENT_IDLE_TIMEOUT,
                    Settings.CLIENT_LOGIN_TIMEOUT,
                    Settings.CLIENT_TLS_CA_FILE,
                    Settings.CLIENT_TLS_CERT_FILE,
                    Settings.CLIENT_TLS_CIPHERS,
                    Settings.CLIENT_TLS_DHEPARAMS,
                    Settings.CLIENT_TLS_ECDHCURVE,
                    Settings.CLIENT_TLS_KEY_FILE,
                    Settings.CLIENT_TLS_PROTOCOLS,
                    Settings.CLIENT_TLS_SSLMODE,
                    Settings.DEFAULT_POOL_SIZE,
                    Settings.DISABLE_PQEXEC,
                    Settings.DNS_MAX_TTL,
                    Settings.DNS_NXDOMAIN_TTL,
                    Settings.IDLE_TRANSACTION_TIMEOUT,
                    Settings.IGNORE_STARTUP_PARAMETERS,
                    Settings.LISTEN_ADDR,
                    Settings.LISTEN_BACKLOG,
                    Settings.LISTEN_PORT,
                    Settings.LOGFILE,
                    Settings.LOG_CONNECTIONS,
                    Settings.LOG_DISCONNECTIONS,
                    Settings.LOG_POOLER_ERRORS,
                    Settings.LOG_STATS,
                    Settings.MAX_CLIENT_CONN,
                    Settings.MAX_DB_CONNECTIONS,
                    Settings.MAX_PACKET_SIZE,
                    Settings.MAX_PREPARED_STATEMENTS,
                    Settings.MAX_USER_CONNECTIONS,
                    Settings.MIN_POOL_SIZE,
                    Settings.PKT_BUF,
                    Settings.POOL_MODE,
                    Settings.QUERY_TIMEOUT,
                    Settings.QUERY_WAIT_TIMEOUT,
                    Settings.RESERVE_POOL_SIZE,
                    Settings.RESERVE_POOL_TIMEOUT,
                    Settings.SBUF_LOOPCNT,
                    Settings.SERVER_CHECK_DELAY,
                    Settings.SERVER_CHECK_QUERY,
                    Settings.SERVER_CONNECT_TIMEOUT,
                    Settings.SERVER_IDLE_TIMEOUT,
                    Settings.SERVER_LIFETIME,
                    Settings.SERVER_LOGIN_RETRY,
                    Settings.SERVER_RESET_QUERY,
                    Settings.SERVER_RESET_QUERY_ALWAYS,
                    Settings.SERVER_ROUND_ROBIN,
                    Settings.SERVER_TLS_CA_FILE,
                    Settings.SERVER_TLS_CERT_FILE,
                    Settings.SERVER_TLS_CIPHERS,
                    Settings.SERVER_TLS_KEY_FILE,
                    Settings.SERVER_TLS_PROTOCOLS,
                    Settings.SERVER_TLS_SSLMODE,
                    Settings.STATS_PERIOD,
                    Settings.STATS_USERS,
                    Settings.SUSPEND_TIMEOUT,
                    Settings.TCP_DEFER_ACCEPT,
                    Settings.TCP_KEEPALIVE,
                    Settings.TCP_KEEPCNT,
                    Settings.TCP_KEEPIDLE,
                    Settings.TCP_KEEPINTVL,
                    Settings.TCP_USER_TIMEOUT,
                    Settings.UNIX_SOCKET_DIR,
                    Settings.VERBOSE);

    /** All of them; if several for one setting have a value, the last one counts. */
    static final List<Alias> ALL = all();

    private static List<Alias> all() {
        List<Alias> all = new ArrayList<>();
        BARE.forEach(setting -> all.add(new Alias(upper(setting), setting, Image.EDOBURU)));
        for (Setting<?> setting : Settings.PGBOUNCER) {
            all.add(new Alias(BITNAMI + upper(setting), setting, Image.BITNAMI));
        }
        add(all, Image.BITNAMI, "PGBOUNCER_PORT", Settings.LISTEN_PORT);
        add(all, Image.BITNAMI, "PGBOUNCER_LISTEN_ADDRESS", Settings.LISTEN_ADDR);
        add(all, Image.BITNAMI, "PGBOUNCER_BIND_ADDRESS", Settings.LISTEN_ADDR);
        add(all, Image.BITNAMI, "PGBOUNCER_LOG_FILE", Settings.LOGFILE);
        add(all, Image.BITNAMI, "PGBOUNCER_SOCKET_DIR", Settings.UNIX_SOCKET_DIR);
        add(all, Image.BITNAMI, "PGBOUNCER_SOCKET_GROUP", Settings.UNIX_SOCKET_GROUP);
        add(all, Image.BITNAMI, "PGBOUNCER_SOCKET_MODE", Settings.UNIX_SOCKET_MODE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_PORT", Settings.LISTEN_PORT);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_MODE", Settings.POOL_MODE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_DEFAULT_SIZE", Settings.DEFAULT_POOL_SIZE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_MIN_SIZE", Settings.MIN_POOL_SIZE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_RESERVE_SIZE", Settings.RESERVE_POOL_SIZE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_MAX_CLIENT_CONN", Settings.MAX_CLIENT_CONN);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_MAX_DB_CONN", Settings.MAX_DB_CONNECTIONS);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_CLIENT_TLS_CRT", Settings.CLIENT_TLS_CERT_FILE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_CLIENT_TLS_KEY", Settings.CLIENT_TLS_KEY_FILE);
        add(all, Image.ZALANDO, "CONNECTION_POOLER_CLIENT_CA_FILE", Settings.CLIENT_TLS_CA_FILE);
        add(all, Image.PGPOOL, "PGPOOL_PARAMS_PORT", Settings.LISTEN_PORT);
        add(all, Image.PGPOOL, "PGPOOL_PARAMS_LISTEN_ADDRESSES", Settings.LISTEN_ADDR);
        add(all, Image.BITNAMI_PGPOOL, "PGPOOL_PORT_NUMBER", Settings.LISTEN_PORT);
        return List.copyOf(all);
    }

    private static void add(List<Alias> all, Image image, String variable, Setting<?> setting) {
        all.add(new Alias(variable, setting, image));
    }

    /** Returns Weir's own name for a setting. */
    static String own(Setting<?> setting) {
        return OWN + upper(setting);
    }

    private static String upper(Setting<?> setting) {
        return setting.name().toUpperCase(Locale.ROOT);
    }
}
