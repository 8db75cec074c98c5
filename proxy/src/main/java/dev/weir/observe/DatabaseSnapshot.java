package dev.weir.observe;

import dev.weir.config.Database;
import dev.weir.config.PoolSettings;

/**
 * A database and how much it is used, at one moment.
 *
 * @param settings of its pools, where its user has none of their own
 * @param servers how many server connections it has, for all users
 * @param clients how many clients it has, of all users
 * @param isPaused whether this database itself was paused
 * @param isDisabled whether it refuses new clients
 */
public record DatabaseSnapshot(
        Database database,
        PoolSettings settings,
        int servers,
        int clients,
        boolean isPaused,
        boolean isDisabled) {}
