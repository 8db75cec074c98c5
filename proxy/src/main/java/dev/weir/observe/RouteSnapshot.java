package dev.weir.observe;

import dev.weir.route.Reason;

/**
 * How many transactions went to a node for a reason, since the start.
 *
 * @param node {@code host:port}
 */
public record RouteSnapshot(String database, String node, Reason reason, long transactions) {}
