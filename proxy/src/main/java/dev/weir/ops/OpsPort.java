package dev.weir.ops;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.log.ConnectionName;
import dev.weir.net.Fatal;
import dev.weir.net.Loops;
import dev.weir.net.Reading;
import dev.weir.net.Transport;
import dev.weir.tls.Tls;
import dev.weir.tls.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.flow.FlowControlHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations port: listens, and limits the resources of its connections. */
public final class OpsPort implements AutoCloseable {
    /**
     * Connections at the same time; at the limit, one that waits for a request, or is not read, is
     * closed.
     */
    static final int CONNECTIONS_MAX = 64;

    static final int LINE_CHARS_MAX = 4_096;
    static final int HEADER_CHARS_MAX = 8_192;
    static final int BODY_BYTES_MAX = 65_536;

    /** Runs the code that makes answers. */
    static final Executor THREADS = task -> Thread.ofVirtual().name("weir-ops").start(task);

    /** Interval at which a new process tries to listen until the old one has closed the port. */
    private static final long TRY_SECONDS = 1;

    private static final Logger log = LoggerFactory.getLogger(OpsPort.class);

    private final Config config;
    private final Tls tls;
    private final Endpoint endpoint;
    private final Loops loops;

    /** In order of arrival; used on the loop. */
    private final Deque<HttpConnection> connections = new ArrayDeque<>();

    private volatile @Nullable Channel socket;

    private OpsPort(Config config, Transport transport, Tls tls, Endpoint endpoint) {
        this.config = config;
        this.tls = tls;
        this.loops = new Loops(transport, 1, "weir-ops");
        this.endpoint = endpoint;
    }

    /**
     * Listens on {@code ops_addr} and {@code ops_port}.
     *
     * @param takesOver whether to wait while another process still has the port
     * @throws IOException if it cannot listen; names the address and the reason
     */
    static OpsPort open(
            Config config, Transport transport, Tls tls, Endpoint endpoint, boolean takesOver)
            throws IOException {
        var port = new OpsPort(config, transport, tls, onVirtualThread(endpoint));
        try {
            port.listen(takesOver);
            return port;
        } catch (Throwable e) {
            port.close();
            throw e;
        }
    }

    /** Moves an endpoint to a thread that may block. */
    private static Endpoint onVirtualThread(Endpoint endpoint) {
        return asked -> {
            var answer = new CompletableFuture<Answer>();
            THREADS.execute(() -> pass(endpoint, asked, answer));
            return answer;
        };
    }

    private static void pass(Endpoint endpoint, Asked asked, CompletableFuture<Answer> to) {
        try {
            CompletableFuture<Answer> from = endpoint.answer(asked);
            to.whenComplete((_, _) -> from.cancel(false)); // no client waits for it any more
            from.whenComplete((answer, failure) -> {
                if (failure == null) {
                    to.complete(answer);
                } else {
                    to.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            to.completeExceptionally(e);
        }
    }

    // --- listening ----------------------------------------------------------------------------

    private void listen(boolean takesOver) throws IOException {
        int port = config.get(Settings.OPS_PORT);
        String host = config.get(Settings.OPS_ADDR);
        var at = host.equals("*") ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        if (config.get(Settings.OPS_TLS) && tls.towardsClients().context() == null) {
            throw new IOException(
                    "ops_tls: 1 needs a certificate (expected: client_tls_sslmode other than"
                            + " disable, and client_tls_cert_file)");
        }
        ChannelFuture bound = bind(at).awaitUninterruptibly();
        if (bound.isSuccess()) {
            opened(bound.channel());
        } else if (takesOver) {
            tryAgain(at);
        } else {
            throw new IOException(
                    "cannot listen on ops_addr %s, ops_port %d: %s"
                            .formatted(host, port, Reading.reason(bound.cause())),
                    bound.cause());
        }
    }

    private void opened(Channel opened) {
        socket = opened;
        log.info(
                "ops_port_opened at={} tls={}",
                ConnectionName.shown(opened.localAddress()),
                config.get(Settings.OPS_TLS) ? 1 : 0);
    }

    private void tryAgain(InetSocketAddress at) {
        loops.all()
                .getFirst()
                .schedule(
                        () ->
                                bind(at).addListener(
                                                (ChannelFutureListener)
                                                        done -> {
                                                            if (done.isSuccess()) {
                                                                opened(done.channel());
                                                            } else {
                                                                tryAgain(at);
                                                            }
                                                        }),
                        TRY_SECONDS,
                        TimeUnit.SECONDS);
    }

    private ChannelFuture bind(InetSocketAddress at) {
        return new ServerBootstrap()
                .group(loops.group())
                .channel(loops.transport().listener())
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new Accepting())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                begin(channel);
                            }
                        })
                .bind(at);
    }

    /** The port number. */
    public int port() {
        Channel open = socket;
        return open == null
                ? config.get(Settings.OPS_PORT)
                : ((InetSocketAddress) open.localAddress()).getPort();
    }

    /** The loop of its connections. */
    EventLoop loop() {
        return loops.all().getFirst();
    }

    // --- connections --------------------------------------------------------------------------

    private void begin(Channel channel) {
        if (connections.size() >= CONNECTIONS_MAX && !makeRoom()) {
            log.warn("ops_connection_refused connections={} (all are busy)", connections.size());
            channel.close();
            return;
        }
        TlsContext context = config.get(Settings.OPS_TLS) ? tls.towardsClients().context() : null;
        if (context != null) {
            channel.pipeline().addLast(context.handler(channel.alloc()));
        }
        var connection = new HttpConnection(channel, endpoint);
        connections.add(connection);
        channel.closeFuture().addListener(_ -> connections.remove(connection));
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(
                                new HttpDecoderConfig()
                                        .setMaxInitialLineLength(LINE_CHARS_MAX)
                                        .setMaxHeaderSize(HEADER_CHARS_MAX)))
                .addLast(new FlowControlHandler()) // one request after the other, also to Whole
                .addLast(new Whole())
                .addLast(connection);
    }

    /**
     * Closes the oldest connection that waits for a request, or else whose client does not read;
     * false if all are busy.
     */
    private boolean makeRoom() {
        return closesOne(HttpConnection::isWaiting) || closesOne(HttpConnection::isUnread);
    }

    private boolean closesOne(Predicate<HttpConnection> test) {
        for (HttpConnection one : connections) {
            if (test.test(one)) {
                connections.remove(one);
                one.close();
                return true;
            }
        }
        return false;
    }

    /** Aggregates a request and its body into one message, unless the body is too long. */
    private static final class Whole extends HttpObjectAggregator {
        Whole() {
            super(BODY_BYTES_MAX, true);
        }

        /** Asks for the body; a request with another expectation is read without it. */
        @Override
        protected @Nullable Object newContinueResponse(
                HttpMessage start, int lengthMax, ChannelPipeline pipeline) {
            return HttpUtil.is100ContinueExpected(start)
                            && HttpUtil.getContentLength(start, 0L) <= lengthMax
                    ? new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.CONTINUE,
                            Unpooled.EMPTY_BUFFER)
                    : null;
        }

        /** Passes it on without its body, to be refused. */
        @Override
        protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
            var start = (HttpRequest) oversized;
            var refused =
                    new DefaultFullHttpRequest(
                            start.protocolVersion(),
                            start.method(),
                            start.uri(),
                            Unpooled.EMPTY_BUFFER,
                            start.headers(),
                            EmptyHttpHeaders.INSTANCE);
            refused.setDecoderResult(DecoderResult.failure(new TooLongHttpContentException()));
            ctx.fireChannelRead(refused);
        }
    }

    /** Pauses after a failed accept: otherwise the kernel would report it again at once. */
    private static final class Accepting extends ChannelInboundHandlerAdapter {
        private static final long PAUSE_MILLIS = 200;

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Fatal.check(cause);
            log.warn("ops_accept_failed error=\"{}\"", Reading.reason(cause));
            Reading.suspend(ctx.channel());
            ctx.executor()
                    .schedule(
                            () -> Reading.resume(ctx.channel()),
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        loops.close();
    }
}
