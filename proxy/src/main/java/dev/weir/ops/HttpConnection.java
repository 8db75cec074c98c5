package dev.weir.ops;

import dev.weir.net.Fatal;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Origin;
import dev.weir.net.Reading;
import dev.weir.tls.TlsChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to the operations port. It handles one request at a time. */
@LoopConfined
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest>
        implements LoopOwned {
    /*
     *   READING ──request──▶ ANSWERING ──answer written──▶ READING
     *                             ├──last answer written──▶ LINGERING
     *                             └──headers of a feed written──▶ STREAMING
     *   any ──▶ CLOSED
     *
     * READING ends at a deadline for the complete request, ANSWERING at one for the answer to be
     * read. A stream has no deadline: its feed closes it if nobody reads it. LINGERING drops what
     * still comes until the client has closed, too: closing before would reset the connection, and
     * the client might never see the answer.
     */
    private enum State {
        READING,
        ANSWERING,
        STREAMING,
        LINGERING,
        CLOSED
    }

    /** Time limit for the first request, including the TLS handshake. */
    static final long FIRST_SECONDS_MAX = 10;

    /** How long a connection may wait for another request: longer than a scrape interval. */
    static final long NEXT_SECONDS_MAX = 75;

    /** Time limit for making an answer and for the client to read it. */
    static final long ANSWER_SECONDS_MAX = 60;

    /** So long an answer may be unread though others find no place. */
    static final long UNREAD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a connection waits for the client to close after its last answer. */
    static final long LINGER_SECONDS_MAX = 2;

    /** How long an answer may still take once the client has closed its side. */
    static final long CLOSED_SECONDS_MAX = 1;

    /** A target in absolute form: RFC 9112, 3.2.2. */
    private static final Pattern ABSOLUTE =
            Pattern.compile("https?://([^/?#]*)(.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

    private final Channel channel;
    private final Endpoint endpoint;
    private final Origin origin;
    private State state = State.READING;

    /** Whether the client has closed its side: it may wait for answers, or be gone. */
    private boolean isInputOver;

    /** Whether the answer has been made, and since when; the client may have to read it yet. */
    private boolean isWritten;

    private long writtenNanos;
    private @Nullable Runnable awaited;
    private @Nullable ScheduledFuture<?> deadline;

    /**
     * @param endpoint may be called on this loop; answers on any thread
     */
    HttpConnection(Channel channel, Endpoint endpoint) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.origin = Origin.of(channel);
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    /**
     * Whether the client has left its answer unread for a while, so that the connection may be
     * closed in favor of another one.
     */
    boolean isUnread() {
        assertInLoop();
        return state == State.ANSWERING && isWritten && nanoTime() - writtenNanos > UNREAD_NANOS;
    }

    /** Whether no request is being answered, so that it may be closed in favor of another one. */
    boolean isWaiting() {
        assertInLoop();
        return state == State.READING || state == State.LINGERING;
    }

    void close() {
        assertInLoop();
        channel.close();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        assertInLoop();
        within(FIRST_SECONDS_MAX);
    }

    // --- a request ----------------------------------------------------------------------------

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (state == State.STREAMING) {
            channel.close(); // no answer is possible before its end
        }
        if (state != State.READING) {
            return; // the rest of what came before the close
        }
        become(State.ANSWERING);
        isWritten = false;
        channel.config().setAutoRead(false);
        within(ANSWER_SECONDS_MAX);
        var form = Form.of(request);
        Answer refusal = refusal(request);
        if (refusal != null) {
            answered(refusal, form.last());
            return;
        }
        Asked asked;
        try {
            asked = asked(request);
        } catch (IllegalArgumentException e) {
            answered(
                    Answer.error(
                            HttpResponseStatus.BAD_REQUEST,
                            "target: " + e.getMessage(),
                            "a path with escapes as in RFC 3986"),
                    form.last());
            return;
        }
        CompletableFuture<Answer> answer = endpoint.answer(asked);
        awaited = () -> answer.cancel(false);
        answer.whenCompleteAsync(
                (made, failure) -> {
                    awaited = null;
                    if (state == State.ANSWERING) { // else the client has gone
                        answered(made == null ? failed(asked, failure) : made, form);
                    }
                },
                loop());
    }

    /**
     * How a request is to be answered.
     *
     * @param isHead without a body
     * @param staysOpen whether another request may follow
     * @param isChunked whether the client knows chunks
     */
    private record Form(boolean isHead, boolean staysOpen, boolean isChunked) {
        static Form of(FullHttpRequest request) {
            return new Form(
                    request.method().equals(HttpMethod.HEAD),
                    HttpUtil.isKeepAlive(request),
                    request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0);
        }

        Form last() {
            return new Form(isHead, false, isChunked);
        }
    }

    /** The answer to a malformed request; null if the request is well-formed. */
    private static @Nullable Answer refusal(FullHttpRequest request) {
        if (!request.decoderResult().isFailure()) {
            return misdirected(request);
        }
        return switch (request.decoderResult().cause()) {
            case TooLongHttpLineException _ ->
                    Answer.error(
                            HttpResponseStatus.REQUEST_URI_TOO_LONG,
                            "the request line is too long",
                            "at most " + OpsPort.LINE_CHARS_MAX + " characters");
            case TooLongHttpHeaderException _ ->
                    Answer.error(
                            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                            "the headers are too long",
                            "at most " + OpsPort.HEADER_CHARS_MAX + " characters");
            case TooLongHttpContentException _ ->
                    Answer.error(
                            HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                            "the body is too long",
                            "at most " + OpsPort.BODY_BYTES_MAX + " bytes");
            default ->
                    Answer.error(
                            HttpResponseStatus.BAD_REQUEST,
                            "this is no request",
                            "HTTP/1.1, RFC 9112");
        };
    }

    /** The answer to a request that does not say clearly what it is for; null if it does. */
    private static @Nullable Answer misdirected(FullHttpRequest request) {
        String target = request.uri();
        if (!target.startsWith("/") && !ABSOLUTE.matcher(target).matches()) {
            return Answer.error(HttpResponseStatus.BAD_REQUEST, "the target is no path", "/path");
        }
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        boolean isOld = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
        return hosts == 1 || hosts == 0 && isOld
                ? null
                : Answer.error(
                        HttpResponseStatus.BAD_REQUEST,
                        hosts + " Host headers",
                        "one (RFC 9112, 3.2)");
    }

    private Asked asked(FullHttpRequest request) {
        Map<String, String> headers = new HashMap<>();
        for (Map.Entry<String, String> header : request.headers()) {
            headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
        }
        String path = request.uri();
        Matcher absolute = ABSOLUTE.matcher(path);
        if (absolute.matches()) {
            headers.put("host", absolute.group(1)); // whatever the header says
            path = absolute.group(2).startsWith("/") ? absolute.group(2) : '/' + absolute.group(2);
        }
        var target = new QueryStringDecoder(path);
        HttpMethod method = request.method();
        TlsChannel tls = TlsChannel.of(channel);
        return new Asked(
                method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method,
                target.path(),
                target.parameters(),
                headers,
                request.content().toString(StandardCharsets.UTF_8),
                tls == null ? origin : origin.encrypted(tls.encryption(false)));
    }

    // --- its answer ---------------------------------------------------------------------------

    private static Answer failed(Asked asked, @Nullable Throwable cause) {
        log.error("ops_failed path=\"{}\"", asked.path(), cause);
        return Answer.error(
                HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error", "see the log");
    }

    private void answered(Answer answer, Form form) {
        if (state != State.ANSWERING) {
            return;
        }
        Feed feed = answer.feed();
        if (feed != null && !form.isHead) {
            stream(answer, feed, form.isChunked);
            return;
        }
        ByteBuf body = form.isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body());
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), body);
        HttpHeaders headers = response.headers();
        describe(answer, headers);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        headers.set(
                HttpHeaderNames.CONNECTION,
                form.staysOpen ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        isWritten = true;
        writtenNanos = nanoTime();
        channel.writeAndFlush(response)
                .addListener(
                        form.staysOpen
                                ? done -> next(done.isSuccess())
                                : done -> linger(done.isSuccess()));
    }

    private static void describe(Answer answer, HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set("x-content-type-options", "nosniff");
        headers.set("referrer-policy", "no-referrer");
        headers.set("cross-origin-resource-policy", "same-origin");
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'");
        answer.headers().forEach(headers::set);
    }

    /** Begins an answer that lasts until its feed or the client ends it. */
    private void stream(Answer answer, Feed feed, boolean isChunked) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status());
        describe(answer, response.headers());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        HttpUtil.setTransferEncodingChunked(
                response, isChunked); // else it ends with the connection
        become(State.STREAMING);
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        channel.writeAndFlush(response);
        channel.config().setAutoRead(true); // to notice when the client disconnects
        awaited = feed.open(new EventStream(channel));
    }

    private void next(boolean isWritten) {
        if (isWritten && state == State.ANSWERING) {
            become(State.READING);
            within(isInputOver ? CLOSED_SECONDS_MAX : NEXT_SECONDS_MAX);
            channel.config().setAutoRead(true); // the next request may be here already
            if (isInputOver && state == State.READING) {
                channel.close();
            }
        }
    }

    // --- the end ------------------------------------------------------------------------------

    private void linger(boolean isWritten) {
        if (!isWritten || state != State.ANSWERING) {
            channel.close();
            return;
        }
        become(State.LINGERING);
        within(LINGER_SECONDS_MAX);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.closeOutbound();
        } else if (channel instanceof DuplexChannel socket) {
            socket.shutdownOutput();
        }
        channel.config().setAutoRead(true);
    }

    private void within(long seconds) {
        ScheduledFuture<?> last = deadline;
        if (last != null) {
            last.cancel(false);
        }
        deadline = loop().schedule(() -> channel.close(), seconds, TimeUnit.SECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        assertInLoop();
        if (event instanceof ChannelInputShutdownEvent) {
            isInputOver = true;
            if (state == State.ANSWERING) {
                within(CLOSED_SECONDS_MAX);
            } else {
                channel.close();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        become(State.CLOSED);
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        Runnable ending = awaited;
        if (ending != null) {
            ending.run();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        assertInLoop();
        if (Reading.isPeerFault(cause) || cause instanceof DecoderException) {
            log.debug("ops_io_error from={} what=\"{}\"", origin.shown(), cause.toString());
        } else {
            log.error("ops_failed from={}", origin.shown(), cause);
        }
        ctx.close();
    }

    private void become(State next) {
        assert switch (next) {
                    case READING -> state == State.ANSWERING;
                    case ANSWERING -> state == State.READING;
                    case STREAMING, LINGERING -> state == State.ANSWERING;
                    case CLOSED -> state != State.CLOSED;
                }
                : state + " to " + next;
        state = next;
    }
}
