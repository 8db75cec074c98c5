package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.Json;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** For how long somebody may keep a connection to the operations port. */
@NullMarked
final class HttpConnectionTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    private final HttpConnection connection = new HttpConnection(channel, _ -> answer);

    HttpConnectionTest() {
        channel.pipeline().addLast(connection);
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void pass(long seconds) {
        ticker.advance(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private void asks() {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/health");
        request.headers().set(HttpHeaderNames.HOST, "weir");
        channel.writeInbound(request);
    }

    @Test
    void closesIfNoRequestComes() {
        pass(HttpConnection.FIRST_SECONDS_MAX - 1);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesIfItsAnswerIsNotMade() {
        asks();
        pass(HttpConnection.ANSWER_SECONDS_MAX - 1);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(answer.isCancelled()).isTrue();
    }

    /** Else as many as there are places could keep all others out. */
    @Test
    void mayBeClosedForAnotherIfItsAnswerIsNotRead() {
        channel.pipeline()
                .addFirst(
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void write(
                                    ChannelHandlerContext ctx, Object all, ChannelPromise promise) {
                                ReferenceCountUtil.release(all); // it is never written
                            }
                        });
        asks();
        pass(2);
        assertThat(connection.isUnread()).as("there is none yet").isFalse();
        answer.complete(Answer.json(HttpResponseStatus.OK, Json.object()));
        channel.runPendingTasks();
        assertThat(connection.isUnread()).isFalse();
        pass(2);
        assertThat(connection.isUnread()).isTrue();
    }
}
