package dev.weir.net;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection's socket at one moment.
 *
 * @param remote the peer's end, whatever proxy is between; null once it is closed
 * @param local our end; null once it is closed
 * @param file the number of its file; -1 where the transport has none
 * @param tls its TLS, as the console shows it; empty without
 * @param heldBytes what was read and not passed on
 * @param pendingBytes what was written and has not reached the kernel
 */
public record SocketSnapshot(
        @Nullable SocketAddress remote,
        @Nullable SocketAddress local,
        int file,
        String tls,
        long heldBytes,
        long pendingBytes) {

    /** Of a channel; on its loop. */
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
