package dev.weir.login;

import dev.weir.net.Origin;
import dev.weir.protocol.auth.ScramBinding;
import dev.weir.tls.TlsChannel;
import dev.weir.tls.TlsContext;
import dev.weir.tls.TlsPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one client: requested by SSLRequest, or started directly. Belongs to the client's
 * loop; certificates are verified on workers.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL">SSL
 *     Session Encryption</a>
 */
final class ClientTls {
    /*
     *   CLEAR ──begin──▶ SHAKING_HANDS ──▶ VERIFYING ──▶ ENCRYPTED
     *                          └─────────────┴──▶ FAILED
     */
    private enum State {
        CLEAR,
        SHAKING_HANDS,
        VERIFYING,
        ENCRYPTED,
        FAILED
    }

    /** The first byte of a TLS record that carries a ClientHello; no startup packet begins so. */
    private static final byte HANDSHAKE_RECORD = 22;

    /** Is told the outcome of the handshake, on the client's loop. */
    interface Outcome {
        void encrypted(ChannelHandlerContext ctx, Origin.Encryption by);

        /** There is no TLS, and no message can be sent to the client. */
        void failed(ChannelHandlerContext ctx, String why);
    }

    private final Outcome outcome;
    private TlsPolicy policy = TlsPolicy.NONE;
    private State state = State.CLEAR;
    private boolean isDirect;
    private @Nullable String serverName;
    private ScramBinding binding = ScramBinding.NONE;

    ClientTls(Outcome outcome) {
        this.outcome = outcome;
    }

    /** Sets the policy for this client; called before anything else. */
    void policy(TlsPolicy holds) {
        policy = holds;
    }

    /** What it means for a login at this moment. */
    TlsFacts facts() {
        boolean isMissing = policy.insists() && state == State.CLEAR;
        return new TlsFacts(isMissing, serverName, binding);
    }

    /** Whether there is TLS, or will be. */
    boolean hasBegun() {
        return state != State.CLEAR;
    }

    /** Whether no message can be sent to the client. */
    boolean isShakingHands() {
        return state == State.SHAKING_HANDS;
    }

    /** Whether nothing may be read or processed until the outcome. */
    boolean isVerifying() {
        return state == State.VERIFYING;
    }

    /**
     * Answers SSLRequest, after which nothing has been received yet. Inside of TLS that was begun
     * directly, the answer is no, as from PostgreSQL.
     */
    void requested(ChannelHandlerContext ctx) {
        TlsContext context = state == State.CLEAR ? policy.context() : null;
        byte answer = (byte) (context == null ? 'N' : 'S');
        ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte(answer), ctx.voidPromise());
        if (context != null) {
            shakeHands(ctx, context);
        }
    }

    /** Whether these first bytes are TLS and this side supports it. */
    boolean isDirect(ByteBuf first) {
        return state == State.CLEAR
                && policy.context() != null
                && first.isReadable()
                && first.getByte(first.readerIndex()) == HANDSHAKE_RECORD;
    }

    /** Starts with a ClientHello, or the beginning of one; takes over {@code first}. */
    void direct(ChannelHandlerContext ctx, ByteBuf first) {
        isDirect = true;
        shakeHands(ctx, Objects.requireNonNull(policy.context()));
        ctx.pipeline().fireChannelRead(first);
        ctx.pipeline().fireChannelReadComplete();
    }

    private void shakeHands(ChannelHandlerContext ctx, TlsContext context) {
        state = State.SHAKING_HANDS;
        SslHandler handler = context.handler(ctx.alloc());
        ctx.pipeline().addFirst("tls", handler);
        handler.handshakeFuture()
                .addListener(done -> {
                    if (state != State.SHAKING_HANDS) {
                        return;
                    }
                    if (done.isSuccess()) {
                        shaken(ctx, context, TlsChannel.of(handler));
                    } else {
                        fail(ctx, TlsChannel.reason(done.cause()));
                    }
                });
    }

    private void shaken(ChannelHandlerContext ctx, TlsContext context, TlsChannel channel) {
        if (isDirect && !channel.speaksPostgres()) {
            fail(
                    ctx,
                    "received direct SSL connection request without ALPN protocol negotiation"
                            + " extension");
            return;
        }
        serverName = channel.serverName();
        byte[] endPoint = context.endPoint();
        binding = endPoint == null ? ScramBinding.NONE : ScramBinding.endPoint(endPoint);
        if (!context.mustVerify(channel)) {
            succeed(ctx, channel, context.isVerified(channel));
            return;
        }
        state = State.VERIFYING;
        try {
            context.verify(
                    channel,
                    verified ->
                            ctx.executor()
                                    .execute(() -> {
                                        if (state == State.VERIFYING && !ctx.isRemoved()) {
                                            succeed(ctx, channel, verified);
                                        }
                                    }));
        } catch (RejectedExecutionException e) {
            fail(ctx, "too many handshakes at once (tls_queue)");
        }
    }

    private void succeed(ChannelHandlerContext ctx, TlsChannel channel, boolean verified) {
        state = State.ENCRYPTED;
        outcome.encrypted(ctx, channel.encryption(verified));
    }

    private void fail(ChannelHandlerContext ctx, String why) {
        state = State.FAILED;
        outcome.failed(ctx, why);
    }
}
