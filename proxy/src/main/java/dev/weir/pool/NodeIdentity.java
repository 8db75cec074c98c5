package dev.weir.pool;

import dev.weir.backend.NodeCheck;
import dev.weir.backend.ServerIdentity;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the servers that answer at the address of one node to what is known of it. */
final class NodeIdentity implements NodeCheck {
    private static final Logger log = LoggerFactory.getLogger(NodeIdentity.class);

    private final int node;
    private final Nodes nodes;
    private final Supplier<String> name;
    private final AtomicBoolean isSaid;

    /**
     * @param name of the pool, in the log
     * @param isSaid whether the log says already that the monitor is asked instead
     */
    NodeIdentity(int node, Nodes nodes, Supplier<String> name, AtomicBoolean isSaid) {
        this.node = node;
        this.nodes = nodes;
        this.name = name;
        this.isSaid = isSaid;
    }

    @Override
    public boolean isForPrimary() {
        return nodes.primary() == node;
    }

    @Override
    public @Nullable String objection(ServerIdentity found) {
        return nodes.objection(node, found);
    }

    @Override
    public void askMonitor(String why, Consumer<@Nullable ServerIdentity> told) {
        if (!isSaid.getAndSet(true)) {
            log.warn(
                    "server_not_identified pool={} error=\"{}\" effect=\"new connections wait for a"
                            + " check of the monitor\"",
                    name.get(),
                    why);
        }
        nodes.identify(node, told);
    }
}
