package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LastBytesTest {
    private final MockTicker ticker = Ticker.newMockTicker();

    /** The peer's end of the connection takes nothing. */
    private static final class TakesNothing extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
        }
    }

    private EmbeddedChannel channel(boolean takes) {
        var builder = EmbeddedChannel.builder().ticker(ticker);
        return takes ? builder.build() : builder.handlers(new TakesNothing()).build();
    }

    private void pass(EmbeddedChannel channel, Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void closesOnceAllIsTaken() {
        EmbeddedChannel channel = channel(true);
        LastBytes.close(channel, LastBytes.LINGER_MAX);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void waitsForAPeerThatTakesNothingOnlySoLong() {
        EmbeddedChannel channel = channel(false);
        LastBytes.close(channel, LastBytes.LINGER_MAX);
        pass(channel, LastBytes.LINGER_MAX.minusMillis(1));
        assertThat(channel.isOpen()).isTrue();
        pass(channel, Duration.ofMillis(1));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void waitsForEverWithoutALimit() {
        EmbeddedChannel channel = channel(false);
        LastBytes.close(channel, Duration.ZERO);
        pass(channel, Duration.ofDays(1));
        assertThat(channel.isOpen()).isTrue();
        channel.close();
    }
}
