package dev.weir.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code [users]}. A null component is not set in the entry, so the database's or the
 * global setting applies.
 */
public record UserSettings(
        String name,
        @Nullable String passwordFile,
        @Nullable Integer poolSize,
        @Nullable Integer reservePoolSize,
        @Nullable PoolMode poolMode,
        @Nullable Integer maxUserConnections,
        @Nullable Integer maxUserClientConnections,
        @Nullable Duration queryTimeout,
        @Nullable Duration queryWaitTimeout,
        @Nullable Duration idleTransactionTimeout,
        @Nullable Duration transactionTimeout,
        @Nullable Duration clientIdleTimeout) {

    static UserSettings of(String name, Values values) {
        return new UserSettings(
                name,
                values.get(EntrySettings.PASSWORD_FILE),
                values.get(EntrySettings.POOL_SIZE),
                values.get(Settings.RESERVE_POOL_SIZE),
                values.get(Settings.POOL_MODE),
                values.get(Settings.MAX_USER_CONNECTIONS),
                values.get(Settings.MAX_USER_CLIENT_CONNECTIONS),
                values.get(Settings.QUERY_TIMEOUT),
                values.get(Settings.QUERY_WAIT_TIMEOUT),
                values.get(Settings.IDLE_TRANSACTION_TIMEOUT),
                values.get(Settings.TRANSACTION_TIMEOUT),
                values.get(Settings.CLIENT_IDLE_TIMEOUT));
    }
}
