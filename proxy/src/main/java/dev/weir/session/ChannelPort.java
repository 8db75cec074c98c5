package dev.weir.session;

import dev.weir.net.Fatal;
import dev.weir.net.LastBytes;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of a client that speaks PostgreSQL's protocol: the end of its channel's pipeline. */
@LoopConfined
final class ChannelPort extends ChannelInboundHandlerAdapter implements LoopOwned, ClientPort {
    private static final Logger log = LoggerFactory.getLogger(ChannelPort.class);

    private final Channel channel;
    private @Nullable ClientEvents events;

    private Input input = Input.OPEN;
    private boolean isSuspended;
    private boolean isQuiet;

    /** What may still come from the client; nothing does after FIN or RST. */
    private enum Input {
        OPEN,
        ENDED,
        BROKEN
    }

    ChannelPort(Channel channel) {
        this.channel = channel;
    }

    /** Tells {@code listener} about the client from now on. */
    void open(ClientEvents listener) {
        events = listener;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(this);
    }

    private ClientEvents events() {
        return Objects.requireNonNull(events);
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    // --- from the client ------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assertInLoop();
        events().clientBytes((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        assertInLoop();
        events().clientTurnEnds();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        assertInLoop();
        events().clientWritabilityChanged();
    }

    /**
     * The kernel has reported the client's FIN, after everything that the client has sent. Netty
     * fires the same event after an RST; then the channel is closed, or being closed.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        assertInLoop();
        if (event == ChannelInputShutdownEvent.INSTANCE
                && input == Input.OPEN
                && channel.isActive()) {
            input = Input.ENDED;
            events().clientEnds();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        events().clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        assertInLoop();
        if (Reading.isPeerFault(cause)) {
            log.debug("{} client_io_error what=\"{}\"", events().logName(), cause.toString());
            input = Input.BROKEN;
            ctx.close();
        } else if (Reading.isOutOfMemory(cause)) {
            log.warn("{} out_of_buffer_memory what=\"{}\"", events().logName(), cause.toString());
            events().outOfMemory();
        } else {
            log.error("{} session_failed", events().logName(), cause);
            events().broken();
        }
    }

    // --- to the client --------------------------------------------------------------------------

    @Override
    public ByteBufAllocator alloc() {
        assertInLoop();
        return channel.alloc();
    }

    @Override
    public void write(ByteBuf bytes) {
        assertInLoop();
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        assertInLoop();
        channel.flush();
    }

    @Override
    public void send(ByteBuf bytes) {
        assertInLoop();
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    @Override
    public boolean isWritable() {
        assertInLoop();
        return channel.isWritable() || !channel.isActive();
    }

    @Override
    public void reading(boolean on) {
        assertInLoop();
        if (input == Input.OPEN) {
            Reading.set(channel, on);
        }
    }

    @Override
    public void suspend(boolean on) {
        assertInLoop();
        isSuspended = on;
        halt();
    }

    @Override
    public void quiet(boolean on) {
        assertInLoop();
        isQuiet = on;
        halt();
    }

    private void halt() {
        if (isSuspended || isQuiet) {
            Reading.suspend(channel);
        } else {
            Reading.resume(channel);
        }
    }

    @Override
    public void close(Duration unreadMax) {
        assertInLoop();
        LastBytes.close(channel, unreadMax);
    }

    @Override
    public void abort() {
        assertInLoop();
        channel.close();
    }

    @Override
    public long pendingBytes() {
        assertInLoop();
        return Reading.pendingBytes(channel);
    }

    @Override
    public int fileDescriptor() {
        assertInLoop();
        return Reading.fileDescriptor(channel);
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        assertInLoop();
        return channel.localAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        assertInLoop();
        return channel.remoteAddress();
    }
}
