package dev.weir.login;

import dev.weir.backend.Connector;
import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.config.SocketSettings;
import dev.weir.log.ConnectionName;
import dev.weir.net.Loops;
import dev.weir.net.Reading;
import dev.weir.net.SocketOptions;
import dev.weir.net.Transport;
import dev.weir.os.InheritedSocket;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets on which clients connect. */
public final class Listener implements AutoCloseable, Reloadable {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private final List<Channel> sockets = new ArrayList<>();
    private final Transport transport;
    private int port;
    private @Nullable UnixSocket unixSocket;
    private @Nullable Object unixSocketKey;
    private boolean followsOther;

    /** Any loop may replace them. */
    private volatile @Nullable SharedOptions shared;

    private Listener(Transport transport) {
        this.transport = transport;
    }

    /**
     * Listens on every address of {@code listen_addr}, and in {@code unix_socket_dir}; or on the
     * inherited sockets.
     *
     * @throws IOException that names the address that cannot be listened on, and the reason
     */
    public static Listener open(Reception reception, Loops loops, Inheritance inheritance)
            throws IOException {
        var listener = new Listener(loops.transport());
        try {
            if (inheritance.sockets().isEmpty()) {
                listener.openConfigured(reception, loops, inheritance.takesOver());
            } else {
                listener.adopt(inheritance.sockets(), reception, loops);
            }
            listener.prepare(reception.config()).run();
        } catch (Throwable e) {
            listener.close();
            throw e;
        }
        listener.sockets.forEach(listener::say);
        return listener;
    }

    /** Logs, in PgBouncer's words, where it listens. */
    private void say(Channel socket) {
        SocketAddress at = socket.localAddress();
        UnixSocket unix = unixSocket;
        if (at instanceof InetSocketAddress) {
            log.info("listening on {}", ConnectionName.shown(at));
        } else {
            log.info("listening on unix:{}", unix == null ? "(inherited)" : unix.name());
        }
    }

    private void openConfigured(Reception reception, Loops loops, boolean takesOver)
            throws IOException {
        Config config = reception.config();
        port = config.get(Settings.LISTEN_PORT);
        for (String address : config.get(Settings.LISTEN_ADDR)) {
            for (InetSocketAddress each : all(address, port)) {
                openTcp(each, reception, loops, takesOver);
            }
        }
        UnixSocket unix = UnixSocket.of(config, port);
        if (unix != null) {
            openUnix(unix, reception, loops, takesOver);
        }
    }

    private void adopt(List<InheritedSocket> inherited, Reception reception, Loops loops)
            throws IOException {
        for (InheritedSocket each : inherited) {
            ServerChannel channel = transport.adopt(each.file(), each.isUnix());
            ServerBootstrap bootstrap = bootstrap(reception, loops).channelFactory(() -> channel);
            Channel socket = done(bootstrap.register(), "file " + each.file());
            if (port == 0 && socket.localAddress() instanceof InetSocketAddress inet) {
                port = inet.getPort();
            }
            sockets.add(socket);
        }
    }

    @Override
    public Runnable prepare(Config next) {
        boolean defers = next.get(Settings.TCP_DEFER_ACCEPT) > 0;
        return () -> {
            for (Channel socket : sockets) {
                if (socket.localAddress() instanceof InetSocketAddress) {
                    SocketOptions.deferAccept(socket, transport, defers);
                }
            }
        };
    }

    /** All that a name stands for, such as 127.0.0.1 and ::1 for localhost. */
    private static List<InetSocketAddress> all(String address, int port) throws IOException {
        if (address.equals("*")) {
            return List.of(new InetSocketAddress(port));
        }
        List<InetSocketAddress> places = new ArrayList<>();
        try {
            for (InetAddress each : InetAddress.getAllByName(address)) {
                places.add(new InetSocketAddress(each, port));
            }
        } catch (UnknownHostException e) {
            throw new IOException(
                    "cannot listen on " + address + ':' + port + ": no such host name", e);
        }
        return places;
    }

    private void openTcp(InetSocketAddress at, Reception reception, Loops loops, boolean takesOver)
            throws IOException {
        ServerBootstrap tcp =
                bootstrap(reception, loops)
                        .channel(transport.listener())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(transport.reusePort(), true);
        PortSharing.check(reception.config(), at, takesOver);
        Channel socket = bind(tcp, at, ConnectionName.shown(at));
        if (sockets.isEmpty()) {
            port = ((InetSocketAddress) socket.localAddress()).getPort();
        }
        sockets.add(socket);
    }

    private void openUnix(UnixSocket unix, Reception reception, Loops loops, boolean takesOver)
            throws IOException {
        try {
            if (unix.isAbstract() && !transport.hasAbstractNames()) {
                throw new IOException("the transport nio has no abstract names");
            }
            followsOther = unix.makeRoom(takesOver);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + unix.name() + ": " + e.getMessage(), e);
        }
        SocketAddress at = transport.unixAddress(unix.draft());
        ServerBootstrap bootstrap = bootstrap(reception, loops).channel(transport.unixListener());
        sockets.add(bind(bootstrap, at, unix.name()));
        try {
            unixSocketKey = unix.publish();
        } catch (IOException e) {
            throw new IOException("cannot restrict " + unix.name() + ": " + e.getMessage(), e);
        }
        unixSocket = unix;
    }

    private ServerBootstrap bootstrap(Reception reception, Loops loops) {
        return new ServerBootstrap()
                .group(loops.group())
                .option(ChannelOption.SO_BACKLOG, reception.config().get(Settings.LISTEN_BACKLOG))
                .handler(new Accepting(reception))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Connector.WATER_MARK)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                begin(channel, reception);
                            }
                        });
    }

    /** The options of clients, which share them for as long as the settings stay what they are. */
    private Map<ChannelOption<?>, Object> clientOptions(SocketSettings settings) {
        SharedOptions known = shared;
        if (known == null || !known.settings().equals(settings)) {
            shared = known = new SharedOptions(settings, SocketOptions.tcp(transport, settings));
        }
        return known.options();
    }

    private record SharedOptions(SocketSettings settings, Map<ChannelOption<?>, Object> options) {}

    private void begin(Channel channel, Reception reception) {
        if (channel.remoteAddress() instanceof InetSocketAddress) {
            channel.config().setOptions(clientOptions(SocketSettings.of(reception.config())));
        }
        var login = new ClientLogin(reception);
        if (reception.isBehindProxy(channel.remoteAddress())) {
            channel.pipeline()
                    .addLast(new ProxyHeader.Beginning())
                    .addLast(new HAProxyMessageDecoder())
                    .addLast(new ProxyHeader(login));
        }
        channel.pipeline().addLast(login);
    }

    private static Channel bind(ServerBootstrap bootstrap, SocketAddress at, String shown)
            throws IOException {
        return done(bootstrap.bind(at), shown);
    }

    private static Channel done(ChannelFuture opening, String shown) throws IOException {
        opening.awaitUninterruptibly();
        if (!opening.isSuccess()) {
            Throwable why = opening.cause();
            throw new IOException("cannot listen on " + shown + ": " + Reading.reason(why), why);
        }
        return opening.channel();
    }

    /** The port that it listens on; useful if {@code listen_port} is 0. */
    public int port() {
        return port;
    }

    /** The Unix socket of the process that this one takes over from; null if there is none. */
    public @Nullable SocketAddress predecessor() {
        UnixSocket unix = unixSocket;
        return unix == null || !followsOther
                ? null
                : transport.unixAddress(UnixSocket.predecessor(unix.name()));
    }

    /** Accepts clients, or leaves them waiting in the kernel's queue. */
    public void accepts(boolean on) {
        for (Channel socket : sockets) {
            socket.eventLoop().execute(() -> Reading.set(socket, on));
        }
    }

    public boolean isListening() {
        return !sockets.isEmpty();
    }

    /** Whether clients can come in by {@link #port}, and not by the Unix socket alone. */
    public boolean isListeningOnTcp() {
        return sockets.stream().anyMatch(one -> one.localAddress() instanceof InetSocketAddress);
    }

    /**
     * Accepts no more clients over TCP. The Unix socket stays open for the console and for cancel
     * requests that peers pass on.
     */
    public void closeTcp() {
        for (Channel socket : sockets) {
            if (socket.localAddress() instanceof InetSocketAddress) {
                socket.close().awaitUninterruptibly();
            }
        }
    }

    @Override
    public void close() {
        UnixSocket unix = unixSocket;
        if (unix != null) {
            unixSocket = null;
            unix.remove(unixSocketKey, followsOther);
        }
        for (Channel socket : sockets) {
            socket.close().awaitUninterruptibly();
        }
    }
}
