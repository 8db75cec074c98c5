package dev.weir.observe;

import dev.weir.cluster.Standby;
import org.jspecify.annotations.Nullable;

/**
 * Who follows the primary of a database, at one moment.
 *
 * @param node which of the nodes it is; null if it is not one of them, or if that is not known
 */
public record StandbySnapshot(String database, @Nullable String node, Standby standby) {}
