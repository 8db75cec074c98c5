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
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
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
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to the operations port. It handles one request at a time. */
@LoopConfined
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest>
        implements LoopOwned {
    /*
     *   READING ──request──▶ ANSWERING ──answer written──▶ READING
     *                             └──headers of a feed written──▶ STREAMING
     *   any ──▶ CLOSED
     *
     * READING ends at a deadline for the complete request, ANSWERING at one for the answer to be
     * read. A stream has no deadline: its feed closes it if nobody reads it.
     */
    private enum State {
        READING,
        ANSWERING,
        STREAMING,
        CLOSED
    }

    /** Time limit for the first request, including the TLS handshake. */
    static final long FIRST_SECONDS_MAX = 10;

    /** How long a connection may wait for another request: longer than a scrape interval. */
    static final long NEXT_SECONDS_MAX = 75;

    /** Time limit for making an answer and for the client to read it. */
    static final long ANSWER_SECONDS_MAX = 60;

    private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

    private final Channel channel;
    private final Endpoint endpoint;
    private final Origin origin;
    private State state = State.READING;
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

    /** Whether it only waits for a request, so that it may be closed in favor of another one. */
    boolean isWaiting() {
        assertInLoop();
        return state == State.READING;
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
        channel.config().setAutoRead(false);
        within(ANSWER_SECONDS_MAX);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        boolean staysOpen = HttpUtil.isKeepAlive(request);
        Answer refusal = refusal(request);
        if (refusal != null) {
            answered(refusal, isHead, false);
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
                    isHead,
                    false);
            return;
        }
        CompletableFuture<Answer> answer = endpoint.answer(asked);
        awaited = () -> answer.cancel(false);
        answer.whenCompleteAsync(
                (made, failure) -> {
                    awaited = null;
                    if (state == State.ANSWERING) { // else the client has gone
                        answered(made == null ? failed(asked, failure) : made, isHead, staysOpen);
                    }
                },
                loop());
    }

    /** The answer to a malformed request; null if the request is well-formed. */
    private static @Nullable Answer refusal(FullHttpRequest request) {
        if (!request.decoderResult().isFailure()) {
            return request.uri().startsWith("/")
                    ? null
                    : Answer.error(
                            HttpResponseStatus.BAD_REQUEST, "the target is no path", "/path");
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
            default ->
                    Answer.error(
                            HttpResponseStatus.BAD_REQUEST,
                            "this is no request",
                            "HTTP/1.1, RFC 9112");
        };
    }

    private Asked asked(FullHttpRequest request) {
        var target = new QueryStringDecoder(request.uri());
        Map<String, String> headers = new HashMap<>();
        for (Map.Entry<String, String> header : request.headers()) {
            headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
        }
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

    private void answered(Answer answer, boolean isHead, boolean staysOpen) {
        if (state != State.ANSWERING) {
            return;
        }
        Feed feed = answer.feed();
        if (feed != null && !isHead) {
            stream(answer, feed);
            return;
        }
        ByteBuf body = isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body());
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), body);
        HttpHeaders headers = response.headers();
        describe(answer, headers);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        headers.set(
                HttpHeaderNames.CONNECTION,
                staysOpen ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        channel.writeAndFlush(response)
                .addListener(
                        staysOpen ? done -> next(done.isSuccess()) : ChannelFutureListener.CLOSE);
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
    private void stream(Answer answer, Feed feed) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status());
        describe(answer, response.headers());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        HttpUtil.setTransferEncodingChunked(response, true);
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
            within(NEXT_SECONDS_MAX);
            channel.config().setAutoRead(true);
        }
    }

    // --- the end ------------------------------------------------------------------------------

    private void within(long seconds) {
        ScheduledFuture<?> last = deadline;
        if (last != null) {
            last.cancel(false);
        }
        deadline = loop().schedule(() -> channel.close(), seconds, TimeUnit.SECONDS);
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
        if (Reading.isPeerFault(cause)) {
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
                    case STREAMING -> state == State.ANSWERING;
                    case CLOSED -> state != State.CLOSED;
                }
                : state + " to " + next;
        state = next;
    }
}
