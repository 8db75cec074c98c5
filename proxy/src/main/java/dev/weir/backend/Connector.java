package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.net.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens server connections. Names are looked up on virtual threads, never on a loop. */
public final class Connector {
    /** At most so much waits for a slow peer before the other side is not read any more. */
    public static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final Transport transport;
    private final CredentialSource credentials;

    public Connector(Transport transport, CredentialSource credentials) {
        this.transport = transport;
        this.credentials = credentials;
    }

    /** How opening a connection went. Called on its loop. */
    public interface Opening {
        void opened(ServerConnection connection);

        void failed(ServerFailure failure);

        /** The socket is gone, in any case and last: its permit may be used again. */
        void closed();
    }

    /** Opens a connection that lives on {@code loop}. */
    public void open(ServerTarget target, EventLoop loop, Statements statements, Opening opening) {
        ServerAddress address = target.address();
        if (address.isUnix()) {
            connect(transport.unixAddress(address.unixPath()), target, loop, statements, opening);
            return;
        }
        InetAddress literal = literal(address.host());
        if (literal != null) {
            var to = new InetSocketAddress(literal, address.port());
            connect(to, target, loop, statements, opening);
            return;
        }
        Thread.ofVirtual()
                .name("weir-dns")
                .start(() -> lookUp(address, target, loop, statements, opening));
    }

    private void lookUp(
            ServerAddress address,
            ServerTarget target,
            EventLoop loop,
            Statements statements,
            Opening opening) {
        try {
            var to = new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
            loop.execute(() -> connect(to, target, loop, statements, opening));
        } catch (UnknownHostException e) {
            loop.execute(() -> {
                opening.failed(unreachable(address, "name or service not known"));
                opening.closed();
            });
        }
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private void connect(
            SocketAddress to,
            ServerTarget target,
            EventLoop loop,
            Statements statements,
            Opening opening) {
        var attempt = new Attempt(opening);
        Bootstrap bootstrap = new Bootstrap().group(loop).channel(transport.socketFor(to));
        tune(bootstrap, target);
        ChannelFuture connecting =
                bootstrap
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) Math.min(target.connectTimeout().toMillis(), 600_000))
                        .handler(new ServerLogin(target, credentials, statements, attempt))
                        .connect(to);
        Channel channel = connecting.channel();
        connecting.addListener(future -> {
            if (!future.isSuccess()) {
                String why = String.valueOf(future.cause().getMessage());
                attempt.failed(unreachable(target.address(), why));
            }
        });
        var deadline =
                loop.schedule(
                        () -> {
                            if (!attempt.decided) {
                                attempt.failed(
                                        unreachable(target.address(), "server_connect_timeout"));
                                channel.close();
                            }
                        },
                        target.connectTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        channel.closeFuture()
                .addListener(_ -> {
                    deadline.cancel(false);
                    opening.closed();
                });
    }

    private static void tune(Bootstrap bootstrap, ServerTarget target) {
        if (!target.address().isUnix()) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
            bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    private static ServerFailure unreachable(ServerAddress address, String why) {
        return new ServerFailure(
                "FATAL",
                "08006",
                "connection to server at \""
                        + address.host()
                        + "\", port "
                        + address.port()
                        + " failed: "
                        + why);
    }

    /** One attempt, which is decided once. */
    private static final class Attempt implements ServerLogin.Listener {
        private final Opening opening;
        private boolean decided;

        Attempt(Opening opening) {
            this.opening = opening;
        }

        @Override
        public void opened(ServerConnection connection) {
            if (!decided) {
                decided = true;
                opening.opened(connection);
            }
        }

        @Override
        public void failed(ServerFailure failure) {
            if (!decided) {
                decided = true;
                opening.failed(failure);
            }
        }
    }
}
