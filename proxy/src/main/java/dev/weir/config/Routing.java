package dev.weir.config;

import java.time.Duration;

/**
 * Where the transactions of a database go.
 *
 * @param causalWait how long a read may wait for a replica that has seen what it must; 0 = not
 * @param deferBegin whether a bare BEGIN waits for the statement after it
 */
public record Routing(
        Route route,
        CausalReads causalReads,
        Duration causalWait,
        boolean deferBegin,
        NoReplica noReplica) {
    /**
     * Whether it must be known which functions and views may write: to route by it, or to know
     * which reads of the primary have changed nothing.
     */
    public boolean asksCatalog() {
        return route == Route.AUTO || route != Route.REPLICA && causalReads != CausalReads.OFF;
    }

    /** Of a database that has no nodes. */
    public static final Routing NONE =
            new Routing(Route.PRIMARY, CausalReads.OFF, Duration.ZERO, false, NoReplica.PRIMARY);
}
