package dev.weir.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Closes a connection once everything written has been sent to its peer. */
public final class LastBytes {
    /** How long a client may take to read why its connection is closed. */
    public static final Duration LINGER_MAX = Duration.ofSeconds(10);

    private LastBytes() {}

    /**
     * Sends what was written, then closes.
     *
     * @param unreadMax how long that may take; zero = no limit
     */
    public static void close(Channel channel, Duration unreadMax) {
        if (!channel.isActive()) {
            return;
        }
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (channel.isActive() && !unreadMax.isZero()) {
            var deadline =
                    channel.eventLoop()
                            .schedule(
                                    () -> channel.close(),
                                    unreadMax.toMillis(),
                                    TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(_ -> deadline.cancel(false));
        }
    }
}
