package dev.weir.backend;

import dev.weir.config.ServerAddress;
import dev.weir.net.Fatal;
import dev.weir.protocol.FrontendMessages;
import dev.weir.tls.TlsChannel;
import dev.weir.tls.TlsContext;
import dev.weir.tls.TlsPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The first exchange on a connection to a server: SSLRequest, the one-byte answer, and the
 * handshake. For the handlers after it, the channel becomes active when that is done.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL">SSL
 *     Session Encryption</a>
 */
final class SslNegotiation extends ChannelInboundHandlerAdapter {
    /*
     *   ASKING ──'S'──▶ SHAKING_HANDS ──▶ DONE
     *      └──'N'─────────────────────────▲
     */
    private enum State {
        ASKING,
        SHAKING_HANDS,
        DONE
    }

    private final TlsPolicy policy;
    private final TlsContext tls;
    private final ServerAddress address;
    private final Consumer<TlsChannel> encrypted;
    private final Consumer<ServerFailure> failed;
    private State state = State.ASKING;

    /**
     * Creates a negotiation that begins when the channel is active.
     *
     * @param policy must have a context
     * @param encrypted called before the channel is active for the next handler, if TLS is used
     * @param failed told why there is no connection; then the channel is closed
     */
    SslNegotiation(
            TlsPolicy policy,
            TlsContext tls,
            ServerAddress address,
            Consumer<TlsChannel> encrypted,
            Consumer<ServerFailure> failed) {
        this.policy = policy;
        this.tls = tls;
        this.address = address;
        this.encrypted = encrypted;
        this.failed = failed;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ByteBuf out = ctx.alloc().buffer(8);
        FrontendMessages.sslRequest(out);
        ctx.writeAndFlush(out, ctx.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (state == State.ASKING && in.isReadable()) {
                answer(ctx, in.readByte(), in.isReadable());
            }
        } finally {
            in.release();
        }
    }

    private void answer(ChannelHandlerContext ctx, byte answer, boolean more) {
        if (answer == 'S' && more) {
            refuse(ctx, "received unencrypted data after SSL response");
        } else if (answer == 'S') {
            state = State.SHAKING_HANDS;
            shakeHands(ctx);
        } else if (answer == 'E') {
            // From a server that cannot fork, for example. The text cannot be trusted.
            fail(ctx, ServerFailure.unreachable(address, invalid(answer)));
        } else if (answer != 'N') {
            refuse(ctx, invalid(answer));
        } else if (policy.insists()) {
            refuse(ctx, "server does not support SSL, but SSL was required");
        } else {
            proceed(ctx);
        }
    }

    private static String invalid(byte answer) {
        return "received invalid response to SSL negotiation: " + (answer & 0xff);
    }

    private void shakeHands(ChannelHandlerContext ctx) {
        SslHandler handler = tls.handler(ctx.alloc(), address.host(), address.port());
        ctx.pipeline().addFirst("tls", handler);
        handler.handshakeFuture()
                .addListener(done -> {
                    if (state != State.SHAKING_HANDS) {
                        return;
                    }
                    if (done.isSuccess()) {
                        encrypted.accept(TlsChannel.of(handler));
                        proceed(ctx);
                    } else {
                        failed(ctx, done.cause());
                    }
                });
    }

    private void proceed(ChannelHandlerContext ctx) {
        state = State.DONE;
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    /** The handshake failed. If the connection ended or was reset, that is not a refusal. */
    private void failed(ChannelHandlerContext ctx, Throwable cause) {
        String why = "SSL error: " + TlsChannel.reason(cause);
        boolean isReset = cause instanceof IOException && !(cause instanceof SSLException);
        if (ctx.channel().isActive() && !isReset) {
            refuse(ctx, why);
        } else {
            fail(ctx, ServerFailure.unreachable(address, why));
        }
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        fail(ctx, ServerFailure.disagreement(address, why));
    }

    private void fail(ChannelHandlerContext ctx, ServerFailure why) {
        state = State.DONE;
        failed.accept(why);
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        if (state != State.DONE) {
            failed(ctx, cause);
        }
    }
}
