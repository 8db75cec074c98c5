package dev.weir.watch;

import java.util.Locale;

/**
 * A figure that is kept for the last hour: for each database, for all together, or for each node.
 */
public enum Curve {
    /** Transactions that have ended, per second. */
    TRANSACTIONS,
    /** Simple queries and batches of extended ones, per second. */
    QUERIES,
    /** The time that half of the transactions did not exceed, in milliseconds. */
    MEDIAN,
    /** The time that 99 of 100 transactions did not exceed, in milliseconds. */
    P99,
    /** The time that 99 of 100 clients waited for a server connection, in milliseconds. */
    WAIT_P99,
    /** How long the oldest waiting client has waited for a server connection, in milliseconds. */
    LONGEST_WAIT,
    /** Clients that wait for a server connection. */
    WAITING,
    /** Server connections that are leased to clients. */
    ACTIVE,
    /** Server connections in any state. */
    SERVERS,
    /** Clients in any state. */
    CLIENTS,
    /** Transactions that were lost with their server connection, per second. */
    LOST,

    /** How far a replica is behind the primary, in seconds. */
    LAG,
    /** How often a connection to the node was leased, per second. */
    LEASES;

    /** Whether it is a figure of nodes, rather than of databases. */
    public boolean isOfNodes() {
        return this == LAG || this == LEASES;
    }

    /** Its name for programs. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
