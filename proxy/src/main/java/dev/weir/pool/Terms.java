package dev.weir.pool;

import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says about a pool; a RELOAD brings new ones. Immutable.
 *
 * @param nodes the nodes that its connections go to; null if they go to the hosts of {@code host=}
 * @param startup the startup parameters of connections, besides user and database
 * @param isExempt whether connections are opened even if limits that span pools are reached
 * @param retryPauseMax the longest pause before an unreachable host is tried again
 */
record Terms(
        Database database,
        PoolSettings settings,
        @Nullable Nodes nodes,
        Map<String, String> startup,
        boolean isExempt,
        Duration retryPauseMax) {

    /** Where connections may go: to one node, or to any host if there are no nodes. */
    List<ServerAddress> hosts(int node) {
        return nodes == null || node < 0 ? database.hosts() : List.of(nodes.address(node));
    }

    /** Whether connections go to this node, or to the hosts, under these terms. */
    boolean serves(int node) {
        return nodes == null
                ? node == PoolKey.NO_NODE
                : node >= 0 && database.hosts().contains(nodes.address(node));
    }

    /** Whether connections that were opened under {@code before} do not conform to these. */
    boolean replaceConnections(Terms before) {
        return isElsewhere(before.database)
                || !startup.equals(before.startup)
                || (nodes == null) != (before.nodes == null)
                || settings.routing().route() != before.settings.routing().route();
    }

    private boolean isElsewhere(Database before) {
        return nodes == null && !database.hosts().equals(before.hosts())
                || !database.dbname().equals(before.dbname())
                || !Objects.equals(database.connectQuery(), before.connectQuery())
                || !Objects.equals(database.authQuery(), before.authQuery())
                || !Objects.equals(database.authDbname(), before.authDbname())
                || !Objects.equals(database.loadBalanceHosts(), before.loadBalanceHosts());
    }
}
