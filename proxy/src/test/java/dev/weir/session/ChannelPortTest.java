package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a client's channel ends. */
@NullMarked
final class ChannelPortTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
    private final ChannelPort port = new ChannelPort(channel);
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void close() {
        channel.close();
    }

    private void open() {
        port.open(
                new ClientEvents() {
                    @Override
                    public void clientBytes(ByteBuf bytes) {
                        bytes.release();
                    }

                    @Override
                    public void clientTurnEnds() {}

                    @Override
                    public void clientWritabilityChanged() {}

                    @Override
                    public void clientEnds() {
                        told.add("ends");
                    }

                    @Override
                    public void clientGone() {
                        told.add("gone");
                    }

                    @Override
                    public void outOfMemory() {
                        told.add("out of memory");
                    }

                    @Override
                    public void broken() {
                        told.add("broken");
                    }

                    @Override
                    public String logName() {
                        return "";
                    }
                });
    }

    @Test
    void tellsOfAFinOnce() {
        open();
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(told).containsExactly("ends");
        assertThat(channel.isOpen()).isTrue();
    }

    /** Netty fires the event of a FIN behind the exception of an RST. */
    @Test
    void tellsNoFinWhereTheClientIsGone() {
        open();
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();
        assertThat(told).containsExactly("gone");
    }

    @Test
    void closesAClientThatLeavesItsLastWordsUnread() {
        channel.pipeline().addFirst(new Unread());
        open();
        port.close(Duration.ofSeconds(1));
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        ticker.advance(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void waitsForEverIfNoLimitIsSet() {
        channel.pipeline().addFirst(new Unread());
        open();
        port.close(Duration.ZERO);
        ticker.advance(1, TimeUnit.DAYS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
    }

    /** Nothing of what is written leaves. */
    private static final class Unread extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
        }
    }
}
