package dev.weir.cluster;

import dev.weir.backend.CredentialSource;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Reloadable;
import dev.weir.net.Clock;
import dev.weir.pool.Nodes;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The monitored clusters of this process: one for each database with {@code nodes}. */
public final class Clusters implements Reloadable, AutoCloseable {
    private final CredentialSource credentials;
    private final Supplier<TlsPolicy> tls;
    private final EventLoop loop;
    private final ConcurrentHashMap<String, WatchedCluster> clusters = new ConcurrentHashMap<>();
    private final Monitors monitors;
    private final Clock clock;
    private final StateFile state;
    private volatile Changes changes = _ -> {};

    /** Receives changes of the nodes. Called on any thread. */
    public interface Changes {
        void primaryChanged(PrimaryChange change);

        /** The primary may be away, or about to go away; {@link #trusted} follows soon. */
        default void suspected(String database) {}

        /** The suspicion is over. */
        default void trusted(String database) {}

        /** A node that did not answer does so again. */
        default void answersAgain(String database, int node) {}
    }

    /**
     * Starts monitoring.
     *
     * @param tls called for each connection of a monitor
     * @param loop where credentials are looked up
     */
    public Clusters(
            Config config,
            CredentialSource credentials,
            Supplier<TlsPolicy> tls,
            EventLoop loop,
            Clock clock,
            RandomGenerator random) {
        this.clock = clock;
        this.state = StateFile.of(config);
        this.monitors = new Monitors(clock, random);
        this.credentials = credentials;
        this.tls = tls;
        this.loop = loop;
        configure(config);
    }

    /** Sets the receiver of changes from now on. */
    public void changes(Changes next) {
        changes = next;
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> configure(next);
    }

    private synchronized void configure(Config next) {
        for (Database database : next.databases()) {
            ClusterSettings settings = database.cluster();
            if (settings != null) {
                var login = new MonitorLogin(next, database, credentials, tls, loop);
                WatchedCluster known = clusters.get(database.name());
                if (known == null) {
                    clusters.put(database.name(), made(database.name(), settings, login));
                } else {
                    known.configure(settings, login);
                }
            }
        }
        for (WatchedCluster cluster : clusters.values()) {
            Database database = next.database(cluster.name());
            if (database == null || database.cluster() == null) {
                cluster.close(); // kept, so that an index never refers to a different node
            }
        }
    }

    private WatchedCluster made(String name, ClusterSettings settings, MonitorLogin login) {
        return new WatchedCluster(name, settings, login, monitors, () -> changes, state, clock);
    }

    /** The cluster of a database; null if the database has no nodes. */
    public @Nullable Cluster of(String database) {
        return watched(database);
    }

    /** The same cluster, as its pools see it. */
    public @Nullable Nodes nodes(String database) {
        return watched(database);
    }

    private @Nullable WatchedCluster watched(String database) {
        WatchedCluster cluster = clusters.get(database);
        return cluster == null || !cluster.isWatching() ? null : cluster;
    }

    /** The databases with nodes, in no particular order. */
    public List<String> databases() {
        return clusters.keySet().stream().filter(name -> watched(name) != null).toList();
    }

    /** The current state of the nodes of a database; empty if it has none. */
    public List<NodeReport> report(String database) {
        WatchedCluster cluster = watched(database);
        return cluster == null ? List.of() : cluster.report();
    }

    /** The rows of {@code pg_stat_replication} on the primary. */
    public List<Standby> standbys(String database) {
        WatchedCluster cluster = watched(database);
        return cluster == null ? List.of() : cluster.standbys();
    }

    /**
     * Forgets the identity and the primary of a database's cluster, and polls the nodes again.
     * False if the database has no nodes.
     */
    public boolean forget(String database) {
        WatchedCluster cluster = watched(database);
        if (cluster != null) {
            cluster.forgetPrimary();
        }
        return cluster != null;
    }

    @Override
    public void close() {
        clusters.values().forEach(WatchedCluster::close);
        state.close();
    }
}
