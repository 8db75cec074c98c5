package dev.weir.net;

import dev.weir.config.SocketSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The I/O transport of this process. */
public enum Transport implements Sockets {
    EPOLL(
            EpollSocketChannel.class,
            EpollServerSocketChannel.class,
            EpollDomainSocketChannel.class,
            EpollServerDomainSocketChannel.class,
            EpollDatagramChannel.class) {
        @Override
        public @Nullable Throwable obstacle() {
            return Epoll.unavailabilityCause();
        }

        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }
    },
    IO_URING(
            IoUringSocketChannel.class,
            IoUringServerSocketChannel.class,
            IoUringDomainSocketChannel.class,
            IoUringServerDomainSocketChannel.class,
            IoUringDatagramChannel.class) {
        @Override
        public @Nullable Throwable obstacle() {
            return IoUring.unavailabilityCause();
        }

        @Override
        IoHandlerFactory handlers() {
            return IoUringIoHandler.newFactory();
        }
    },
    /** For development away from Linux. */
    NIO(
            NioSocketChannel.class,
            NioServerSocketChannel.class,
            NioDomainSocketChannel.class,
            NioServerDomainSocketChannel.class,
            NioDatagramChannel.class) {
        @Override
        public @Nullable Throwable obstacle() {
            return null;
        }

        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }
    };

    private final Class<? extends SocketChannel> socket;
    private final Class<? extends ServerChannel> listener;
    private final Class<? extends Channel> unixSocket;
    private final Class<? extends ServerChannel> unixListener;
    private final Class<? extends DatagramChannel> datagram;

    Transport(
            Class<? extends SocketChannel> socket,
            Class<? extends ServerChannel> listener,
            Class<? extends Channel> unixSocket,
            Class<? extends ServerChannel> unixListener,
            Class<? extends DatagramChannel> datagram) {
        this.socket = socket;
        this.listener = listener;
        this.unixSocket = unixSocket;
        this.unixListener = unixListener;
        this.datagram = datagram;
    }

    /** Why this machine cannot use it; null if it can. A container runtime may forbid io_uring. */
    public abstract @Nullable Throwable obstacle();

    /** Whether this machine can use it. */
    public final boolean isAvailable() {
        return obstacle() == null;
    }

    abstract IoHandlerFactory handlers();

    /** Returns the default transport: epoll where it is available (docs/adr/0002). */
    public static Transport detect() {
        return EPOLL.isAvailable() ? EPOLL : NIO;
    }

    /** The option that lets several processes of one user listen on a port. */
    public ChannelOption<Boolean> reusePort() {
        return this == NIO
                ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                : UnixChannelOption.SO_REUSEPORT;
    }

    @Override
    public ChannelFactory<Channel> towards(SocketAddress address) {
        boolean isUnix =
                address instanceof DomainSocketAddress
                        || address instanceof UnixDomainSocketAddress;
        return new ReflectiveChannelFactory<>(isUnix ? unixSocket : socket);
    }

    @Override
    public Map<ChannelOption<?>, Object> tcpOptions(SocketSettings settings) {
        return SocketOptions.tcp(this, settings);
    }

    /**
     * The address of a Unix socket, as this transport's channels want it: the {@code @} of an
     * abstract name stands for a zero byte, and the JDK's own sockets have no such names.
     */
    @Override
    public SocketAddress unixAddress(String path) {
        if (this == NIO) {
            return UnixDomainSocketAddress.of(path);
        }
        return new DomainSocketAddress(path.startsWith("@") ? '\0' + path.substring(1) : path);
    }

    /** Whether Unix sockets may have abstract names. */
    public boolean hasAbstractNames() {
        return this != NIO;
    }

    public Class<? extends ServerChannel> listener() {
        return listener;
    }

    /** The channel type of a connection over TCP. */
    Class<? extends SocketChannel> tcp() {
        return socket;
    }

    /** The channel type for UDP. */
    Class<? extends DatagramChannel> datagram() {
        return datagram;
    }

    /**
     * Creates a channel for a socket that is already listening.
     *
     * @throws IOException if this transport does not support that
     */
    public ServerChannel adopt(int file, boolean isUnix) throws IOException {
        if (this != EPOLL) {
            throw new IOException(
                    "cannot listen on file "
                            + file
                            + ": sockets of the service manager need transport = epoll");
        }
        return isUnix
                ? new EpollServerDomainSocketChannel(file)
                : new EpollServerSocketChannel(file);
    }

    public Class<? extends ServerChannel> unixListener() {
        return unixListener;
    }
}
