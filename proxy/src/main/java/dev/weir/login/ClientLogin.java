package dev.weir.login;

import dev.weir.config.Config;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.log.ConnectionName;
import dev.weir.net.Buffers;
import dev.weir.net.ClientIdentity;
import dev.weir.net.Fatal;
import dev.weir.net.Origin;
import dev.weir.net.Reading;
import dev.weir.protocol.PasswordDecoder;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.StartupDecoder;
import dev.weir.protocol.StartupRequest;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a client that has not logged in: cuts what it sends into messages for its
 * {@link Login}, and encrypts. The client can make Weir hold a startup packet's worth of bytes, or
 * a password's. Reads are asked for one at a time, so that none is outstanding when the channel
 * moves to its session's loop.
 */
final class ClientLogin extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ClientLogin.class);

    /** Larger than any authentication request, except for the list of unsupported options. */
    private static final int ANSWER_BYTES = 256;

    private static final StartupMessage NEGOTIATE_SSL = new StartupMessage(1234, 5679, Map.of());
    private static final StartupMessage NEGOTIATE_GSS = new StartupMessage(1234, 5680, Map.of());

    /** Requests that a client may send once, as with PostgreSQL; not both inside TLS. */
    private enum Asked {
        SSL,
        GSSENC
    }

    private final EnumSet<Asked> asked = EnumSet.noneOf(Asked.class);
    private final Reception reception;
    private final LoginSlot slot;
    private final long id;
    private final long startedNanos;
    private final ClientTls tls = new ClientTls(new Handshake());
    private final Login login;
    private @Nullable ChannelHandlerContext context;
    private Origin origin = Origin.UNKNOWN;
    private @Nullable ByteBuf held;

    ClientLogin(Reception reception) {
        this.reception = reception;
        this.startedNanos = reception.clock().nanoTime();
        this.id = reception.nextId();
        this.slot = new LoginSlot(reception, id);
        this.login =
                new Login(reception.admission(), reception, new Connection(), id, startedNanos);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        origin = Origin.of(ctx.channel());
        tls.policy(reception.tls(origin));
        slot.take(
                ctx.executor(),
                login::late,
                () -> login.refuse(ProxyError.TOO_MANY_LOGIN_CONNECTIONS.refusal()));
        ctx.read();
    }

    /** Gets the address of the client behind a load balancer, before the startup packet. */
    void comesFrom(InetSocketAddress real) {
        origin = origin.at(real);
    }

    // --- bytes --------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        held = Buffers.appended(ctx.alloc(), held, (ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        takeMessages(ctx);
    }

    /** Takes what was received, and reads on if more is needed. */
    private void takeMessages(ChannelHandlerContext ctx) {
        try {
            while (takeMessage(ctx)) {}
        } catch (ProtocolViolation e) {
            login.refuse(Refusal.of(e));
        }
        if (login.awaitsStartup() && !tls.isVerifying() || login.awaitsPassword()) {
            ctx.read();
        }
    }

    /** Takes one message; false if there is none, or if the next one must wait. */
    private boolean takeMessage(ChannelHandlerContext ctx) {
        ByteBuf in = held;
        if (in == null) {
            return false;
        }
        if (login.awaitsPassword()) {
            byte[] body = PasswordDecoder.decode(in);
            if (body != null) {
                login.password(body);
            }
            return body != null;
        }
        if (!login.awaitsStartup() || tls.isVerifying()) {
            return false;
        }
        if (tls.isDirect(in)) {
            held = null;
            tls.direct(ctx, in);
            return false;
        }
        StartupRequest request = StartupDecoder.decode(in);
        if (request != null) {
            startup(ctx, request);
        }
        return request != null;
    }

    private void startup(ChannelHandlerContext ctx, StartupRequest request) {
        switch (request) {
            case StartupRequest.SslRequest _ when !asked.contains(Asked.SSL) -> {
                expectNothingInTheClear();
                asked.add(Asked.SSL);
                tls.requested(ctx);
                if (tls.hasBegun()) {
                    asked.add(Asked.GSSENC);
                }
            }
            case StartupRequest.GssEncRequest _ when !asked.contains(Asked.GSSENC) -> {
                expectNothingInTheClear();
                asked.add(Asked.GSSENC);
                ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('N'), ctx.voidPromise());
            }
            // Repeated, the request's code is taken for an unsupported protocol version.
            case StartupRequest.SslRequest _ -> login.greet(origin, NEGOTIATE_SSL);
            case StartupRequest.GssEncRequest _ -> login.greet(origin, NEGOTIATE_GSS);
            case StartupRequest.CancelRequest(var key) -> {
                end();
                reception.cancel(key, ctx.channel().eventLoop(), ctx::close);
            }
            case StartupMessage message -> login.greet(origin, message);
        }
    }

    /** Bytes in front of the answer to a request for encryption are from a man in the middle. */
    private void expectNothingInTheClear() {
        if (held != null && held.isReadable()) {
            throw new ProtocolViolation(
                    "received unencrypted data after SSL or GSSAPI encryption request");
        }
    }

    /** How the client's handshake went. */
    private final class Handshake implements ClientTls.Outcome {
        @Override
        public void encrypted(ChannelHandlerContext ctx, Origin.Encryption by) {
            origin = origin.encrypted(by);
            takeMessages(ctx);
        }

        @Override
        public void failed(ChannelHandlerContext ctx, String why) {
            if (!login.isDone()) {
                end();
                reception.results().count(LoginResult.TLS);
                String reason = "TLS handshake failed: " + why;
                ClientLog.closed(config(), logName(), reason, ageNanos());
            }
            ctx.close();
        }
    }

    // --- what the login does ------------------------------------------------------------------

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }

    /** This connection, as the login sees it. */
    private final class Connection implements Login.Client {
        @Override
        public EventExecutor loop() {
            return context().executor();
        }

        @Override
        public TlsFacts tls() {
            return tls.facts();
        }

        @Override
        public ByteBuf buffer() {
            return context().alloc().buffer(ANSWER_BYTES);
        }

        @Override
        public void send(ByteBuf out) {
            context().writeAndFlush(out, context().voidPromise());
        }

        @Override
        public void takeMessages() {
            ClientLogin.this.takeMessages(context());
        }

        @Override
        public void whenClosed(Runnable task) {
            context().channel().closeFuture().addListener(_ -> task.run());
        }

        @Override
        public void dismiss(Refusal why) {
            slot.leave();
            reception.results().count(LoginResult.of(why));
            ClientLog.refused(config(), logName(), why, ageNanos());
            reception.audit().refused(identity(), why, ageNanos());
            if (tls.isShakingHands()) {
                context().close();
            } else {
                Farewell.say(context().channel(), why);
            }
        }

        @Override
        public void enter(Service service, ClientHello hello, ByteBuf out) {
            slot.leave();
            reception.times().took(loop(), ageNanos());
            reception.audit().loggedIn(hello, ageNanos());
            if (reception.audit().recordsLogins()) {
                whenClosed(loggingOut(reception, hello, startedNanos));
            }
            context().write(out, context().voidPromise());
            // Not from within a read: the channel may only move when its read is over.
            loop().execute(() -> hand(service, hello));
        }

        @Override
        public void broken(RuntimeException why) {
            exceptionCaught(context(), why);
        }
    }

    private void hand(Service service, ClientHello hello) {
        if (context().isRemoved()) {
            return; // the client is gone
        }
        ByteBuf early = held;
        held = null;
        if (early != null && !early.isReadable()) {
            early.release();
            early = null;
        }
        Channel channel = context().channel();
        channel.pipeline().remove(this);
        service.enter(channel, hello, early);
    }

    /** Kept as long as the client is connected, so it holds no reference to the login. */
    private static Runnable loggingOut(Reception reception, ClientHello hello, long sinceNanos) {
        return () -> reception.audit().loggedOut(hello, reception.clock().nanoTime() - sinceNanos);
    }

    private long ageNanos() {
        return reception.clock().nanoTime() - startedNanos;
    }

    private Config config() {
        return reception.config();
    }

    private String logName() {
        ClientHello hello = login.hello();
        return hello == null
                ? ConnectionName.client(id, null, null, origin.shown())
                : hello.logName();
    }

    private ClientIdentity identity() {
        ClientHello hello = login.hello();
        return hello == null ? ClientIdentity.unknown(id, origin) : hello;
    }

    private void end() {
        login.end();
        slot.leave();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!login.isDone()) {
            reception.results().count(LoginResult.LEFT);
        }
        end();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        slot.leave();
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        if (Reading.isPeerFault(cause)) {
            log.debug("{} login_io_error what=\"{}\"", logName(), cause.toString());
        } else {
            log.error("{} login_failed", logName(), cause);
        }
        ctx.close();
    }
}
