package dev.weir.net;

import dev.weir.config.SocketSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;

/** The channels of outgoing connections. In the process this is a {@link Transport}. */
public interface Sockets {
    /** Makes channels that can be connected to {@code address}. */
    ChannelFactory<Channel> towards(SocketAddress address);

    /** The address of a Unix socket, as these channels want it. */
    SocketAddress unixAddress(String path);

    /** The options of a connection over TCP. */
    Map<ChannelOption<?>, Object> tcpOptions(SocketSettings settings);

    /**
     * Begins to connect to {@code address}; called on the loop of {@code bootstrap}.
     *
     * @return the attempt. Its channel has a socket, so the channel's closeFuture will be done
     * @throws IOException if there is no socket, and so nothing that could be closed: Netty would
     *     return a channel that never tells its end
     */
    default ChannelFuture connect(Bootstrap bootstrap, SocketAddress address) throws IOException {
        Channel channel;
        try {
            channel = towards(address).newChannel();
        } catch (RuntimeException e) {
            throw new IOException(Reading.reason(e), e);
        }
        ChannelFuture connecting = bootstrap.channelFactory(() -> channel).connect(address);
        Throwable cause = connecting.cause();
        if (cause != null && !channel.isRegistered()) {
            channel.unsafe().closeForcibly();
            throw new IOException(Reading.reason(cause), cause);
        }
        return connecting;
    }
}
