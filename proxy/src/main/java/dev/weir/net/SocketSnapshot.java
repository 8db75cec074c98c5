package dev.weir.net;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection's socket at one moment.
 *
 * @param remote the peer's end, regardless of any proxy in between; null once it is closed
 * @param local our end; null once it is closed
 * @param file the number of its file; -1 where the transport has none
 * @param tls its TLS, as the console shows it; empty without
 * @param heldBytes read but not passed on
 * @param pendingBytes written but not yet in the kernel
 */
public record SocketSnapshot(
        @Nullable SocketAddress remote,
        @Nullable SocketAddress local,
        int file,
        String tls,
        long heldBytes,
        long pendingBytes) {

    /** The snapshot of a channel; called on its loop. */
    public static SocketSnapshot of(
            Channel channel, @Nullable SocketAddress remote, String tls, long heldBytes) {
        return new SocketSnapshot(
                remote,
                channel.localAddress(),
                Reading.fileDescriptor(channel),
                tls,
                heldBytes,
                Reading.pendingBytes(channel));
    }
}
