package dev.weir.pool;

import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import java.time.Duration;
import java.util.Map;

/** What the connections of a pool are for, and what follows from that. Thread-safe. */
public interface Use {
    /** They are leased to clients. */
    Use CLIENTS = new Use() {};

    default PoolSettings settings(Config config, Database database, String user) {
        return config.poolSettings(database, user);
    }

    /** What is sent in the startup packet besides user and database. */
    default Map<String, String> startup(Config config, Database database) {
        return database.serverParameters();
    }

    /** Whether connections go to the nodes of their database, rather than to any of its hosts. */
    default boolean isRouted() {
        return true;
    }

    /**
     * Whether connections are opened even if the limits that span pools are reached. They count
     * there in any case.
     */
    default boolean isExempt() {
        return false;
    }

    /** The longest pause before a server is tried again that could not be reached. */
    default Duration retryPauseMax(PoolSettings settings) {
        return settings.serverLoginRetry();
    }
}
