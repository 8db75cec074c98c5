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
 * What all pools of a process have in common. Thread-safe.
 *
 * @param loops on which shards may live
 * @param config as it is now
 * @param chance decides how much earlier a connection's lifetime ends
 * @param allowance what clients may take up
 * @param observers who looks on at connections
 * @param catalogs the changes of catalogs, by database; whatever the entry, server and user
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

    /** The changes of the catalog of a database, by the name that servers know it by. */
    CatalogChanges catalog(String database) {
        return catalogs.computeIfAbsent(database, _ -> new CatalogChanges());
    }

    /** The other pools, with which a pool shares the limits of its database and its user. */
    interface Neighbours {
        /**
         * Has one other pool close a connection that nobody uses, if there is one.
         *
         * @param isOfUser whether the limit of the user is reached; else that of the database
         * @param by who needs its permit; is not asked itself
         */
        void evictIdle(PoolKey needy, boolean isOfUser, Quota by);

        /** Replaces the connections of all pools of a database, at the next chance. */
        void renew(String database);

        /** Wakes the shards that found such a limit exhausted. */
        void feed();
    }
}
