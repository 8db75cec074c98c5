package dev.weir.route;

import dev.weir.cluster.Topology;
import dev.weir.config.Routing;

/** What a decision depends on beside the batch and the time, as it is now. */
public interface Surroundings {
    /** The cluster as it was seen last. */
    Topology topology();

    /** What the settings of the database say. */
    Routing database();

    /** What the session says of all of its transactions. */
    TransactionDefaults defaults();
}
