package dev.weir.net;

import dev.weir.config.SocketSettings;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.util.HashMap;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** The settings {@code tcp_…}, {@code pkt_buf} and {@code sbuf_loopcnt} as options of channels. */
public final class SocketOptions {
    /** How long the kernel holds back a connection whose client sends nothing, as in PgBouncer. */
    private static final int DEFER_ACCEPT_SECONDS = 45;

    private static final int READ_BYTES_MIN = 64;
    private static final int READ_BYTES_MAX = 64 * 1024;

    private SocketOptions() {}

    /** A transport's names for the options that it can set; null for those that it cannot. */
    private record Names(
            ChannelOption<Integer> keepIdle,
            ChannelOption<Integer> keepCount,
            ChannelOption<Integer> keepInterval,
            @Nullable ChannelOption<Integer> userTimeout,
            @Nullable ChannelOption<Integer> deferAccept) {}

    private static Names names(Transport transport) {
        return switch (transport) {
            case EPOLL ->
                    new Names(
                            EpollChannelOption.TCP_KEEPIDLE,
                            EpollChannelOption.TCP_KEEPCNT,
                            EpollChannelOption.TCP_KEEPINTVL,
                            EpollChannelOption.TCP_USER_TIMEOUT,
                            EpollChannelOption.TCP_DEFER_ACCEPT);
            case IO_URING ->
                    new Names(
                            IoUringChannelOption.TCP_KEEPIDLE,
                            IoUringChannelOption.TCP_KEEPCNT,
                            IoUringChannelOption.TCP_KEEPINTVL,
                            IoUringChannelOption.TCP_USER_TIMEOUT,
                            IoUringChannelOption.TCP_DEFER_ACCEPT);
            case NIO ->
                    new Names(
                            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
                            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT),
                            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                            null,
                            null);
        };
    }

    /** The options of a connection over TCP. */
    public static Map<ChannelOption<?>, Object> tcp(Transport transport, SocketSettings settings) {
        Names names = names(transport);
        Map<ChannelOption<?>, Object> options = any(settings);
        options.put(ChannelOption.TCP_NODELAY, true);
        options.put(ChannelOption.SO_KEEPALIVE, settings.keepAlive());
        if (settings.keepAlive()) {
            put(options, names.keepIdle, settings.keepIdleSeconds());
            put(options, names.keepCount, settings.keepCount());
            put(options, names.keepInterval, settings.keepIntervalSeconds());
        }
        put(options, names.userTimeout, settings.userTimeoutMillis());
        put(options, ChannelOption.SO_RCVBUF, settings.kernelBufferBytes());
        put(options, ChannelOption.SO_SNDBUF, settings.kernelBufferBytes());
        return options;
    }

    /** The options of a connection of any kind. */
    public static Map<ChannelOption<?>, Object> any(SocketSettings settings) {
        int rounds = settings.readRounds() == 0 ? Integer.MAX_VALUE : settings.readRounds();
        int first = settings.readBytes();
        Map<ChannelOption<?>, Object> options = new HashMap<>();
        options.put(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(
                                READ_BYTES_MIN, first, Math.max(first, READ_BYTES_MAX))
                        .maxMessagesPerRead(rounds));
        return options;
    }

    private static void put(
            Map<ChannelOption<?>, Object> options,
            @Nullable ChannelOption<Integer> name,
            int value) {
        if (name != null && value > 0) {
            options.put(name, value);
        }
    }

    /** Sets whether a listening socket waits for the first bytes of a client. */
    public static void deferAccept(Channel listening, Transport transport, boolean on) {
        ChannelOption<Integer> name = names(transport).deferAccept;
        if (name != null) {
            listening.config().setOption(name, on ? DEFER_ACCEPT_SECONDS : 0);
        }
    }
}
