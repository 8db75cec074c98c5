package dev.weir.auth;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.Settings;
import dev.weir.pool.Use;
import java.time.Duration;
import java.util.Map;

/**
 * The use of connections that run {@code auth_query}. The only client data that reaches them is a
 * user name, as a parameter.
 */
final class AuthQueryUse implements Use {
    static final AuthQueryUse INSTANCE = new AuthQueryUse();

    /** A server that could not be reached is left alone for no longer than this. */
    private static final Duration PAUSE_MAX = Duration.ofSeconds(1);

    private AuthQueryUse() {}

    @Override
    public PoolSettings settings(Config config, Database database, String user) {
        Duration limit = config.get(Settings.AUTH_QUERY_TIMEOUT);
        PoolSettings all = config.poolSettings(database, user);
        Duration connect = all.serverConnectTimeout();
        return all.ofOwnUse(
                config.get(Settings.AUTH_QUERY_POOL_SIZE),
                connect.isZero() || connect.compareTo(limit) > 0 ? limit : connect);
    }

    @Override
    public Map<String, String> startup(Config config, Database database) {
        return Map.of(
                "search_path",
                "pg_catalog, \"$user\", public, pg_temp",
                "client_encoding",
                "UTF8",
                "DateStyle",
                "ISO",
                "TimeZone",
                "UTC",
                "statement_timeout",
                String.valueOf(config.get(Settings.AUTH_QUERY_TIMEOUT).toMillis()),
                "application_name",
                "weir auth_query");
    }

    /** Any node will do: all have the same users. */
    @Override
    public boolean isRouted() {
        return false;
    }

    /**
     * Connections for clients may need an answer before they are open: they cannot wait for each
     * other.
     */
    @Override
    public boolean isExempt() {
        return true;
    }

    @Override
    public Duration retryPauseMax(PoolSettings settings) {
        return PAUSE_MAX;
    }
}
