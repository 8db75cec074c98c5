package dev.weir.backend;

import dev.weir.config.Database;
import dev.weir.config.ServerAddress;
import dev.weir.net.HostNames;
import dev.weir.net.Reading;
import dev.weir.net.SocketOptions;
import dev.weir.net.Sockets;
import dev.weir.tls.TlsContext;
import dev.weir.tls.TlsPolicy;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens server connections. Names are looked up on virtual threads, never on a loop. */
public final class Connector implements Opener {
    /** How many bytes may wait for a slow peer before the other side is no longer read. */
    public static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final Logger log = LoggerFactory.getLogger(Connector.class);

    private final Sockets sockets;
    private final CredentialSource credentials;
    private final HostNames names;
    private final Supplier<TlsPolicy> tls;

    /**
     * @param tls called for each connection, except on Unix sockets
     */
    public Connector(
            Sockets sockets,
            CredentialSource credentials,
            HostNames names,
            Supplier<TlsPolicy> tls) {
        this.sockets = sockets;
        this.credentials = credentials;
        this.names = names;
        this.tls = tls;
    }

    @Override
    public long credentialVersion(Database entry, String user) {
        return credentials.version(entry, user);
    }

    @Override
    public void open(ServerTarget target, EventLoop loop, Statements statements, Opening opening) {
        locate(
                target.address(),
                loop,
                new Place() {
                    @Override
                    public void at(SocketAddress to) {
                        new Attempt(to, target, loop, statements, opening).connect();
                    }

                    @Override
                    public void unknown(String why) {
                        opening.failed(ServerFailure.unknown(target.address(), why));
                        opening.closed();
                    }
                });
    }

    /** Receives the address of a server or a peer. Called on the loop of the caller. */
    public interface Place {
        void at(SocketAddress address);

        void unknown(String why);
    }

    /** Resolves {@code address}; a host name may have to be looked up. */
    public void locate(ServerAddress address, EventLoop loop, Place place) {
        if (address.isUnix()) {
            place.at(sockets.unixAddress(address.unixPath()));
            return;
        }
        InetAddress literal = literal(address.host());
        if (literal != null) {
            place.at(new InetSocketAddress(literal, address.port()));
            return;
        }
        names.ask(
                address.host(),
                loop,
                new HostNames.Asker() {
                    @Override
                    public void found(InetAddress one) {
                        place.at(new InetSocketAddress(one, address.port()));
                    }

                    @Override
                    public void unknown(String why) {
                        place.unknown(why);
                    }
                });
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private Bootstrap bootstrap(ServerTarget target, EventLoop loop, ServerLogin login) {
        Bootstrap bootstrap = new Bootstrap().group(loop);
        tune(bootstrap, target);
        return bootstrap
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        (int) Math.min(target.connectTimeout().toMillis(), 600_000))
                .handler(login);
    }

    /** Negotiates TLS, if it is to be used, before the login begins. */
    private void negotiate(
            Channel channel, ServerTarget target, ServerLogin login, Attempt attempt) {
        TlsPolicy policy = target.address().isUnix() ? TlsPolicy.NONE : tls.get();
        TlsContext context = policy.context();
        if (context != null) {
            channel.pipeline()
                    .addFirst(
                            new SslNegotiation(
                                    policy,
                                    context,
                                    target.address(),
                                    encryption -> login.encrypted(encryption.peerEndPoint()),
                                    failure -> attempt.failed(failure, null)));
        }
    }

    private void tune(Bootstrap bootstrap, ServerTarget target) {
        Map<ChannelOption<?>, Object> options =
                target.address().isUnix()
                        ? SocketOptions.any(target.sockets())
                        : sockets.tcpOptions(target.sockets());
        options.forEach((name, value) -> option(bootstrap, name, value));
    }

    @SuppressWarnings("unchecked")
    private static <T> void option(Bootstrap bootstrap, ChannelOption<T> name, Object value) {
        bootstrap.option(name, (T) value);
    }

    /** Makes the next connection go to another address of the host name, if it has one. */
    private void avoid(ServerAddress address, SocketAddress to) {
        if (to instanceof InetSocketAddress inet && literal(address.host()) == null) {
            names.unreachable(address.host(), inet.getAddress());
        }
    }

    /**
     * The opening of one connection. If the server refuses the credential and there is another one,
     * that one is tried once, on a second socket, after the first has closed.
     */
    private final class Attempt implements ServerLogin.Listener {
        private final SocketAddress to;
        private final ServerTarget target;
        private final EventLoop loop;
        private final Statements statements;
        private final Opening opening;
        private State state = State.TRYING;
        private @Nullable Credential credential;
        private boolean socketIsGone;

        Attempt(
                SocketAddress to,
                ServerTarget target,
                EventLoop loop,
                Statements statements,
                Opening opening) {
            this.to = to;
            this.target = target;
            this.loop = loop;
            this.statements = statements;
            this.opening = opening;
        }

        /** Opens a socket: the first, or the second when the first is gone. */
        void connect() {
            socketIsGone = false;
            try {
                var login = new ServerLogin(target, credentials, credential, statements, this);
                connected(sockets.connect(bootstrap(target, loop, login), to), login);
            } catch (IOException e) {
                notBegun(e);
            } catch (RuntimeException e) {
                log.error("connect_failed server={}", target.address().host(), e);
                notBegun(e);
            }
        }

        /** Reported like any failure, but not before the caller has returned. */
        private void notBegun(Exception why) {
            loop.execute(() -> {
                failed(ServerFailure.noSocket(target.address(), Reading.reason(why)), null);
                closed();
            });
        }

        private void connected(ChannelFuture connecting, ServerLogin login) {
            Channel channel = connecting.channel();
            channel.closeFuture().addListener(_ -> closed());
            try {
                negotiate(channel, target, login, this);
            } catch (RuntimeException e) {
                channel.close();
                throw e;
            }
            connecting.addListener(future -> {
                if (!future.isSuccess()) {
                    avoid(target.address(), to);
                    String why = Reading.reason(future.cause());
                    failed(ServerFailure.unreachable(target.address(), why), null);
                }
            });
            long millis = target.connectTimeout().toMillis();
            var deadline = loop.schedule(() -> tooLate(channel), millis, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(_ -> deadline.cancel(false));
        }

        private void tooLate(Channel channel) {
            if (isOpen()) {
                failed(ServerFailure.timeout(target.address(), channel.isActive()), null);
                channel.close();
            }
        }

        boolean isOpen() {
            return state == State.TRYING || state == State.TRYING_AGAIN;
        }

        @Override
        public void opened(ServerConnection connection) {
            if (isOpen()) {
                state = State.DECIDED;
                opening.opened(connection);
            }
        }

        @Override
        public void failed(ServerFailure failure, @Nullable Credential refused) {
            if (state == State.TRYING && refused != null) {
                state = State.ASKING;
                askForAnother(failure, refused);
            } else if (isOpen()) {
                state = State.DECIDED;
                opening.failed(failure);
            }
        }

        private void askForAnother(ServerFailure failure, Credential refused) {
            try {
                credentials.refused(target, refused, loop, other -> answered(failure, other));
            } catch (RuntimeException e) {
                log.error("credential_not_found server={}", target.address().host(), e);
                answered(failure, null);
            }
        }

        private void answered(ServerFailure failure, @Nullable Credential other) {
            if (other == null) {
                state = State.DECIDED;
                opening.failed(failure);
            } else {
                state = State.WAITING;
                credential = other;
            }
            if (socketIsGone) {
                goOn();
            }
        }

        /** The socket is gone, or there was none. Only the first call counts. */
        private void closed() {
            if (!socketIsGone) {
                socketIsGone = true;
                goOn();
            }
        }

        private void goOn() {
            switch (state) {
                case ASKING -> {}
                case WAITING -> {
                    state = State.TRYING_AGAIN;
                    connect();
                }
                case TRYING, TRYING_AGAIN, DECIDED -> opening.closed();
            }
        }
    }

    /*
     *   TRYING ──refused──▶ ASKING ──another──▶ WAITING ──closed──▶ TRYING_AGAIN ──▶ DECIDED
     *      │                   └─────────────────no other one──────────────────────▲
     *      └───────────────opened, failed for another reason───────────────────────▲
     */
    private enum State {
        TRYING,
        ASKING,
        WAITING,
        TRYING_AGAIN,
        DECIDED
    }
}
