package dev.weir.net;

import dev.weir.config.SocketSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.util.Map;

/** What connections to others are made of. In the process that is a {@link Transport}. */
public interface Sockets {
    /** Makes channels that can be connected to {@code address}. */
    ChannelFactory<Channel> towards(SocketAddress address);

    /** The address of a Unix socket, as these channels want it. */
    SocketAddress unixAddress(String path);

    /** The options of a connection over TCP. */
    Map<ChannelOption<?>, Object> tcpOptions(SocketSettings settings);
}
