package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Demand;
import dev.weir.auth.HbaClient;
import dev.weir.auth.HbaMethod;
import dev.weir.auth.HostBasedAccess;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.log.ConnectionName;
import dev.weir.net.Origin;
import dev.weir.net.Reading;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.PasswordDecoder;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.StartupDecoder;
import dev.weir.protocol.StartupRequest;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has not logged in: what it sends is held, step by step, until it has proved who it
 * is. It can make Weir hold a startup packet's worth of bytes, or a password's. Reads are asked for
 * one at a time, so that none is outstanding when the channel moves to its session's loop.
 */
final class ClientLogin extends ChannelInboundHandlerAdapter {
    /*
     *   STARTUP ──▶ WAITING ⇄ PROVING
     *      │           │         │
     *      └───────────┴─────────┴──▶ DONE
     *
     * WAITING is for others, not for the client: who looks the user up, who hashes.
     */
    private enum State {
        STARTUP,
        WAITING,
        PROVING,
        DONE;

        boolean mayBecome(State next) {
            return switch (this) {
                case STARTUP -> next == WAITING || next == DONE;
                case WAITING -> next == PROVING || next == DONE;
                case PROVING -> next == WAITING || next == DONE;
                case DONE -> false;
            };
        }
    }

    private static final Logger log = LoggerFactory.getLogger(ClientLogin.class);

    private final Reception reception;
    private final LoginSlot slot;
    private final long id;
    private final long startedNanos;
    private State state = State.STARTUP;
    private final ClientTls tls = new ClientTls(new Handshake());
    private Origin origin = Origin.UNKNOWN;
    private @Nullable ByteBuf held;
    private @Nullable Demand demand;
    private @Nullable Proof proof;
    private long askedNanos;
    private @Nullable ClientHello hello;

    ClientLogin(Reception reception) {
        this.reception = reception;
        this.startedNanos = reception.clock().nanoTime();
        this.id = reception.nextId();
        this.slot = new LoginSlot(reception, id);
    }

    private void become(State next) {
        assert state.mayBecome(next) : state + " -> " + next;
        state = next;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        origin = Origin.of(ctx.channel());
        tls.policy(reception.tls(origin));
        slot.take(
                ctx.executor(),
                () -> refuse(ctx, ProxyError.LOGIN_TIMEOUT),
                () -> refuse(ctx, ProxyError.TOO_MANY_LOGIN_CONNECTIONS));
        ctx.read();
    }

    /** Says, before the startup packet, where the client is for whom a load balancer connected. */
    void comesFrom(InetSocketAddress real) {
        origin = origin.at(real);
    }

    // --- bytes --------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        held = Reading.appended(ctx.alloc(), held, (ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        go(ctx);
    }

    private void go(ChannelHandlerContext ctx) {
        try {
            while (step(ctx)) {}
        } catch (ProtocolViolation e) {
            refuse(ctx, violation(e));
        }
        if (state == State.STARTUP && !tls.isVerifying() || state == State.PROVING) {
            ctx.read();
        }
    }

    /** Takes one message; false if there is none, or if the next one must wait. */
    private boolean step(ChannelHandlerContext ctx) {
        ByteBuf in = held;
        if (in == null) {
            return false;
        }
        return switch (state) {
            case STARTUP -> {
                if (tls.isVerifying()) {
                    yield false;
                }
                if (tls.isDirect(in)) {
                    held = null;
                    tls.direct(ctx, in);
                    yield false;
                }
                StartupRequest request = StartupDecoder.decode(in);
                yield request != null && startup(ctx, request);
            }
            case PROVING -> {
                byte[] body = PasswordDecoder.decode(in);
                yield body != null && password(ctx, body);
            }
            case WAITING, DONE -> false;
        };
    }

    // --- TLS ----------------------------------------------------------------------------------

    /** How the client's handshake went. */
    private final class Handshake implements ClientTls.Outcome {
        @Override
        public void encrypted(ChannelHandlerContext ctx, Origin.Encryption by) {
            origin = origin.encrypted(by);
            go(ctx);
        }

        @Override
        public void failed(ChannelHandlerContext ctx, String why) {
            if (state != State.DONE) {
                end();
                String reason = "TLS handshake failed: " + why;
                ClientLog.closed(reception.config(), logName(), reason, ageNanos());
            }
            ctx.close();
        }
    }

    // --- startup packet -----------------------------------------------------------------------

    private boolean startup(ChannelHandlerContext ctx, StartupRequest request) {
        switch (request) {
            case StartupRequest.SslRequest _ -> {
                expectNothingInTheClear();
                tls.requested(ctx);
            }
            case StartupRequest.GssEncRequest _ -> {
                expectNothingInTheClear();
                ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('N'), ctx.voidPromise());
            }
            case StartupRequest.CancelRequest(var key) -> {
                end();
                if (reception.cancel(key)) {
                    ctx.close();
                } else {
                    reception.peers().passOn(key, ctx.channel().eventLoop(), ctx::close);
                }
                return false;
            }
            case StartupMessage message -> start(ctx, message);
        }
        return true;
    }

    /** What comes before the answer to a request for encryption was sent by somebody in between. */
    private void expectNothingInTheClear() {
        if (held != null && held.isReadable()) {
            throw new ProtocolViolation(
                    "received unencrypted data after SSL or GSSAPI encryption request");
        }
    }

    private long ageNanos() {
        return reception.clock().nanoTime() - startedNanos;
    }

    private void start(ChannelHandlerContext ctx, StartupMessage message) {
        askedNanos = reception.clock().nanoTime();
        if (message.major() != Greeting.MAJOR) {
            String version = message.major() + "." + message.minor();
            refuse(
                    ctx,
                    ProxyError.UNSUPPORTED_PROTOCOL,
                    version + ": server supports 3.0 to 3." + Greeting.MINOR_NEWEST);
            return;
        }
        if (tls.isMissing()) {
            refuse(ctx, ProxyError.SSL_REQUIRED);
            return;
        }
        ClientHello greeting;
        try {
            var ignored = reception.config().get(Settings.IGNORE_STARTUP_PARAMETERS);
            boolean addsHost = reception.config().get(Settings.APPLICATION_NAME_ADD_HOST);
            greeting = Greeting.read(id, origin, message, ignored, addsHost);
            String database = greeting.database();
            String entry = reception.config().entryName(database, tls.serverName());
            greeting = entry.equals(database) ? greeting : greeting.servedBy(entry);
        } catch (StartupOptions.InvalidOptions e) {
            refuse(ctx, ProxyError.INVALID_OPTIONS, String.valueOf(e.getMessage()));
            return;
        }
        if (greeting.user().isEmpty()) {
            refuse(ctx, ProxyError.NO_USER);
            return;
        }
        hello = greeting;
        ClientLog.attempt(reception.config(), greeting);
        ByteBuf out = ctx.alloc().buffer(128);
        Greeting.negotiate(message, out);
        if (!receive(ctx, greeting, out)) {
            out.release();
        }
    }

    /** Takes over {@code out} if it returns true; else the client was sent away. */
    private boolean receive(ChannelHandlerContext ctx, ClientHello greeting, ByteBuf out) {
        if (reception.trusts(greeting)) {
            become(State.WAITING);
            begin(ctx, Proofs.none(), out);
            return true;
        }
        int failedMax = reception.config().get(Settings.MAX_FAILED_LOGINS);
        if (reception.failedLogins().isBlocked(origin, failedMax)) {
            refuse(ctx, ProxyError.TOO_MANY_FAILED_LOGINS);
            return false;
        }
        if (!reception.admit()) {
            refuse(ctx, ProxyError.TOO_MANY_CLIENTS);
            return false;
        }
        ctx.channel().closeFuture().addListener(_ -> reception.leave());
        Demand asked = admitted(ctx, greeting);
        if (asked == null) {
            return false;
        }
        demand = asked;
        lookUp(ctx, greeting, asked, out);
        return true;
    }

    /**
     * What a client from there who wants to be that user must prove; null if it was sent away. All
     * that is asked here is independent of whether the user exists.
     */
    private @Nullable Demand admitted(ChannelHandlerContext ctx, ClientHello greeting) {
        String user = greeting.user();
        boolean isPhysical = greeting.isPhysicalReplication();
        var client = new HbaClient(origin, greeting.database(), user, isPhysical);
        switch (reception.access().of(client)) {
            case HostBasedAccess.Decision.Prove(Demand asked) -> {
                if (asked.acceptsCertificate(origin, user)) {
                    return asked;
                }
                if (asked.method() == HbaMethod.CERT) {
                    demand = asked;
                    fail(ctx, user);
                } else {
                    refuse(ctx, ProxyError.NO_CLIENT_CERTIFICATE);
                }
            }
            case HostBasedAccess.Decision.NoRule _ ->
                    forbid(ctx, client, ProxyError.NO_ACCESS_RULE);
            case HostBasedAccess.Decision.Rejected _ ->
                    forbid(ctx, client, ProxyError.ACCESS_REJECTED);
        }
        return null;
    }

    private void forbid(ChannelHandlerContext ctx, HbaClient client, ProxyError error) {
        String encryption = origin.isEncrypted() ? "SSL encryption" : "no encryption";
        refuse(ctx, error, origin.host(), client.user(), client.database(), encryption);
    }

    private void lookUp(
            ChannelHandlerContext ctx, ClientHello greeting, Demand asked, ByteBuf out) {
        become(State.WAITING);
        Database found = reception.config().database(greeting.database());
        Database entry = found == null || !found.isFor(tls.serverName()) ? null : found;
        reception
                .users()
                .find(
                        greeting.user(),
                        entry,
                        ctx.executor(),
                        account -> found(ctx, asked, account, entry, out));
    }

    private void found(
            ChannelHandlerContext ctx,
            Demand asked,
            Account account,
            @Nullable Database entry,
            ByteBuf out) {
        if (state != State.WAITING) {
            out.release();
            return;
        }
        if (account instanceof Account.Unavailable(String user, String reason)) {
            out.release();
            refuse(ctx, ProxyError.USER_LOOKUP_FAILED, user, reason);
            return;
        }
        Proof begun = Proofs.of(asked, reception.users(), account, entry, origin, tls.binding());
        begin(ctx, begun, out);
    }

    // --- proof --------------------------------------------------------------------------------

    /** One step of a proof, which writes to the buffer. */
    private interface Step {
        Proof.Result run(ByteBuf out);
    }

    /** From WAITING, with what is to be written before the proof's first message. */
    private void begin(ChannelHandlerContext ctx, Proof exchange, ByteBuf out) {
        proof = exchange;
        if (exchange.place() == Proof.Place.LOOP) {
            worked(ctx, exchange.start(out), out);
        } else {
            submit(ctx, exchange, exchange::start, out);
        }
    }

    private boolean password(ChannelHandlerContext ctx, byte[] body) {
        Proof exchange = Objects.requireNonNull(proof);
        ByteBuf out = ctx.alloc().buffer(256);
        if (exchange.place() == Proof.Place.LOOP) {
            decide(ctx, answer(into -> exchange.answer(body, into), out), out);
            return true;
        }
        become(State.WAITING);
        submit(ctx, exchange, into -> exchange.answer(body, into), out);
        return false;
    }

    private static Proof.Result answer(Step step, ByteBuf out) {
        try {
            return step.run(out);
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private void submit(ChannelHandlerContext ctx, Proof exchange, Step step, ByteBuf out) {
        if (!reception.submit(exchange.place(), () -> work(ctx, step, out))) {
            out.release();
            refuse(ctx, ProxyError.TOO_MANY_LOGINS);
        }
    }

    /** Runs on a worker; what it finds is told on the loop. */
    private void work(ChannelHandlerContext ctx, Step step, ByteBuf out) {
        try {
            Proof.Result result = answer(step, out);
            ctx.executor().execute(() -> worked(ctx, result, out));
        } catch (ProtocolViolation e) {
            ctx.executor().execute(() -> refuse(ctx, violation(e)));
        } catch (RuntimeException e) {
            ctx.executor().execute(() -> exceptionCaught(ctx, e));
        }
    }

    private void worked(ChannelHandlerContext ctx, Proof.Result result, ByteBuf out) {
        if (state != State.WAITING) {
            out.release();
            return;
        }
        become(State.PROVING);
        decide(ctx, result, out);
        go(ctx);
    }

    private void decide(ChannelHandlerContext ctx, Proof.Result result, ByteBuf out) {
        ClientHello greeting = Objects.requireNonNull(hello);
        switch (result) {
            case GOES_ON -> ctx.writeAndFlush(out, ctx.voidPromise());
            case FAILED -> {
                out.release();
                fail(ctx, greeting.user());
            }
            case PASSED -> {
                BackendMessages.authenticationOk(out);
                ctx.write(out, ctx.voidPromise());
                enter(ctx, greeting);
            }
        }
    }

    /** Whatever was wrong, the client reads the same, at the same time after it came. */
    private void fail(ChannelHandlerContext ctx, String user) {
        become(State.WAITING);
        Demand asked = Objects.requireNonNull(demand);
        int failedMax = reception.config().get(Settings.MAX_FAILED_LOGINS);
        if (reception.failedLogins().failed(origin, failedMax)) {
            log.warn("logins_blocked from={} max_failed_logins={}", origin.host(), failedMax);
        }
        long delay = reception.config().get(Settings.AUTH_FAILURE_DELAY).toNanos();
        long wait = delay - (reception.clock().nanoTime() - askedNanos);
        ctx.executor()
                .schedule(
                        () -> {
                            switch (asked.method()) {
                                case CERT, PEER, PAM, LDAP ->
                                        refuse(
                                                ctx,
                                                ProxyError.METHOD_FAILED,
                                                asked.method().title(),
                                                user);
                                default -> refuse(ctx, ProxyError.AUTHENTICATION_FAILED, user);
                            }
                        },
                        Math.max(0, wait),
                        TimeUnit.NANOSECONDS);
    }

    // --- the end ------------------------------------------------------------------------------

    private void enter(ChannelHandlerContext ctx, ClientHello greeting) {
        Service service = reception.serving(greeting.database());
        Database entry = reception.config().database(greeting.database());
        if (service == null || entry != null && !entry.isFor(tls.serverName())) {
            refuse(ctx, ProxyError.NO_SUCH_DATABASE, greeting.database());
            return;
        }
        if (reception.wasClosedBefore(origin, startedNanos) && !service.servesToTheEnd()) {
            refuse(ctx, ProxyError.SERVER_SHUTTING_DOWN);
            return;
        }
        end();
        // AuthenticationOk goes with what the service says first.
        // Not from within a read: the channel may only move when its read is over.
        ctx.executor().execute(() -> hand(ctx, service, greeting));
    }

    private void hand(ChannelHandlerContext ctx, Service service, ClientHello greeting) {
        if (ctx.isRemoved()) {
            return; // the client is gone
        }
        ByteBuf early = held;
        held = null;
        if (early != null && !early.isReadable()) {
            early.release();
            early = null;
        }
        Channel channel = ctx.channel();
        channel.pipeline().remove(this);
        service.enter(channel, greeting, early);
    }

    private void refuse(ChannelHandlerContext ctx, ProxyError error, Object... blanks) {
        refuse(ctx, error.refusal(blanks));
    }

    private static Refusal violation(ProtocolViolation e) {
        return Refusal.fatal(e.sqlState(), String.valueOf(e.getMessage()));
    }

    private void refuse(ChannelHandlerContext ctx, Refusal why) {
        if (state == State.DONE) {
            return;
        }
        end();
        ClientLog.refused(reception.config(), logName(), why, ageNanos());
        if (tls.isShakingHands()) {
            ctx.close();
            return;
        }
        Farewell.say(ctx.channel(), why);
    }

    private String logName() {
        ClientHello greeting = hello;
        return greeting == null
                ? ConnectionName.client(id, null, null, origin.shown())
                : greeting.logName();
    }

    /** The login is over, one way or the other. */
    private void end() {
        if (state != State.DONE) {
            become(State.DONE);
        }
        slot.leave();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
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
        if (Reading.isPeerFault(cause)) {
            log.debug("{} login_io_error what=\"{}\"", logName(), cause.toString());
        } else {
            log.error("{} login_failed", logName(), cause);
        }
        ctx.close();
    }
}
