package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.config.SslMode;
import dev.weir.net.Fatal;
import dev.weir.net.Sockets;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.FrontendMessages;
import dev.weir.tls.TlsContext;
import dev.weir.tls.TlsPolicy;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends cancel requests to servers. */
public final class Cancels implements CancelSender {
    private static final Logger log = LoggerFactory.getLogger(Cancels.class);

    private final Sockets sockets;
    private final Supplier<TlsPolicy> tls;

    public Cancels(Sockets sockets, Supplier<TlsPolicy> tls) {
        this.sockets = sockets;
        this.tls = tls;
    }

    @Override
    public void send(Target target, CancelKey key, EventLoop loop, long millisMax, Done done) {
        Bootstrap bootstrap = new Bootstrap().group(loop).handler(new Sending(key));
        TlsContext context = tls.get().context();
        Channel channel;
        try {
            channel = sockets.connect(bootstrap, target.address()).channel();
        } catch (IOException e) {
            log.warn("cancel_not_sent server={} error=\"{}\"", target.address(), e.getMessage());
            loop.execute(() -> done.done(true)); // nothing was sent that could hit anything later
            return;
        }
        ServerAddress name = target.tlsName();
        if (name != null && context != null) {
            channel.pipeline().addFirst(encrypting(context, name));
        }
        var pending = new Pending(done);
        var deadline =
                loop.schedule(() -> pending.end(channel, false), millisMax, TimeUnit.MILLISECONDS);
        channel.closeFuture()
                .addListener(_ -> {
                    deadline.cancel(false);
                    pending.end(channel, true);
                });
    }

    /** Encrypts the connection; a request that would reveal the key is not sent. */
    private static SslNegotiation encrypting(TlsContext context, ServerAddress server) {
        return new SslNegotiation(
                new TlsPolicy(SslMode.REQUIRE, context),
                context,
                server,
                _ -> {},
                why -> log.warn("cancel_not_sent server={} error=\"{}\"", server, why));
    }

    /** A request, which ends when the peer closes or its time is up, whichever comes first. */
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
            Fatal.check(cause);
            ctx.close();
        }
    }
}
