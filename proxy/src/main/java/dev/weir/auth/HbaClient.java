package dev.weir.auth;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the rules look at in a client.
 *
 * @param address where it comes from; null for a Unix socket
 * @param isEncrypted whether it came by TLS
 * @param isReplication whether it wants physical replication, which has no database
 */
public record HbaClient(
        @Nullable InetAddress address,
        boolean isEncrypted,
        String database,
        String user,
        boolean isReplication) {}
