package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.protocol.CancelKey;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Sends a CancelRequest over a connection of its own. */
public interface CancelSender {
    /**
     * Where a request goes.
     *
     * @param tlsName the server as the configuration names it, if the connection that is cancelled
     *     is encrypted: then so is the request; null if it goes in the clear
     */
    record Target(SocketAddress address, @Nullable ServerAddress tlsName) {}

    /**
     * Sends it to {@code target} and waits until the peer has closed.
     *
     * @param millisMax how long that may take
     * @param done told on {@code loop}: whether the peer closed in time, so that the signal has
     *     been sent and can hit nothing later
     */
    void send(Target target, CancelKey key, EventLoop loop, long millisMax, Done done);

    /** Told when a cancel is over. */
    @FunctionalInterface
    interface Done {
        void done(boolean proven);
    }
}
