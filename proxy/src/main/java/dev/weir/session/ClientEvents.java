package dev.weir.session;

import io.netty.buffer.ByteBuf;

/** What a {@link ClientPort} tells of its client. Called on the loop of the client's pool shard. */
interface ClientEvents {
    /** The client sent something. Takes over {@code bytes}. */
    void clientBytes(ByteBuf bytes);

    /** Everything that one read brought was handed over: time to flush. */
    void clientTurnEnds();

    /** The client can, or can no longer, take more bytes. */
    void clientWritabilityChanged();

    /** The client says no more (FIN); what it is told may still reach it. */
    void clientEnds();

    /** The port is closed, by whichever side: nothing reaches the client any more. */
    void clientGone();

    /** There was no memory for what one of the other methods was about. */
    void outOfMemory();

    /** An exception of Weir's own came out of one of the other methods. */
    void broken();

    /** How the log's lines about the client begin. */
    String logName();
}
