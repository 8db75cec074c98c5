package dev.weir.observe;

import dev.weir.config.Database;
import dev.weir.config.PoolSettings;

/**
 * A database and how much it is used, at one moment.
 *
 * @param settings of its pools, where its user has none of their own
 * @param servers how many server connections it has, for whichever user
 * @param clients how many clients it has, whoever they are
 * @param isPaused whether PAUSE was said of this very database
 * @param isDisabled whether it lets no new client in
 */
public record DatabaseSnapshot(
        Database database,
        PoolSettings settings,
        int servers,
        int clients,
        boolean isPaused,
        boolean isDisabled) {}
