package dev.weir.bench.spike;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is varied, as {@code key=value} arguments.
 *
 * <pre>
 * io     epoll | io_uring
 * ring   0 | number of provided buffers per loop, a power of two    (io_uring)
 * inc    true | false: buffers of the ring are filled piece by piece (io_uring)
 * single true | false: IORING_SETUP_SINGLE_ISSUER                    (io_uring)
 * alloc  adaptive | pooled | unpooled
 * recv   adaptive | a size in bytes
 * read   auto | explicit
 * write  void | new: the promise of each write
 * loops  number of event loops
 * place  same | cross: whether clients live on the loop of their servers
 * port, server, pool, name: listen there, PostgreSQL's port, its connections, for the table
 * </pre>
 */
final class Knobs {
    private static final short RING_GROUP = 1;

    private final Map<String, String> values = new HashMap<>();

    Knobs(String... args) {
        for (String arg : args) {
            int at = arg.indexOf('=');
            values.put(arg.substring(0, at), arg.substring(at + 1));
        }
    }

    String get(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    int number(String key, int otherwise) {
        @Nullable String value = values.get(key);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    boolean is(String key, String value) {
        return value.equals(values.get(key));
    }

    boolean isUring() {
        return is("io", "io_uring");
    }

    EventLoopGroup group(int loops) {
        return new MultiThreadIoEventLoopGroup(loops, handlers());
    }

    private IoHandlerFactory handlers() {
        if (!isUring()) {
            return EpollIoHandler.newFactory();
        }
        var config = new IoUringIoHandlerConfig();
        if (values.containsKey("single")) {
            config.setSingleIssuer(is("single", "true"));
        }
        int ring = number("ring", 0);
        if (ring > 0) {
            config.setBufferRingConfig(
                    IoUringBufferRingConfig.builder()
                            .bufferGroupId(RING_GROUP)
                            .bufferRingSize((short) ring)
                            .batchSize(Math.max(1, ring / 4))
                            .allocator(ringAllocator())
                            .incremental(is("inc", "true"))
                            .build());
        }
        return IoUringIoHandler.newFactory(config);
    }

    private IoUringBufferRingAllocator ringAllocator() {
        int size = get("recv", "adaptive").equals("adaptive") ? 0 : number("recv", 0);
        return size == 0
                ? new IoUringAdaptiveBufferRingAllocator(allocator())
                : new IoUringFixedBufferRingAllocator(allocator(), size);
    }

    ByteBufAllocator allocator() {
        return switch (get("alloc", "adaptive")) {
            case "pooled" -> PooledByteBufAllocator.DEFAULT;
            case "unpooled" -> UnpooledByteBufAllocator.DEFAULT;
            default -> Adaptive.INSTANCE;
        };
    }

    private static final class Adaptive {
        static final ByteBufAllocator INSTANCE = new AdaptiveByteBufAllocator(true, true);
    }

    private RecvByteBufAllocator receiving() {
        String size = get("recv", "adaptive");
        return size.equals("adaptive")
                ? new AdaptiveRecvByteBufAllocator()
                : new FixedRecvByteBufAllocator(Integer.parseInt(size));
    }

    Bootstrap connector() {
        var bootstrap =
                new Bootstrap()
                        .channel(isUring() ? IoUringSocketChannel.class : EpollSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.AUTO_READ, !is("read", "explicit"))
                        .option(ChannelOption.ALLOCATOR, allocator())
                        .option(ChannelOption.RECVBUF_ALLOCATOR, receiving());
        if (number("ring", 0) > 0) {
            bootstrap.option(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RING_GROUP);
        }
        return bootstrap;
    }

    ServerBootstrap listener(EventLoopGroup accepting, EventLoopGroup children) {
        var bootstrap =
                new ServerBootstrap()
                        .group(accepting, children)
                        .channel(
                                isUring()
                                        ? IoUringServerSocketChannel.class
                                        : EpollServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 4_096)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.AUTO_READ, !is("read", "explicit"))
                        .childOption(ChannelOption.ALLOCATOR, allocator())
                        .childOption(ChannelOption.RECVBUF_ALLOCATOR, receiving());
        if (number("ring", 0) > 0) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RING_GROUP);
        }
        return bootstrap;
    }

    /** Makes a channel read its first bytes if it does not do so by itself. */
    void startReading(Channel channel) {
        if (is("read", "explicit")) {
            channel.read();
        }
    }
}
