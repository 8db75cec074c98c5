package dev.weir.backend;

import dev.weir.net.Transport;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.FrontendMessages;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** The cancel requests that are on their way to servers. */
public final class Cancels implements CancelSender {
    private final Transport transport;

    public Cancels(Transport transport) {
        this.transport = transport;
    }

    @Override
    public void send(
            SocketAddress address, CancelKey key, EventLoop loop, long millisMax, Done done) {
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop)
                        .channel(transport.socketFor(address))
                        .handler(new Sending(key))
                        .connect(address);
        Channel channel = connecting.channel();
        var pending = new Pending(done);
        var deadline =
                loop.schedule(() -> pending.end(channel, false), millisMax, TimeUnit.MILLISECONDS);
        channel.closeFuture()
                .addListener(_ -> {
                    deadline.cancel(false);
                    pending.end(channel, true);
                });
    }

    /** One request, which ends once: when the peer closes, or when its time is up. */
    private static final class Pending {
        private final Done done;
        private boolean over;

        Pending(Done done) {
            this.done = done;
        }

        void end(Channel channel, boolean proven) {
            if (!over) {
                over = true;
                channel.close();
                done.done(proven);
            }
        }
    }

    /** Writes the request as soon as it can; the peer answers by closing. */
    private static final class Sending extends ChannelInboundHandlerAdapter {
        private final CancelKey key;

        Sending(CancelKey key) {
            this.key = key;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ByteBuf out = ctx.alloc().buffer(16);
            FrontendMessages.cancelRequest(out, key);
            ctx.writeAndFlush(out, ctx.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
