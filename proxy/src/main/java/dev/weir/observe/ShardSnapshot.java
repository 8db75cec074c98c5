package dev.weir.observe;

import dev.weir.metrics.Readings;

/**
 * The part of a pool that lives on one loop, at one moment.
 *
 * @param index its place in the pool
 * @param readings what it has counted, and what it has now
 */
public record ShardSnapshot(PoolSnapshot pool, int index, Readings readings) {}
