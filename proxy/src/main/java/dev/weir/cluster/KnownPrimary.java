package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept about a cluster, even over a restart of Weir. Immutable.
 *
 * @param systemIdentifier of the cluster
 * @param timeline the highest on which one of its nodes was the primary
 * @param primary the node that has this timeline; null if several claimed it
 * @param nodes the nodes that were configured when the cluster was last seen
 */
record KnownPrimary(
        long systemIdentifier,
        int timeline,
        @Nullable ServerAddress primary,
        List<ServerAddress> nodes) {
    KnownPrimary {
        nodes = List.copyOf(nodes);
        assert timeline > 0 : timeline;
    }
}
