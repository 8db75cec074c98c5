package dev.weir.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.util.OptionalLong;

/** Finds the process that listens on a Unix socket. */
public final class PeerProcess {
    private static final int CONNECT_MILLIS_MAX = 2_000;

    private PeerProcess() {}

    /**
     * The number of the process that listens there; empty if none does, or if this machine cannot
     * tell.
     *
     * @param socket the file; an abstract name begins with {@code @}
     */
    public static OptionalLong listeningOn(String socket) {
        if (!Epoll.isAvailable()) {
            return OptionalLong.empty();
        }
        try (EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory())) {
            Channel channel =
                    new Bootstrap()
                            .group(group)
                            .channel(EpollDomainSocketChannel.class)
                            .handler(new ChannelInboundHandlerAdapter())
                            .connect(Transport.EPOLL.unixAddress(socket))
                            .awaitUninterruptibly()
                            .channel();
            int pid = ((EpollDomainSocketChannel) channel).peerCredentials().pid();
            channel.close().awaitUninterruptibly(CONNECT_MILLIS_MAX);
            return pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty();
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }
}
