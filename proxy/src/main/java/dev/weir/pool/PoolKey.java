package dev.weir.pool;

/**
 * What a pool's connections have in common.
 *
 * @param database the client's name for it, as in {@code [databases]}
 * @param user the user that logs in to the server
 */
public record PoolKey(String database, String user) {}
