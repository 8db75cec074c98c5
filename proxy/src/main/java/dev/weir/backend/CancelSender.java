package dev.weir.backend;

import dev.weir.protocol.CancelKey;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/** Sends a CancelRequest over a connection of its own. */
public interface CancelSender {
    /**
     * Sends it to {@code address} and waits until the peer has closed.
     *
     * @param millisMax how long that may take
     * @param done told on {@code loop}: whether the peer closed in time, so that the signal has
     *     been sent and can hit nothing later
     */
    void send(SocketAddress address, CancelKey key, EventLoop loop, long millisMax, Done done);

    /** Told when a cancel is over. */
    @FunctionalInterface
    interface Done {
        void done(boolean proven);
    }
}
