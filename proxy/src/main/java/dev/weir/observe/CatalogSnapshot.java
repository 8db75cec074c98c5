package dev.weir.observe;

import dev.weir.catalog.Closure;
import dev.weir.config.StateCheck;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a database's catalog.
 *
 * @param closure null if nothing is known
 * @param readNanos when it was read last, on the clock of the loops
 * @param tookNanos how long that took
 * @param failure why nothing is known; empty if something is
 * @param wipes how often a server connection was wiped
 */
public record CatalogSnapshot(
        String database,
        StateCheck check,
        @Nullable Closure closure,
        long readNanos,
        long tookNanos,
        String failure,
        long wipes) {}
