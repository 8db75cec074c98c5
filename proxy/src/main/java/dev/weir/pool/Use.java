package dev.weir.pool;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import java.time.Duration;
import java.util.Map;

/** What the connections of a pool are for, and what follows from that. Thread-safe. */
public interface Use {
    /** The connections are leased to clients. */
    Use CLIENTS = new Use() {};

    default PoolSettings settings(Config config, Database database, String user) {
        return config.poolSettings(database, user);
    }

    /** The parameters that are sent in the startup packet besides user and database. */
    default Map<String, String> startup(Config config, Database database) {
        return database.serverParameters();
    }

    /** Whether connections go to the nodes of their database, rather than to any of its hosts. */
    default boolean isRouted() {
        return true;
    }

    /**
     * Whether connections are opened even if the limits that span pools are reached. They count
     * towards those limits in any case.
     */
    default boolean isExempt() {
        return false;
    }

    /** The longest pause before a server that could not be reached is tried again. */
    default Duration retryPauseMax(PoolSettings settings) {
        return settings.serverLoginRetry();
    }
}
