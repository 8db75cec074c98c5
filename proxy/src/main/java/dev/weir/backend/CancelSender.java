package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.protocol.CancelKey;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Sends CancelRequests, each over a separate connection. */
public interface CancelSender {
    /**
     * Where a request is sent.
     *
     * @param tlsName the server as the configuration names it, if the connection to be cancelled is
     *     encrypted: then the request is, too; null if it is sent unencrypted
     */
    record Target(SocketAddress address, @Nullable ServerAddress tlsName) {}

    /**
     * Sends a request to {@code target} and waits until the peer has closed.
     *
     * @param millisMax how long that may take
     * @param done told on {@code loop} whether the peer closed in time: then the signal has been
     *     sent and cannot hit anything later
     */
    void send(Target target, CancelKey key, EventLoop loop, long millisMax, Done done);

    /** Told when a cancel is over. */
    @FunctionalInterface
    interface Done {
        void done(boolean proven);
    }
}
