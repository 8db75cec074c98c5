package dev.weir.check;

import dev.weir.auth.Users;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The number of connections that one server accepts, and the most that the pools of all entries may
 * open to it.
 */
final class Capacity {
    private final ServerQuestion.Known server;
    private final List<String> parts = new ArrayList<>();
    private final Set<String> monitors = new HashSet<>();
    private long worst;
    private boolean isUnlimited;
    private boolean hasUnknownUsers;

    Capacity(ServerQuestion.Known server) {
        this.server = server;
    }

    /** Adds the pools of an entry: one pool, or one for each user. */
    void add(Config config, Users users, Database entry) {
        String forced = entry.forcedUser();
        boolean asks = !config.get(Settings.AUTH_USER).isEmpty() || entry.authUser() != null;
        Set<String> all = forced == null ? users.names() : Set.of(forced);
        long sum = 0;
        for (String user : all) {
            long pool = pool(config.poolSettings(entry, user));
            isUnlimited |= pool == 0;
            sum += pool;
        }
        hasUnknownUsers |= forced == null && (asks || all.isEmpty());
        PoolSettings any = config.poolSettings(entry, forced == null ? "" : forced);
        int most = any.maxDbConnections();
        long bounded = most > 0 ? Math.min(sum, most) : sum;
        String how =
                most > 0 && bounded < sum
                        ? "max_db_connections"
                        : all.size() + (all.size() == 1 ? " pool" : " pools");
        if (asks) {
            bounded += config.get(Settings.AUTH_QUERY_POOL_SIZE);
            how += " and auth_query";
        }
        worst += bounded;
        parts.add(entry.name() + " " + bounded + " (" + how + ")");
        addMonitors(entry);
    }

    /**
     * Adds the monitors. Databases share a monitor, but each also reads its own catalog
     * periodically.
     */
    private void addMonitors(Database entry) {
        ClusterSettings cluster = entry.cluster();
        if (cluster != null) {
            monitors.add(cluster.monitorUser());
            if (cluster.routing().asksCatalog()) {
                monitors.add("catalog of " + entry.name());
            }
        }
    }

    private long worst() {
        return worst + monitors.size();
    }

    private static long pool(PoolSettings settings) {
        int size = settings.poolSize() == 0 ? 0 : settings.poolSize() + settings.reservePoolSize();
        int most = settings.maxUserConnections();
        if (most > 0) {
            return size == 0 ? most : Math.min(size, most);
        }
        return size;
    }

    /** Returns what an operator should know; empty if the connections fit in any case. */
    Optional<Finding> finding() {
        int ordinary = server.maxConnections() - server.reserved();
        String takes =
                "server "
                        + server.server()
                        + " takes "
                        + ordinary
                        + " connections (max_connections "
                        + server.maxConnections()
                        + ", "
                        + server.reserved()
                        + " of them reserved), and the pools may open ";
        String all =
                String.join(" + ", parts)
                        + (monitors.isEmpty() ? "" : " + monitors " + monitors.size());
        if (isUnlimited) {
            return Optional.of(
                    Finding.warning(
                            takes
                                    + "any number, since a pool size is 0 (set default_pool_size"
                                    + " or max_db_connections): "
                                    + all));
        }
        if (worst() > ordinary) {
            return Optional.of(
                    Finding.warning(
                            takes
                                    + worst()
                                    + ": "
                                    + all
                                    + ". Clients could get \"sorry, too many clients already\""
                                    + " (lower the pool sizes, set max_db_connections, or raise"
                                    + " max_connections)"));
        }
        return hasUnknownUsers
                ? Optional.of(
                        Finding.note(
                                takes
                                        + worst()
                                        + ", and a pool more for each user who is not in"
                                        + " auth_file: "
                                        + all))
                : Optional.empty();
    }

    Result.Server server() {
        return new Result.Server(
                server.server(),
                server.version(),
                server.maxConnections(),
                server.reserved(),
                worst());
    }
}
