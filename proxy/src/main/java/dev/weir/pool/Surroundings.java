package dev.weir.pool;

import dev.weir.backend.CancelSender;
import dev.weir.backend.CatalogChanges;
import dev.weir.backend.Opener;
import dev.weir.config.Config;
import dev.weir.net.Clock;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What all pools of a process share. Thread-safe.
 *
 * @param loops on which shards may live
 * @param config the current configuration
 * @param chance decides how much earlier a connection's lifetime ends
 * @param allowance the memory that clients may use
 * @param observers supplies the observers of connections
 * @param catalogs the changes to catalogs, by database name, regardless of the entry in {@code
 *     [databases]}, the server and the user
 */
record Surroundings(
        Opener opener,
        CancelSender cancels,
        List<EventLoop> loops,
        Gates gates,
        Supplier<Config> config,
        Neighbours neighbours,
        Clock clock,
        RandomGenerator chance,
        Allowance allowance,
        LeaseObserver.Source observers,
        ConcurrentHashMap<String, CatalogChanges> catalogs) {

    /** The changes to the catalog of a database, by the name that servers know it by. */
    CatalogChanges catalog(String database) {
        return catalogs.computeIfAbsent(database, _ -> new CatalogChanges());
    }

    /** The other pools, which share the limits of a database and of a user. */
    interface Neighbours {
        /**
         * Makes one other pool close an idle connection, if there is one.
         *
         * @param isOfUser whether the limit of the user is reached, rather than that of the
         *     database
         * @param by the quota that needs the permit; its own pool is not asked
         */
        void evictIdle(PoolKey needy, boolean isOfUser, Quota by);

        /** Replaces the connections of all pools of a database at the next opportunity. */
        void renew(String database);

        /** Wakes the shards that found one of these limits exhausted. */
        void feed();
    }
}
