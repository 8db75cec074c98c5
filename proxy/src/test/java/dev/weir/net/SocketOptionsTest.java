package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.config.SocketSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the kernel says of a socket that was opened with tcp_keepalive, tcp_keepidle, tcp_keepcnt,
 * tcp_keepintvl, tcp_user_timeout and tcp_socket_buffer; and how much and how often such a socket
 * is read, by pkt_buf and sbuf_loopcnt.
 */
@NullMarked
final class SocketOptionsTest {
    private static final SocketSettings SOME =
            new SocketSettings(true, 77, 5, 11, 12_345, 40_000, 8_192, 3, Integer.MAX_VALUE, 256);
    private static final SocketSettings NONE =
            new SocketSettings(false, 77, 5, 11, 0, 0, 4_096, 0, Integer.MAX_VALUE, 256);

    private interface Look {
        void at(Channel listening, Channel connected);
    }

    private static void open(Transport transport, SocketSettings settings, Look look) {
        assumeThat(transport.isAvailable()).isTrue();
        try (var loops = new Loops(transport, 1)) {
            Channel listening =
                    new ServerBootstrap()
                            .group(loops.group())
                            .channel(transport.listener())
                            .childHandler(new ChannelInboundHandlerAdapter())
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .syncUninterruptibly()
                            .channel();
            Channel connected =
                    new Bootstrap()
                            .group(loops.group())
                            .channel(transport.tcp())
                            .handler(new ChannelInboundHandlerAdapter())
                            .connect(listening.localAddress())
                            .syncUninterruptibly()
                            .channel();
            connected.config().setOptions(SocketOptions.tcp(transport, settings));
            look.at(listening, connected);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void setsWhatEveryTransportCan(Transport transport) {
        open(
                transport,
                SOME,
                (_, connected) -> {
                    assertThat(connected.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
                    // Linux shows twice what was asked for
                    assertThat(connected.config().getOption(ChannelOption.SO_RCVBUF))
                            .isGreaterThanOrEqualTo(40_000);
                    assertThat(connected.config().getOption(ChannelOption.SO_SNDBUF))
                            .isGreaterThanOrEqualTo(40_000);
                });
        open(
                transport,
                NONE,
                (_, connected) ->
                        assertThat(connected.config().getOption(ChannelOption.SO_KEEPALIVE))
                                .isFalse());
    }

    @Test
    void setsTheTimesOfEpoll() {
        open(
                Transport.EPOLL,
                SOME,
                (_, one) -> {
                    assertThat(one.config().getOption(EpollChannelOption.TCP_KEEPIDLE))
                            .isEqualTo(77);
                    assertThat(one.config().getOption(EpollChannelOption.TCP_KEEPCNT)).isEqualTo(5);
                    assertThat(one.config().getOption(EpollChannelOption.TCP_KEEPINTVL))
                            .isEqualTo(11);
                    assertThat(one.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                            .isEqualTo(12_345);
                });
    }

    @Test
    void setsTheTimesOfIoUring() {
        open(
                Transport.IO_URING,
                SOME,
                (_, one) -> {
                    assertThat(one.config().getOption(IoUringChannelOption.TCP_KEEPIDLE))
                            .isEqualTo(77);
                    assertThat(one.config().getOption(IoUringChannelOption.TCP_USER_TIMEOUT))
                            .isEqualTo(12_345);
                });
    }

    @Test
    void defersAcceptAndStopsToDoSo() {
        open(
                Transport.EPOLL,
                NONE,
                (listening, _) -> {
                    SocketOptions.deferAccept(listening, Transport.EPOLL, true);
                    assertThat(listening.config().getOption(EpollChannelOption.TCP_DEFER_ACCEPT))
                            .isBetween(40, 70);
                    SocketOptions.deferAccept(listening, Transport.EPOLL, false);
                    assertThat(listening.config().getOption(EpollChannelOption.TCP_DEFER_ACCEPT))
                            .isZero();
                });
    }

    @Test
    void readsAsOftenAndAsMuchAsItIsTold() {
        RecvByteBufAllocator some =
                (RecvByteBufAllocator) SocketOptions.any(SOME).get(ChannelOption.RECVBUF_ALLOCATOR);
        assertThat(some).isNotNull();
        assertThat(some.newHandle().guess()).isEqualTo(8_192);
        assertThat(some).extracting("maxMessagesPerRead").isEqualTo(3);
        assertThat(SocketOptions.any(NONE).get(ChannelOption.RECVBUF_ALLOCATOR))
                .extracting("maxMessagesPerRead")
                .isEqualTo(Integer.MAX_VALUE);
    }
}
