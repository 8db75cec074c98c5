package dev.weir.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code [databases]}: the name that clients use for a database, and where the database
 * is. A null component is not set in the entry, so the global setting applies; {@link
 * Config#poolSettings} combines the two.
 *
 * @param name the name that clients ask for; {@code *} in the template for all other names
 * @param hosts at least one
 * @param dbname the name at the server; empty in a template that gives none
 * @param forcedUser the user of every server connection, or null for the client's user
 * @param password the password of the forced user; null if it is in the users file
 * @param passwordFile the file that holds the password instead
 * @param serverNames the hosts (SNI) of which a client must have named one; empty if any host, or
 *     none, will do
 * @param serverParameters the startup parameters that the entry adds
 * @param cluster the cluster, in an entry with {@code nodes}, whose addresses are then {@code
 *     hosts}; otherwise null
 * @param auto whether it was made from the entry {@code *}
 */
public record Database(
        String name,
        List<ServerAddress> hosts,
        String dbname,
        @Nullable String forcedUser,
        @Nullable String password,
        @Nullable String passwordFile,
        @Nullable String authUser,
        @Nullable String authQuery,
        @Nullable String authDbname,
        @Nullable Integer poolSize,
        @Nullable Integer minPoolSize,
        @Nullable Integer reservePoolSize,
        @Nullable Integer maxPinned,
        @Nullable String connectQuery,
        @Nullable PoolMode poolMode,
        @Nullable Duration queryTimeout,
        @Nullable Duration queryWaitTimeout,
        @Nullable Duration idleTransactionTimeout,
        @Nullable Duration transactionTimeout,
        @Nullable Duration clientIdleTimeout,
        @Nullable LoadBalanceHosts loadBalanceHosts,
        @Nullable Integer maxDbConnections,
        @Nullable Integer maxDbClientConnections,
        @Nullable Duration serverLifetime,
        List<String> serverNames,
        Map<String, String> serverParameters,
        @Nullable ClusterSettings cluster,
        boolean auto) {

    public Database {
        hosts = List.copyOf(hosts);
        serverNames = List.copyOf(serverNames);
        serverParameters = Map.copyOf(serverParameters);
        assert !hosts.isEmpty() : name;
    }

    static Database of(
            String name,
            List<ServerAddress> hosts,
            Values values,
            @Nullable ClusterSettings cluster,
            boolean auto) {
        String dbname = values.get(EntrySettings.DBNAME);
        return new Database(
                name,
                hosts,
                dbname != null ? dbname : auto ? "" : name,
                values.get(EntrySettings.FORCED_USER),
                values.get(EntrySettings.PASSWORD),
                values.get(EntrySettings.PASSWORD_FILE),
                values.get(Settings.AUTH_USER),
                values.get(Settings.AUTH_QUERY),
                values.get(Settings.AUTH_DBNAME),
                values.get(EntrySettings.POOL_SIZE),
                values.get(Settings.MIN_POOL_SIZE),
                values.get(Settings.RESERVE_POOL_SIZE),
                values.get(Settings.MAX_PINNED),
                values.get(EntrySettings.CONNECT_QUERY),
                values.get(Settings.POOL_MODE),
                values.get(Settings.QUERY_TIMEOUT),
                values.get(Settings.QUERY_WAIT_TIMEOUT),
                values.get(Settings.IDLE_TRANSACTION_TIMEOUT),
                values.get(Settings.TRANSACTION_TIMEOUT),
                values.get(Settings.CLIENT_IDLE_TIMEOUT),
                values.get(EntrySettings.LOAD_BALANCE_HOSTS),
                values.get(Settings.MAX_DB_CONNECTIONS),
                values.get(Settings.MAX_DB_CLIENT_CONNECTIONS),
                values.get(Settings.SERVER_LIFETIME),
                values.orDefault(EntrySettings.SNI),
                startupParameters(values),
                cluster,
                auto);
    }

    /** Makes the database {@code name} from this template. */
    Database named(String name) {
        return new Database(
                name,
                hosts,
                dbname.isEmpty() ? name : dbname,
                forcedUser,
                password,
                passwordFile,
                authUser,
                authQuery,
                authDbname,
                poolSize,
                minPoolSize,
                reservePoolSize,
                maxPinned,
                connectQuery,
                poolMode,
                queryTimeout,
                queryWaitTimeout,
                idleTransactionTimeout,
                transactionTimeout,
                clientIdleTimeout,
                loadBalanceHosts,
                maxDbConnections,
                maxDbClientConnections,
                serverLifetime,
                serverNames,
                serverParameters,
                cluster,
                true);
    }

    /**
     * Whether a client that named this host may use it.
     *
     * @param serverName in lower case; null for a client that named none
     */
    public boolean isFor(@Nullable String serverName) {
        return serverNames.isEmpty()
                || serverName != null
                        && serverNames.stream()
                                .anyMatch(name -> HostPattern.covers(name, serverName));
    }

    private static Map<String, String> startupParameters(Values values) {
        Map<String, String> parameters = new HashMap<>();
        for (Setting<String> setting : EntrySettings.STARTUP_PARAMETERS) {
            String value = values.get(setting);
            if (value != null) {
                parameters.put(setting.name(), value);
            }
        }
        return parameters;
    }

    /** Leaves out the password, and everything else that SHOW DATABASES does not need. */
    @Override
    public String toString() {
        String user = forcedUser == null ? "" : " user=" + forcedUser;
        return name
                + (cluster == null ? " = host=" : " = nodes=")
                + hosts
                + " dbname="
                + dbname
                + user;
    }
}
