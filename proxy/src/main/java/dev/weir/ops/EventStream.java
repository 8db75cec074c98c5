package dev.weir.ops;

import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events to one reader. At most one event waits here, in addition to those in the
 * kernel's buffer; a reader that does not read is dropped.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, 9.2</a>
 */
@LoopConfined
final class EventStream implements LoopOwned {
    /** A reader is dropped when this many events in a row could not be sent. */
    static final int MISSED_MAX = 5;

    private final Channel channel;
    private int missed;

    EventStream(Channel channel) {
        this.channel = channel;
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    /** An event in its wire format; it may be sent to several readers. */
    static byte[] event(String name, String data) {
        return ("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Sends an event, or skips it if the reader has not read the last ones. */
    void send(byte[] event) {
        assertInLoop();
        if (channel.isWritable()) {
            missed = 0;
            channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(event)));
        } else if (++missed >= MISSED_MAX) {
            channel.close();
        }
    }

    /** Sends a last event and closes. */
    void end(byte[] event) {
        assertInLoop();
        channel.writeAndFlush(new DefaultLastHttpContent(Unpooled.wrappedBuffer(event)))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
