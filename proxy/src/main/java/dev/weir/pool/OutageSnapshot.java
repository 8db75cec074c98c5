package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import dev.weir.config.ServerAddress;

/**
 * A host to which a pool can open no connection, at one moment.
 *
 * @param lastsNanos for how long that has been known
 * @param tries how often it was tried meanwhile
 * @param failure what came of the last try
 * @param waiting how many clients of the pool wait for a server to come back
 */
public record OutageSnapshot(
        PoolKey pool,
        ServerAddress host,
        long lastsNanos,
        int tries,
        ServerFailure failure,
        int waiting) {}
