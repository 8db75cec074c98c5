package dev.weir.observe;

import dev.weir.cluster.NodeReport;
import dev.weir.metrics.Readings;

/**
 * A node of a database, as its monitor sees it and as it is used, at one moment.
 *
 * @param readings what the connections to it have counted, and what they do now
 */
public record NodeSnapshot(String database, NodeReport report, Readings readings) {}
