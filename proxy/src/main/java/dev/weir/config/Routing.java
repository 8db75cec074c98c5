package dev.weir.config;

import java.time.Duration;

/**
 * Where the transactions of a database go.
 *
 * @param causalWait how long a read may wait for a replica that has replayed the commits it must
 *     see; 0 = it does not wait
 * @param deferBegin whether a bare BEGIN is held until the statement after it arrives
 */
public record Routing(
        Route route,
        CausalReads causalReads,
        Duration causalWait,
        boolean deferBegin,
        NoReplica noReplica) {
    /**
     * Whether Weir must know which functions and views may write: to route by it, or to know which
     * reads on the primary have changed nothing.
     */
    public boolean asksCatalog() {
        return route == Route.AUTO || route != Route.REPLICA && causalReads != CausalReads.OFF;
    }

    /** The routing of a database without nodes. */
    public static final Routing NONE =
            new Routing(Route.PRIMARY, CausalReads.OFF, Duration.ZERO, false, NoReplica.PRIMARY);
}
