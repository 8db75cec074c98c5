package dev.weir.route;

import dev.weir.cluster.Topology;
import dev.weir.config.Routing;

/** The current state on which a decision depends, besides the batch and the time. */
public interface Surroundings {
    /** The cluster as it was last seen. */
    Topology topology();

    /** The routing settings of the database. */
    Routing database();

    /** The session's defaults for its transactions. */
    TransactionDefaults defaults();
}
