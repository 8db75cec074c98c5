package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.HbaClient;
import dev.weir.auth.HostBasedAccess;
import dev.weir.backend.ParameterSet;
import dev.weir.config.AuthType;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.net.Reading;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.StartupDecoder;
import dev.weir.protocol.StartupRequest;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has not logged in. It has a deadline, may be so many at once, and can make Weir
 * hold a startup packet's worth of bytes. Reads are asked for one at a time, so that none is
 * outstanding when the channel moves to its session's loop.
 */
final class ClientLogin extends ChannelInboundHandlerAdapter {
    /*
     *   STARTUP ──▶ AUTHENTICATING ⇄ HASHING ──▶ DONE
     *      └──────────── any ────────────────────▲
     */
    private enum State {
        STARTUP,
        AUTHENTICATING,
        HASHING,
        DONE
    }

    /** The largest password message, as in PostgreSQL. */
    private static final int PASSWORD_BYTES_MAX = 65_535;

    private static final int MINOR_NEWEST = 2;
    private static final int VERSION_NEWEST = 3 << 16 | MINOR_NEWEST;
    private static final Set<String> NOT_SETTINGS =
            Set.of("user", "database", "options", "replication");

    private static final Logger log = LoggerFactory.getLogger(ClientLogin.class);

    private final Reception reception;
    private final long id;
    private State state = State.STARTUP;
    private @Nullable ByteBuf held;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable Authentication authentication;
    private @Nullable ClientHello hello;
    private boolean counted;

    ClientLogin(Reception reception) {
        this.reception = reception;
        this.id = reception.nextId();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (!reception.admitLogin()) {
            state = State.DONE;
            ctx.close();
            return;
        }
        counted = true;
        long millis = reception.config().get(Settings.CLIENT_LOGIN_TIMEOUT).toMillis();
        if (millis > 0) {
            deadline =
                    ctx.executor()
                            .schedule(
                                    () -> refuse(ctx, ProxyError.LOGIN_TIMEOUT),
                                    millis,
                                    TimeUnit.MILLISECONDS);
        }
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = held;
        if (before == null) {
            held = in;
        } else {
            held = ctx.alloc().buffer(before.readableBytes() + in.readableBytes());
            held.writeBytes(before).writeBytes(in);
            before.release();
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        go(ctx);
    }

    private void go(ChannelHandlerContext ctx) {
        try {
            while (step(ctx)) {}
        } catch (ProtocolViolation e) {
            refuse(ctx, e.sqlState(), String.valueOf(e.getMessage()));
        }
        if (state == State.STARTUP || state == State.AUTHENTICATING) {
            ctx.read();
        }
    }

    /** Takes one message; false if there is none. */
    private boolean step(ChannelHandlerContext ctx) {
        ByteBuf in = held;
        if (in == null) {
            return false;
        }
        return switch (state) {
            case STARTUP -> {
                StartupRequest request = StartupDecoder.decode(in);
                yield request != null && startup(ctx, request);
            }
            case AUTHENTICATING -> {
                byte[] body = passwordMessage(in);
                yield body != null && password(ctx, body);
            }
            case HASHING, DONE -> false;
        };
    }

    // --- startup packet -----------------------------------------------------------------------

    private boolean startup(ChannelHandlerContext ctx, StartupRequest request) {
        switch (request) {
            case StartupRequest.SslRequest _, StartupRequest.GssEncRequest _ -> {
                if (held != null && held.isReadable()) {
                    throw new ProtocolViolation(
                            "received unencrypted data after SSL or GSSAPI encryption request");
                }
                ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('N'), ctx.voidPromise());
            }
            case StartupRequest.CancelRequest(var key) -> {
                state = State.DONE;
                over();
                for (Service service : reception.services()) {
                    service.cancel(key);
                }
                ctx.close();
                return false;
            }
            case StartupMessage message -> start(ctx, message);
        }
        return true;
    }

    private void start(ChannelHandlerContext ctx, StartupMessage message) {
        if (message.major() != 3) {
            refuse(
                    ctx,
                    ProxyError.UNSUPPORTED_PROTOCOL,
                    message.major()
                            + "."
                            + message.minor()
                            + ": server supports 3.0 to 3."
                            + MINOR_NEWEST);
            return;
        }
        if (!reception.admit()) {
            refuse(ctx, ProxyError.TOO_MANY_CLIENTS);
            return;
        }
        ctx.channel().closeFuture().addListener(_ -> reception.leave());
        ClientHello greeting;
        try {
            greeting = greeting(ctx.channel(), message);
        } catch (StartupOptions.InvalidOptions e) {
            refuse(ctx, ProxyError.INVALID_OPTIONS, String.valueOf(e.getMessage()));
            return;
        }
        if (greeting.user().isEmpty()) {
            refuse(ctx, ProxyError.NO_USER);
            return;
        }
        AuthType type = admitted(ctx, greeting);
        if (type == null) {
            return;
        }
        hello = greeting;
        ByteBuf out = ctx.alloc().buffer(128);
        negotiate(message, out);
        state = State.HASHING;
        Database entry = reception.config().database(greeting.database());
        reception
                .users()
                .find(
                        greeting.user(),
                        entry,
                        ctx.executor(),
                        account -> found(ctx, type, account, entry, out));
    }

    /** What the client must prove; null if it was sent away. */
    private @Nullable AuthType admitted(ChannelHandlerContext ctx, ClientHello greeting) {
        InetAddress address =
                ctx.channel().remoteAddress() instanceof InetSocketAddress inet
                        ? inet.getAddress()
                        : null;
        String replication = greeting.replication();
        boolean isPhysical = replication != null && !replication.equals("database");
        var client =
                new HbaClient(address, false, greeting.database(), greeting.user(), isPhysical);
        String host = address == null ? "[local]" : address.getHostAddress();
        return switch (reception.access().of(client)) {
            case HostBasedAccess.Decision.Prove(AuthType type) -> type;
            case HostBasedAccess.Decision.NoRule _ -> {
                refuse(
                        ctx,
                        ProxyError.NO_ACCESS_RULE,
                        host,
                        greeting.user(),
                        greeting.database(),
                        "no encryption");
                yield null;
            }
            case HostBasedAccess.Decision.Rejected _ -> {
                refuse(
                        ctx,
                        ProxyError.ACCESS_REJECTED,
                        host,
                        greeting.user(),
                        greeting.database(),
                        "no encryption");
                yield null;
            }
        };
    }

    private void found(
            ChannelHandlerContext ctx,
            AuthType type,
            Account account,
            @Nullable Database entry,
            ByteBuf out) {
        if (state != State.HASHING) {
            out.release();
            return;
        }
        if (account instanceof Account.Unavailable(String user, String reason)) {
            out.release();
            refuse(ctx, ProxyError.USER_LOOKUP_FAILED, user, reason);
            return;
        }
        var exchange = new Authentication(type, reception.users(), account, entry);
        authentication = exchange;
        state = State.AUTHENTICATING;
        decide(ctx, exchange.start(out), out);
        go(ctx);
    }

    private ClientHello greeting(Channel channel, StartupMessage message)
            throws StartupOptions.InvalidOptions {
        Map<String, String> parameters = message.parameters();
        String user = parameters.getOrDefault("user", "");
        String database = parameters.getOrDefault("database", "");
        List<String> ignored = reception.config().get(Settings.IGNORE_STARTUP_PARAMETERS);
        var settings = new LinkedHashMap<String, String>();
        var passedOn = new LinkedHashMap<String, String>();
        String options = parameters.get("options");
        if (options != null && !ignored.contains("options")) {
            settings.putAll(StartupOptions.parse(options));
        }
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            String name = parameter.getKey().toLowerCase(Locale.ROOT);
            if (!NOT_SETTINGS.contains(name)
                    && !name.startsWith("_pq_.")
                    && !ignored.contains(name)) {
                settings.put(name, parameter.getValue());
                passedOn.put(parameter.getKey(), parameter.getValue());
            }
        }
        String replication = replication(parameters.get("replication"));
        if (replication != null) {
            passedOn.put("replication", replication);
        }
        if (options != null) {
            passedOn.put("options", options);
        }
        return new ClientHello(
                id,
                user,
                database.isEmpty() ? user : database,
                ParameterSet.of(settings),
                Math.min(message.minor(), MINOR_NEWEST),
                replication,
                passedOn,
                shown(channel.remoteAddress()));
    }

    /** PostgreSQL takes {@code database} and any spelling of a boolean. */
    private static @Nullable String replication(@Nullable String value) {
        if (value == null) {
            return null;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        boolean off =
                !lower.isEmpty()
                        && ("false".startsWith(lower)
                                || "no".startsWith(lower)
                                || lower.equals("off")
                                || lower.equals("of")
                                || lower.equals("0"));
        return off ? null : value;
    }

    private static String shown(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ':' + inet.getPort()
                : "unix";
    }

    private static void negotiate(StartupMessage message, ByteBuf out) {
        var unknown = new ArrayList<String>();
        for (String name : message.parameters().keySet()) {
            if (name.startsWith("_pq_.")) {
                unknown.add(name);
            }
        }
        if (message.minor() > MINOR_NEWEST || !unknown.isEmpty()) {
            int version = Math.min(3 << 16 | message.minor(), VERSION_NEWEST);
            BackendMessages.negotiateProtocolVersion(out, version, unknown);
        }
    }

    // --- authentication -----------------------------------------------------------------------

    private static byte @Nullable [] passwordMessage(ByteBuf in) {
        if (in.readableBytes() < 5) {
            return null;
        }
        int at = in.readerIndex();
        byte tag = in.getByte(at);
        int length = in.getInt(at + 1);
        if (tag != FrontendTag.PASSWORD) {
            throw new ProtocolViolation(
                    "expected password response, got message type " + (tag & 0xff));
        }
        if (length < 4 || length > PASSWORD_BYTES_MAX) {
            throw new ProtocolViolation("invalid message length");
        }
        if (in.readableBytes() < 1 + length) {
            return null;
        }
        byte[] body = new byte[length - 4];
        in.skipBytes(5);
        in.readBytes(body);
        return body;
    }

    private boolean password(ChannelHandlerContext ctx, byte[] body) {
        Authentication exchange = authentication;
        assert exchange != null;
        if (exchange == null) {
            return false;
        }
        if (!exchange.isCostly()) {
            ByteBuf out = ctx.alloc().buffer(256);
            decide(ctx, answer(exchange, body, out), out);
            return true;
        }
        state = State.HASHING;
        boolean accepted =
                reception
                        .hashing()
                        .submit(() -> {
                            ByteBuf out = ctx.alloc().buffer(256);
                            hashed(ctx, () -> answer(exchange, body, out), out);
                        });
        if (!accepted) {
            refuse(ctx, ProxyError.TOO_MANY_LOGINS);
        }
        return false;
    }

    private static Authentication.Result answer(Authentication exchange, byte[] body, ByteBuf out) {
        try {
            return exchange.answer(body, out);
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private interface Step {
        Authentication.Result run();
    }

    /** Runs on a worker; what it finds is told on the loop. */
    private void hashed(ChannelHandlerContext ctx, Step step, ByteBuf out) {
        try {
            Authentication.Result result = step.run();
            ctx.executor()
                    .execute(() -> {
                        if (state != State.HASHING) {
                            out.release();
                            return;
                        }
                        state = State.AUTHENTICATING;
                        decide(ctx, result, out);
                        go(ctx);
                    });
        } catch (ProtocolViolation e) {
            ctx.executor().execute(() -> refuse(ctx, e.sqlState(), String.valueOf(e.getMessage())));
        }
    }

    private void decide(ChannelHandlerContext ctx, Authentication.Result result, ByteBuf out) {
        ClientHello greeting = hello;
        switch (result) {
            case GOES_ON -> ctx.writeAndFlush(out, ctx.voidPromise());
            case FAILED -> {
                out.release();
                refuse(
                        ctx,
                        ProxyError.AUTHENTICATION_FAILED,
                        greeting == null ? "" : greeting.user());
            }
            case PASSED -> {
                BackendMessages.authenticationOk(out);
                ctx.write(out, ctx.voidPromise());
                if (greeting != null) {
                    enter(ctx, greeting);
                }
            }
        }
    }

    private void enter(ChannelHandlerContext ctx, ClientHello greeting) {
        Service service = reception.serving(greeting.database());
        if (service == null) {
            refuse(ctx, ProxyError.NO_SUCH_DATABASE, greeting.database());
            return;
        }
        state = State.DONE;
        over();
        ctx.flush();
        ByteBuf early = held;
        held = null;
        if (early != null && !early.isReadable()) {
            early.release();
            early = null;
        }
        ByteBuf rest = early;
        Channel channel = ctx.channel();
        // Not from within a read: the channel may only move when its read is over.
        ctx.executor()
                .execute(() -> {
                    channel.pipeline().remove(this);
                    service.enter(channel, greeting, rest);
                });
    }

    // --- the end ------------------------------------------------------------------------------

    private void refuse(ChannelHandlerContext ctx, ProxyError error, Object... blanks) {
        refuse(ctx, error.sqlState(), error.message(blanks));
    }

    private void refuse(ChannelHandlerContext ctx, String sqlState, String text) {
        if (state == State.DONE) {
            return;
        }
        state = State.DONE;
        over();
        log.info(
                "login_refused id={} from={} sqlstate={} error=\"{}\"",
                id,
                shown(ctx.channel().remoteAddress()),
                sqlState,
                text.replace('\n', ' ').replace('\r', ' '));
        ByteBuf out = ctx.alloc().buffer(256);
        BackendMessages.error(out, "FATAL", sqlState, text, null, null);
        ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    /** The login is over, one way or the other. */
    private void over() {
        if (counted) {
            counted = false;
            reception.leaveLogin();
        }
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            deadline = null;
            timer.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.DONE;
        over();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        over();
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (Reading.isPeerFault(cause)) {
            log.debug("login_io_error id={} what=\"{}\"", id, cause.toString());
        } else {
            log.error("login_failed id={}", id, cause);
        }
        ctx.close();
    }
}
