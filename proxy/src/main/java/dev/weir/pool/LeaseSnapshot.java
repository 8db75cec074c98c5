package dev.weir.pool;

import dev.weir.backend.ConnectionSnapshot;

/**
 * A server connection in its pool at one moment.
 *
 * @param pool the pool that has it
 * @param state in the console's words, which are PgBouncer's
 * @param sinceNanos when its last holder gave it back, on the clock of {@link Lease#nanoTime}
 */
public record LeaseSnapshot(
        PoolKey pool, ConnectionSnapshot connection, String state, long sinceNanos) {}
