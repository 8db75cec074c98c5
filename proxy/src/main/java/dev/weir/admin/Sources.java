package dev.weir.admin;

import dev.weir.net.Clock;
import dev.weir.observe.Control;
import dev.weir.observe.Failovers;
import dev.weir.observe.Operations;
import dev.weir.observe.Snapshots;

/** Where the console gets what it shows. */
record Sources(
        Control control,
        Snapshots snapshots,
        Operations operations,
        Failovers failovers,
        Consoles consoles,
        Statistics statistics,
        Clock clock) {}
