package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import dev.weir.config.ServerAddress;

/**
 * A host to which a pool cannot open a connection, at one moment.
 *
 * @param lastsNanos how long that has been known
 * @param tries how often it was tried since then
 * @param failure why the last try failed
 * @param waiting how many clients of the pool wait for a server to come back
 */
public record OutageSnapshot(
        PoolKey pool,
        ServerAddress host,
        long lastsNanos,
        int tries,
        ServerFailure failure,
        int waiting) {}
