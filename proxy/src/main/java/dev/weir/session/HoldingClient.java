package dev.weir.session;

import dev.weir.backend.ServerEvents;

/** The client that holds a server connection, as the console shows it. */
public interface HoldingClient extends ServerEvents {
    /** Weir's number for the client's connection. */
    long clientId();

    /** The number of the client's file; -1 where there is none. */
    int fileDescriptor();

    /**
     * When the client last asked for something, on the clock of {@link
     * dev.weir.net.LoopOwned#nanoTime}.
     */
    long requestNanos();
}
