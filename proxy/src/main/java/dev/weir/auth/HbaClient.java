package dev.weir.auth;

import dev.weir.net.Origin;

/**
 * What the rules consider about a client.
 *
 * @param origin where it comes from, and how
 * @param isReplication whether it wants physical replication, which has no database
 */
public record HbaClient(Origin origin, String database, String user, boolean isReplication) {}
