package dev.weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A channel on its way from one loop to another. A read may be outstanding, because a TLS handshake
 * issues reads of its own: what it returns is kept, and no further read is started, since io_uring
 * would not release the channel otherwise.
 */
public final class Move {
    /**
     * How the move ended; exactly one of the two is called, on the loop to which the channel then
     * belongs.
     */
    public interface Outcome {
        /**
         * The channel has arrived.
         *
         * @param early what was received before and during the move, now owned by the callee; null
         *     if nothing
         */
        void arrived(@Nullable ByteBuf early);

        void lost();
    }

    private final Channel channel;
    private final Gate gate = new Gate();
    private final Holder holder = new Holder();
    private final Outcome outcome;

    private Move(Channel channel, Outcome outcome) {
        this.channel = channel;
        this.outcome = outcome;
    }

    /**
     * Moves a channel to {@code loop}. Called on its current loop, outside of a read.
     *
     * @param early what was received before; taken over
     */
    public static void to(
            EventLoop loop, Channel channel, @Nullable ByteBuf early, Outcome outcome) {
        var move = new Move(channel, outcome);
        move.holder.held = early;
        move.begin(loop);
    }

    private void begin(EventLoop loop) {
        channel.pipeline().addFirst(gate).addLast(holder);
        channel.config().setAutoRead(true);
        channel.config().setAutoRead(false); // which cancels a read that was requested
        channel.deregister()
                .addListener(left -> {
                    if (left.isSuccess()) {
                        loop.register(channel).addListener(joined -> end(joined.isSuccess()));
                    } else {
                        end(false);
                    }
                });
    }

    private void end(boolean arrived) {
        ByteBuf early = holder.take();
        if (!arrived || !channel.isActive()) {
            if (early != null) {
                early.release();
            }
            outcome.lost();
            return;
        }
        channel.pipeline().remove(gate);
        channel.pipeline().remove(holder);
        outcome.arrived(early);
    }

    /** Starts no read. */
    private static final class Gate extends ChannelOutboundHandlerAdapter {
        @Override
        public void read(ChannelHandlerContext ctx) {}
    }

    /** Keeps the bytes of the one read that was outstanding. */
    private static final class Holder extends ChannelInboundHandlerAdapter {
        private @Nullable ByteBuf held;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            held = Buffers.appended(ctx.alloc(), held, (ByteBuf) message);
        }

        @Nullable ByteBuf take() {
            ByteBuf all = held;
            held = null;
            return all;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            ByteBuf rest = take();
            if (rest != null) {
                rest.release();
            }
        }
    }
}
