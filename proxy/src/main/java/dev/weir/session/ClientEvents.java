package dev.weir.session;

import io.netty.buffer.ByteBuf;

/**
 * What a {@link ClientPort} reports about its client. Called on the loop of the client's pool
 * shard.
 */
interface ClientEvents {
    /** The client sent something. Takes over {@code bytes}. */
    void clientBytes(ByteBuf bytes);

    /** All bytes of one read have been handed over: time to flush. */
    void clientTurnEnds();

    /** The client can, or can no longer, take more bytes. */
    void clientWritabilityChanged();

    /** The client sends nothing more (FIN); what is sent to it may still arrive. */
    void clientEnds();

    /** The port is closed, by either side: nothing reaches the client any more. */
    void clientGone();

    /** One of the other methods ran out of memory. */
    void outOfMemory();

    /** One of the other methods threw an exception of Weir's own. */
    void broken();

    /** The prefix of the log's lines about the client. */
    String logName();
}
