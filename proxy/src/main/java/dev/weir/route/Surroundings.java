package dev.weir.route;

import dev.weir.cluster.Topology;
import dev.weir.config.Routing;

/** The current state of what a decision depends on, besides the batch and the time. */
public interface Surroundings {
    /** The cluster as it was last seen. */
    Topology topology();

    /** What the settings of the database say. */
    Routing database();

    /** The session's defaults for its transactions. */
    TransactionDefaults defaults();
}
