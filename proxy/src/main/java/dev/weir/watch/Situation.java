package dev.weir.watch;

import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.LimitSnapshot;
import dev.weir.observe.LoopLoad;
import dev.weir.observe.NodeSnapshot;
import dev.weir.pool.OutageSnapshot;
import java.util.List;

/** Everything known at one moment in which something may be wrong. */
record Situation(
        boolean isShuttingDown,
        List<DatabaseSnapshot> databases,
        List<PoolLine> pools,
        List<OutageSnapshot> outages,
        List<NodeSnapshot> nodes,
        List<LimitSnapshot> limits,
        List<LoopLoad> loops) {}
