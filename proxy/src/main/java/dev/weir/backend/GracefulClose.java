package dev.weir.backend;

import dev.weir.net.Reading;
import dev.weir.protocol.FrontendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * The end of a server connection: Terminate, our FIN, and then the peer's. A connection counts
 * against its limits until PostgreSQL has closed it; otherwise a new one might find no free slot
 * there.
 */
final class GracefulClose {
    /** How long PostgreSQL may take to close its end. */
    static final long CLOSING_MILLIS_MAX = 10_000;

    /** Made once, so that a connection can be closed when there is no memory. */
    private static final ByteBuf TERMINATE = terminate();

    private GracefulClose() {}

    private static ByteBuf terminate() {
        ByteBuf out = Unpooled.directBuffer(8);
        FrontendMessages.terminate(out);
        return Unpooled.unreleasableBuffer(out.asReadOnly());
    }

    static void start(Channel channel) {
        if (!channel.isActive()) {
            channel.close();
            return;
        }
        Reading.set(channel, true);
        endInput(channel, true);
        limit(channel);
    }

    /** Ends the input of the server, which closes once it has carried out what it was sent. */
    static void endInput(Channel channel, boolean isTerminate) {
        channel.writeAndFlush(isTerminate ? TERMINATE.duplicate() : Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                        duplex.shutdownOutput();
                    }
                });
    }

    /** Closes the connection to a server that broke the protocol, without a Terminate. */
    static void abort(Channel channel) {
        channel.close();
    }

    private static void limit(Channel channel) {
        var deadline =
                channel.eventLoop()
                        .schedule(() -> channel.close(), CLOSING_MILLIS_MAX, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> deadline.cancel(false));
    }
}
