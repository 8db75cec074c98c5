package dev.weir.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.ServerAddress;
import dev.weir.config.SocketSettings;
import dev.weir.net.Loops;
import dev.weir.net.NoNames;
import dev.weir.net.Sockets;
import dev.weir.net.Transport;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever fails while a connection is opened, its end is told once, and so its permit returns. */
@NullMarked
@Timeout(60)
final class ConnectorTest {
    private static final String FULL = "newSocketStream(..) failed: Too many open files";

    private final Loops loops = new Loops(Transport.NIO, 1);
    private final EventLoop loop = loops.all().getFirst();
    private final List<String> told = new CopyOnWriteArrayList<>();

    /** A step of opening a connection, which fails. */
    enum Fault {
        NAME,
        SOCKET,
        OPTIONS,
        HANDLER,
        REGISTRATION,
        TLS,
        CONNECT,
        TIME,
        HANGUP,
        PASSWORD,
        OTHER_PASSWORD
    }

    /** Sockets of which one step fails, as it would without a descriptor left. */
    private record FaultySockets(@Nullable Fault fault) implements Sockets {
        @Override
        public ChannelFactory<Channel> towards(SocketAddress address) {
            return () ->
                    switch (fault) {
                        case SOCKET -> throw new ChannelException("no", new SocketException(FULL));
                        case HANDLER ->
                                new NioSocketChannel() {
                                    @Override
                                    protected void doRegister(ChannelPromise promise) {
                                        throw new IllegalStateException("epoll_ctl");
                                    }
                                };
                        case REGISTRATION -> new EmbeddedChannel(false, false); // not for this loop
                        case null, default -> new NioSocketChannel();
                    };
        }

        @Override
        public SocketAddress unixAddress(String path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<ChannelOption<?>, Object> tcpOptions(SocketSettings settings) {
            if (fault == Fault.OPTIONS) {
                throw new IllegalStateException("options");
            }
            return Map.of();
        }
    }

    /** A source without a secret; refused ones are not replaced. */
    private record Secrets(@Nullable Fault fault) implements CredentialSource {
        @Override
        public void find(ServerTarget target, EventLoop loop, Consumer<Credential> then) {
            then.accept(Credential.None.because("there is none"));
        }

        @Override
        public void refused(
                ServerTarget target,
                Credential refused,
                EventLoop loop,
                Consumer<@Nullable Credential> then) {
            if (fault == Fault.OTHER_PASSWORD) {
                throw new IllegalStateException("no other");
            }
            then.accept(null);
        }

        @Override
        public long version(Database entry, String user) {
            return 0;
        }

        @Override
        public boolean compute(Runnable work) {
            work.run();
            return true;
        }
    }

    private final class Told implements Opener.Opening {
        @Override
        public void opened(ServerConnection connection) {
            told.add("opened");
        }

        @Override
        public void failed(ServerFailure failure) {
            told.add("failed " + failure.sqlState() + ' ' + failure.message());
        }

        @Override
        public void closed() {
            told.add("closed");
        }
    }

    @AfterEach
    void stopLoops() {
        loops.close();
    }

    @ParameterizedTest
    @EnumSource
    void tellsTheEndOnceWhateverFails(Fault fault)
            throws ExecutionException, IOException, InterruptedException {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> play(listening, fault));
            int port = fault == Fault.CONNECT ? closedPort() : listening.getLocalPort();
            open(fault, target(fault == Fault.NAME ? "nowhere" : "127.0.0.1", port));
            await().until(() -> told.contains("closed") && told.size() > 1);
            loop.submit(() -> {}).get();
            assertThat(told)
                    .hasSize(2)
                    .contains("closed")
                    .anyMatch(what -> what.startsWith("failed "));
        }
    }

    @Test
    void saysWhichLimitKeepsItFromOpeningASocket() throws ExecutionException, InterruptedException {
        open(Fault.SOCKET, target("127.0.0.1", 5432));
        await().until(() -> told.contains("closed"));
        assertThat(told.getFirst())
                .matches(
                        "failed 53000 no socket for a connection to server at \"127.0.0.1\", port"
                                + " 5432: too many open files \\(ulimit -n is \\d+\\)");
    }

    /** A cancel that could not be sent keeps nobody waiting. */
    @ParameterizedTest
    @EnumSource(names = {"SOCKET", "REGISTRATION", "CONNECT"})
    void endsACancelThatCannotBeSent(Fault fault)
            throws ExecutionException, IOException, InterruptedException {
        var cancels = new Cancels(new FaultySockets(fault), () -> TlsPolicy.NONE);
        var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), closedPort());
        var key = new CancelKey(1, CancelSecret.copyOf(new byte[4]));
        loop.submit(() ->
                        cancels.send(
                                new CancelSender.Target(to, null),
                                key,
                                loop,
                                Duration.ofMinutes(1).toMillis(),
                                proven -> told.add("proven " + proven)))
                .get();
        await().until(() -> !told.isEmpty());
        assertThat(told).containsExactly("proven true");
    }

    private void open(Fault fault, ServerTarget target)
            throws InterruptedException, ExecutionException {
        Supplier<TlsPolicy> tls =
                () -> {
                    if (fault == Fault.TLS) {
                        throw new IllegalStateException("no TLS");
                    }
                    return TlsPolicy.NONE;
                };
        loop.submit(
                        () -> {
                            Config config = config();
                            var connector =
                                    new Connector(
                                            new FaultySockets(fault),
                                            new Secrets(fault),
                                            NoNames.of(config, loop),
                                            tls);
                            connector.open(target, loop, new Statements(loop), new Told());
                        })
                .get();
    }

    private static int closedPort() throws IOException {
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    private static Config config() {
        try {
            return Config.parse(
                    "weir.ini", "[databases]\na = host=a\n[pgbouncer]\nauth_type = any\n");
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ServerTarget target(String host, int port) {
        ServerTarget any = AnswerScannerTest.target();
        return new ServerTarget(
                any.entry(),
                new ServerAddress(host, port),
                any.user(),
                any.parameters(),
                Duration.ofMillis(500),
                null,
                any.rules(),
                any.sockets());
    }

    /** Plays a server that refuses, or says nothing. */
    private static void play(ServerSocket listening, Fault fault) {
        try (Socket socket = listening.accept()) {
            socket.getInputStream().read();
            if (fault == Fault.PASSWORD || fault == Fault.OTHER_PASSWORD) {
                byte[] fields = "SFATAL\0VFATAL\0C28P01\0Mno\0\0".getBytes(StandardCharsets.UTF_8);
                byte[] header = {'E', 0, 0, 0, (byte) (4 + fields.length)};
                socket.getOutputStream().write(header);
                socket.getOutputStream().write(fields);
                socket.getInputStream().readAllBytes();
            } else if (fault == Fault.TIME) {
                socket.getInputStream().readAllBytes();
            }
        } catch (IOException _) {
            // The test has ended.
        }
    }
}
