package dev.weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A channel on its way from its loop to another one. A read may be outstanding, since a TLS
 * handshake asks for reads of its own: what it brings is kept, and no other is begun, or io_uring
 * would not let go of the channel.
 */
public final class Move {
    /** How it ended; one of the two is called, on the loop that the channel is on then. */
    public interface Outcome {
        /**
         * It is there.
         *
         * @param early what came before and on the way, now the callee's; null for nothing
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
     * Moves a channel to {@code loop}. Called on its present one, not within a read.
     *
     * @param early what came before; taken over
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
        channel.config().setAutoRead(false); // which takes back what read was asked for
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

    /** Begins no read. */
    private static final class Gate extends ChannelOutboundHandlerAdapter {
        @Override
        public void read(ChannelHandlerContext ctx) {}
    }

    /** Keeps the bytes of the one read that was under way. */
    private static final class Holder extends ChannelInboundHandlerAdapter {
        private @Nullable ByteBuf held;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            held = Reading.appended(ctx.alloc(), held, (ByteBuf) message);
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
