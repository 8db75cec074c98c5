package dev.weir.login;

import dev.weir.backend.Connector;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.config.SocketSettings;
import dev.weir.net.Loops;
import dev.weir.net.SocketOptions;
import dev.weir.net.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The sockets on which clients come in. */
public final class Listener implements AutoCloseable, Reloadable {
    private final List<Channel> sockets = new ArrayList<>();
    private final Transport transport;

    private Listener(Transport transport) {
        this.transport = transport;
    }

    /**
     * Listens on every address of {@code listen_addr}.
     *
     * @throws IOException naming the address that cannot be listened on, and why
     */
    public static Listener open(Reception reception, Loops loops) throws IOException {
        var listener = new Listener(loops.transport());
        int port = reception.config().get(Settings.LISTEN_PORT);
        for (String address : reception.config().get(Settings.LISTEN_ADDR)) {
            var at =
                    address.equals("*")
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(address, port);
            try {
                listener.sockets.add(bind(reception, loops, at));
            } catch (IOException e) {
                listener.close();
                throw e;
            }
        }
        listener.prepare(reception.config()).run();
        return listener;
    }

    @Override
    public Runnable prepare(Config next) {
        boolean defers = next.get(Settings.TCP_DEFER_ACCEPT) > 0;
        return () -> {
            for (Channel socket : sockets) {
                SocketOptions.deferAccept(socket, transport, defers);
            }
        };
    }

    private static Channel bind(Reception reception, Loops loops, InetSocketAddress at)
            throws IOException {
        var binding =
                new ServerBootstrap()
                        .group(loops.group())
                        .channel(loops.transport().listener())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(
                                ChannelOption.SO_BACKLOG,
                                reception.config().get(Settings.LISTEN_BACKLOG))
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Connector.WATER_MARK)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.config()
                                                .setOptions(
                                                        SocketOptions.tcp(
                                                                loops.transport(),
                                                                SocketSettings.of(
                                                                        reception.config())));
                                        channel.pipeline().addLast(new ClientLogin(reception));
                                    }
                                })
                        .bind(at)
                        .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException(
                    "cannot listen on "
                            + at.getHostString()
                            + ':'
                            + at.getPort()
                            + ": "
                            + binding.cause().getMessage(),
                    binding.cause());
        }
        return binding.channel();
    }

    /** The port that it listens on; useful where {@code listen_port} is 0. */
    public int port() {
        return ((InetSocketAddress) sockets.getFirst().localAddress()).getPort();
    }

    /** Accepts clients, or lets them wait in the kernel's queue. */
    public void accepts(boolean on) {
        for (Channel socket : sockets) {
            socket.config().setAutoRead(on);
        }
    }

    public boolean isListening() {
        return !sockets.isEmpty();
    }

    @Override
    public void close() {
        for (Channel socket : sockets) {
            socket.close().awaitUninterruptibly();
        }
    }
}
