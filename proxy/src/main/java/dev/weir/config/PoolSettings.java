package dev.weir.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one pool and of the clients that use it: a setting of the user takes precedence
 * over one of the database, and that over the global one. A timeout of zero is off, except that a
 * server lifetime of zero means that each server connection is used once.
 *
 * @param poolSize 0 = unlimited
 * @param maxPinned how many clients may keep a server connection across transactions, resolved:
 *     never negative, {@link Integer#MAX_VALUE} in an unlimited pool
 * @param serverCheckQuery empty = no check, {@code <empty>} = an empty query
 * @param maxPreparedStatements 0 = prepared statements are not tracked
 * @param maxDbConnections 0 = unlimited, as for the three limits that follow
 */
public record PoolSettings(
        PoolMode mode,
        int poolSize,
        int minPoolSize,
        int reservePoolSize,
        Duration reservePoolTimeout,
        int maxPinned,
        Duration serverLifetime,
        Duration serverIdleTimeout,
        Duration queryWaitTimeout,
        Duration queryTimeout,
        Duration idleTransactionTimeout,
        Duration transactionTimeout,
        Duration clientIdleTimeout,
        boolean serverRoundRobin,
        String serverResetQuery,
        boolean serverResetQueryAlways,
        StateCheck stateCheck,
        CommitCertainty commitCertainty,
        CustomSettings customSettings,
        StartupParameters startupParameters,
        boolean pinSequences,
        Listen listen,
        Duration serverCheckDelay,
        String serverCheckQuery,
        Duration serverConnectTimeout,
        Duration serverLoginRetry,
        Duration hold,
        @Nullable String connectQuery,
        boolean serverAllowCleartext,
        int serverScramIterationsMax,
        int maxPreparedStatements,
        int maxDbConnections,
        int maxUserConnections,
        int maxDbClientConnections,
        int maxUserClientConnections,
        LoadBalanceHosts loadBalanceHosts,
        Routing routing,
        ClientBounds bounds,
        SocketSettings sockets) {

    /**
     * Combines the settings of one pool.
     *
     * @param user the user of the server connections
     * @param client the user that logged in
     */
    static PoolSettings of(
            Config config,
            Database database,
            @Nullable UserSettings user,
            @Nullable UserSettings client) {
        UserSettings of = user == null ? UserSettings.of("", new Values()) : user;
        int poolSize =
                first(of.poolSize(), database.poolSize(), config.get(Settings.DEFAULT_POOL_SIZE));
        return new PoolSettings(
                first(of.poolMode(), database.poolMode(), config.get(Settings.POOL_MODE)),
                poolSize,
                first(database.minPoolSize(), config.get(Settings.MIN_POOL_SIZE)),
                first(
                        of.reservePoolSize(),
                        database.reservePoolSize(),
                        config.get(Settings.RESERVE_POOL_SIZE)),
                config.get(Settings.RESERVE_POOL_TIMEOUT),
                maxPinned(first(database.maxPinned(), config.get(Settings.MAX_PINNED)), poolSize),
                first(database.serverLifetime(), config.get(Settings.SERVER_LIFETIME)),
                config.get(Settings.SERVER_IDLE_TIMEOUT),
                first(
                        of.queryWaitTimeout(),
                        database.queryWaitTimeout(),
                        config.get(Settings.QUERY_WAIT_TIMEOUT)),
                first(
                        of.queryTimeout(),
                        database.queryTimeout(),
                        config.get(Settings.QUERY_TIMEOUT)),
                first(
                        of.idleTransactionTimeout(),
                        database.idleTransactionTimeout(),
                        config.get(Settings.IDLE_TRANSACTION_TIMEOUT)),
                first(
                        of.transactionTimeout(),
                        database.transactionTimeout(),
                        config.get(Settings.TRANSACTION_TIMEOUT)),
                first(
                        of.clientIdleTimeout(),
                        database.clientIdleTimeout(),
                        config.get(Settings.CLIENT_IDLE_TIMEOUT)),
                config.get(Settings.SERVER_ROUND_ROBIN),
                config.get(Settings.SERVER_RESET_QUERY),
                config.get(Settings.SERVER_RESET_QUERY_ALWAYS),
                config.get(Settings.STATE_CHECK),
                config.get(Settings.COMMIT_CERTAINTY),
                config.get(Settings.CUSTOM_SETTINGS),
                config.get(Settings.STARTUP_PARAMETERS),
                config.get(Settings.PIN_SEQUENCES),
                config.get(Settings.LISTEN),
                config.get(Settings.SERVER_CHECK_DELAY),
                config.get(Settings.SERVER_CHECK_QUERY),
                config.get(Settings.SERVER_CONNECT_TIMEOUT),
                config.get(Settings.SERVER_LOGIN_RETRY),
                config.get(Settings.HOLD),
                database.connectQuery(),
                config.get(Settings.SERVER_ALLOW_CLEARTEXT),
                config.get(Settings.SERVER_SCRAM_ITERATIONS_MAX),
                config.get(Settings.MAX_PREPARED_STATEMENTS),
                first(database.maxDbConnections(), config.get(Settings.MAX_DB_CONNECTIONS)),
                first(of.maxUserConnections(), config.get(Settings.MAX_USER_CONNECTIONS)),
                first(
                        database.maxDbClientConnections(),
                        config.get(Settings.MAX_DB_CLIENT_CONNECTIONS)),
                first(
                        client == null ? null : client.maxUserClientConnections(),
                        config.get(Settings.MAX_USER_CLIENT_CONNECTIONS)),
                first(database.loadBalanceHosts(), EntrySettings.LOAD_BALANCE_HOSTS.defaultValue()),
                database.cluster() == null ? Routing.NONE : database.cluster().routing(),
                ClientBounds.of(config),
                SocketSettings.of(config));
    }

    /**
     * The same for connections of Weir's own: at most {@code size} of them, without a minimum and a
     * reserve; nothing that an operator configured runs on them, and who wants one keeps the time.
     */
    public PoolSettings ofOwnUse(int size, Duration connectTimeout) {
        return new PoolSettings(
                PoolMode.TRANSACTION,
                size,
                0,
                0,
                reservePoolTimeout,
                0,
                serverLifetime,
                serverIdleTimeout,
                Duration.ZERO,
                queryTimeout,
                idleTransactionTimeout,
                transactionTimeout,
                clientIdleTimeout,
                false,
                "",
                false,
                StateCheck.TEXTS,
                CommitCertainty.OFF,
                CustomSettings.SHARED,
                StartupParameters.SHARED,
                false,
                Listen.PIN,
                serverCheckDelay,
                "",
                connectTimeout,
                serverLoginRetry,
                hold,
                null,
                serverAllowCleartext,
                serverScramIterationsMax,
                maxPreparedStatements,
                maxDbConnections,
                maxUserConnections,
                maxDbClientConnections,
                maxUserClientConnections,
                LoadBalanceHosts.DISABLE,
                Routing.NONE,
                bounds,
                sockets);
    }

    private static int maxPinned(int configured, int poolSize) {
        if (configured >= 0) {
            return configured;
        }
        return poolSize == 0 ? Integer.MAX_VALUE : poolSize - 1;
    }

    private static <T> T first(@Nullable T narrow, T wide) {
        return narrow != null ? narrow : wide;
    }

    private static <T> T first(@Nullable T narrowest, @Nullable T narrow, T wide) {
        return narrowest != null ? narrowest : first(narrow, wide);
    }
}
