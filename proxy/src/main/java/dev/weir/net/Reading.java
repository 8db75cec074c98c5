package dev.weir.net;

import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Whether a peer is read, and what may come of it. */
public final class Reading {
    private Reading() {}

    /**
     * Reads a peer on, or lets it wait. A channel that is closed already, by a write that failed in
     * this very turn, is left alone: the kernel does not know it any more.
     */
    public static void set(Channel channel, boolean on) {
        if (channel.isActive() && channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    /** Whether the peer, not Weir, is to blame. */
    public static boolean isPeerFault(Throwable cause) {
        return cause instanceof IOException || cause instanceof UncheckedIOException;
    }
}
