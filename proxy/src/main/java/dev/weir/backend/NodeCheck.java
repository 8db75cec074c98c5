package dev.weir.backend;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a server that has accepted a connection is the node that it is taken for. Any
 * loop may call it.
 */
public interface NodeCheck {
    /** What is wrong with a standby that was taken for the primary. */
    String STANDBY = "is a standby (expected: the primary)";

    /** Whether the node is taken for the primary. */
    boolean isForPrimary();

    /** Why a server with this identity may not be used as the node; null if it may. */
    @Nullable String objection(ServerIdentity found);

    /**
     * The server has not told its identity on the connection: the monitor of the node finds it out.
     *
     * @param why it has not
     * @param told gets what a check has found that begins from now on, on any thread; null if that
     *     fails, too
     */
    void askMonitor(String why, Consumer<@Nullable ServerIdentity> told);
}
