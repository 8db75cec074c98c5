package dev.weir.backend;

import dev.weir.config.ClusterSettings;
import dev.weir.config.Route;
import dev.weir.log.ConnectionName;
import dev.weir.net.Fatal;
import dev.weir.net.Reading;
import dev.weir.protocol.BackendTag;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import dev.weir.protocol.DataRow;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.RevealedKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to PostgreSQL before it is used: startup packet, authentication, reported
 * parameters, the identity of the server where it must be a certain node, {@code connect_query}.
 * Ends in a {@link ServerConnection} or a {@link ServerFailure}.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP">Start-up</a>
 */
final class ServerLogin extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ServerLogin.class);

    /*
     *   AUTHENTICATING ──ok──▶ LEARNING ──Z──▶ IDENTIFYING ──Z──▶ CONNECT_QUERY ──Z──▶ DONE
     *                                               │                  ▲
     *                                               └──no answer──▶ CONFIRMING
     *
     * IDENTIFYING is left out where any server will do, and CONNECT_QUERY where there is none.
     */
    private enum State {
        AUTHENTICATING,
        LEARNING,
        IDENTIFYING,
        CONFIRMING,
        CONNECT_QUERY,
        DONE
    }

    private static final int MESSAGE_BYTES_MAX = 1 << 16;

    private static final String INVALID_PASSWORD = "28P01";
    private static final String PROTOCOL_VIOLATION = "08P01";

    /** Told once how the login has ended. */
    interface Listener {
        void opened(ServerConnection connection);

        /**
         * The login failed.
         *
         * @param refused the credential that was refused, if that was the reason; or null
         */
        void failed(ServerFailure failure, @Nullable Credential refused);
    }

    private final ServerTarget target;
    private final Statements statements;
    private final Listener listener;
    private final ServerAuthentication authentication;
    private final Map<String, String> reported = new LinkedHashMap<>();

    private State state = State.AUTHENTICATING;
    private @Nullable ByteBuf held;
    private @Nullable CancelKey key;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ServerConnection opened;
    private @Nullable ServerIdentity identity;
    private String whyUnknown = "no answer";

    /**
     * Creates a login that begins when the channel is active.
     *
     * @param preset the credential to use; null if it is still to be looked up
     */
    ServerLogin(
            ServerTarget target,
            CredentialSource credentials,
            @Nullable Credential preset,
            Statements statements,
            Listener listener) {
        this.target = target;
        this.statements = statements;
        this.listener = listener;
        this.authentication = new ServerAuthentication(target, credentials, preset, this::refused);
    }

    /**
     * The TLS handshake is done. Called before the channel is active for this handler.
     *
     * @param endPoint see {@link ServerAuthentication#encrypted}
     */
    void encrypted(byte @Nullable [] endPoint) {
        authentication.encrypted(endPoint);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("user", target.user());
        parameters.put("database", target.database());
        parameters.putAll(target.parameters());
        ServerAuthentication.send(ctx, out -> FrontendMessages.startup(out, 3, 0, parameters));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = held;
        if (before != null) {
            try {
                before.writeBytes(in);
            } finally {
                in.release();
            }
            in = before;
            held = null;
        }
        try {
            while (state != State.DONE && in.readableBytes() >= 5) {
                int length = in.getInt(in.readerIndex() + 1);
                if (length < 4 || length > MESSAGE_BYTES_MAX) {
                    throw new ProtocolViolation("length of a login message: " + length);
                }
                if (in.readableBytes() < 1 + length) {
                    break;
                }
                byte tag = in.readByte();
                in.skipBytes(4);
                take(ctx, tag, in.readSlice(length - 4));
            }
            ServerConnection connection = opened;
            if (connection != null) {
                become(ctx, connection, in);
            } else if (state != State.DONE && in.isReadable()) {
                held = ctx.alloc().buffer(in.readableBytes() + 256).writeBytes(in);
            }
        } catch (ProtocolViolation | ServerAuthentication.Refusal | RevealedKey.Mismatch e) {
            refused(e);
        } finally {
            in.release();
        }
    }

    private void take(ChannelHandlerContext ctx, byte tag, ByteBuf body) {
        int length = body.readableBytes();
        try {
            dispatch(ctx, tag, body);
        } catch (IndexOutOfBoundsException _) {
            throw new ProtocolViolation(
                    BackendTag.name(tag) + " ends too early: " + length + " bytes");
        }
    }

    private void dispatch(ChannelHandlerContext ctx, byte tag, ByteBuf body) {
        switch (tag) {
            case BackendTag.AUTHENTICATION -> authenticate(ctx, body);
            case BackendTag.PARAMETER_STATUS -> {
                reported.put(string(body), string(body));
                target.checkReported(reported.size());
            }
            case BackendTag.BACKEND_KEY_DATA -> {
                int processId = body.readInt();
                byte[] secret = new byte[body.readableBytes()];
                body.readBytes(secret);
                key = new CancelKey(processId, CancelSecret.copyOf(secret));
            }
            case BackendTag.ERROR_RESPONSE -> error(ctx, body);
            case BackendTag.READY_FOR_QUERY -> ready(ctx);
            case BackendTag.DATA_ROW -> row(body);
            case BackendTag.NOTICE_RESPONSE,
                    BackendTag.NOTIFICATION_RESPONSE,
                    BackendTag.NEGOTIATE_PROTOCOL_VERSION -> {}
            default -> checkQueryRuns(tag);
        }
    }

    private void checkQueryRuns(byte tag) {
        if (state != State.CONNECT_QUERY && state != State.IDENTIFYING) {
            throw new ProtocolViolation("unexpected " + BackendTag.name(tag) + " while logging in");
        }
    }

    private void row(ByteBuf body) {
        checkQueryRuns(BackendTag.DATA_ROW);
        if (state == State.IDENTIFYING) {
            identity = ServerIdentity.of(DataRow.values(body, body.readerIndex()), isStandby());
        }
    }

    private void authenticate(ChannelHandlerContext ctx, ByteBuf body) {
        if (state != State.AUTHENTICATING) {
            throw new ProtocolViolation("an authentication after the end of it");
        }
        authentication.take(ctx, body);
        if (authentication.hasPassed()) {
            state = State.LEARNING;
        }
    }

    private void error(ChannelHandlerContext ctx, ByteBuf body) {
        var failure = ServerFailure.of(body, body.readerIndex(), body.readableBytes());
        if (state == State.CONNECT_QUERY && failure.severity().equals("ERROR")) {
            failedConnectQuery(target, failure);
        } else if (state == State.IDENTIFYING && failure.severity().equals("ERROR")) {
            whyUnknown = failure.message();
        } else {
            fail(ctx, failure);
        }
    }

    /** As PgBouncer does: it is said, and the connection is used. */
    private static void failedConnectQuery(ServerTarget target, ServerFailure failure) {
        log.warn(
                "{} error while executing exec_on_query: {}: {}",
                ConnectionName.server(0, target.entry().name(), target.user(), null)
                        .replaceFirst("unix$", target.address().toString()),
                failure.severity(),
                failure.message());
    }

    private boolean isStandby() {
        return "on".equals(reported.get(ParameterSet.IN_HOT_STANDBY));
    }

    private void ready(ChannelHandlerContext ctx) {
        CancelKey cancelKey = key;
        if (state == State.AUTHENTICATING || cancelKey == null) {
            throw new ProtocolViolation("ReadyForQuery before the login was complete");
        }
        NodeCheck node = target.rules().node();
        if (state == State.CONNECT_QUERY || node == null) {
            goOn(ctx, cancelKey);
        } else if (state == State.LEARNING) {
            if (isStandby() && node.isForPrimary()) {
                object(ctx, NodeCheck.STANDBY);
            } else {
                identify(ctx);
            }
        } else if (state == State.IDENTIFYING) {
            judge(ctx, node, cancelKey);
        } else {
            throw new ProtocolViolation("ReadyForQuery while logging in, and nothing runs");
        }
    }

    /** The server may be used, or has run connect_query. */
    private void goOn(ChannelHandlerContext ctx, CancelKey cancelKey) {
        String query = target.connectQuery();
        if (state != State.CONNECT_QUERY && query != null) {
            state = State.CONNECT_QUERY;
            ServerAuthentication.send(ctx, out -> FrontendMessages.query(out, query));
        } else {
            state = State.DONE;
            opened =
                    new ServerConnection(
                            ctx.channel(),
                            target,
                            cancelKey,
                            ParameterSet.of(toClients()),
                            statements);
        }
    }

    // --- which server it is -------------------------------------------------------------------

    /** Another server may answer at the address of a node since it was last looked at. */
    private void identify(ChannelHandlerContext ctx) {
        state = State.IDENTIFYING;
        boolean isReplication = target.parameters().containsKey("replication");
        String query = isReplication ? ServerIdentity.REPLICATION_COMMAND : ServerIdentity.QUERY;
        ServerAuthentication.send(ctx, out -> FrontendMessages.query(out, query));
    }

    private void judge(ChannelHandlerContext ctx, NodeCheck node, CancelKey cancelKey) {
        ServerIdentity found = identity;
        if (found == null) {
            state = State.CONFIRMING;
            node.askMonitor(
                    whyUnknown,
                    told -> ctx.executor().execute(() -> confirmed(ctx, node, cancelKey, told)));
            return;
        }
        String objection = node.objection(found);
        if (objection == null) {
            goOn(ctx, cancelKey);
        } else {
            object(ctx, objection);
        }
    }

    private void object(ChannelHandlerContext ctx, String objection) {
        fail(ctx, ServerFailure.another(target.address(), objection));
    }

    /** The monitor has looked who answers at the address now. */
    private void confirmed(
            ChannelHandlerContext ctx,
            NodeCheck node,
            CancelKey cancelKey,
            @Nullable ServerIdentity told) {
        if (state != State.CONFIRMING) {
            return;
        } else if (told == null) {
            object(ctx, "cannot be identified: " + whyUnknown);
            return;
        }
        identity = told;
        judge(ctx, node, cancelKey);
        ServerConnection connection = opened;
        if (connection != null) {
            ByteBuf rest = held;
            held = null;
            try {
                become(ctx, connection, rest == null ? Unpooled.EMPTY_BUFFER : rest);
            } finally {
                ReferenceCountUtil.release(rest);
            }
        }
    }

    /**
     * What clients are told: if a database has nodes, its route decides whether it is a standby.
     */
    private Map<String, String> toClients() {
        ClusterSettings cluster = target.entry().cluster();
        if (cluster != null && reported.containsKey(ParameterSet.IN_HOT_STANDBY)) {
            boolean replicas = cluster.routing().route() == Route.REPLICA;
            reported.put(ParameterSet.IN_HOT_STANDBY, replicas ? "on" : "off");
        }
        return reported;
    }

    /** What came after the login in the same read belongs to the connection already. */
    private void become(ChannelHandlerContext ctx, ServerConnection connection, ByteBuf rest) {
        opened = null;
        ctx.pipeline().replace(this, null, new ServerInput(connection));
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest.readRetainedSlice(rest.readableBytes()));
        }
        listener.opened(connection);
    }

    /** The authentication failed on Weir's side. */
    private void refused(RuntimeException why) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            String sqlState =
                    switch (why) {
                        case ServerAuthentication.Refusal refusal -> refusal.sqlState();
                        case RevealedKey.Mismatch _ -> INVALID_PASSWORD;
                        default -> PROTOCOL_VIOLATION;
                    };
            fail(ctx, new ServerFailure("FATAL", sqlState, String.valueOf(why.getMessage())));
        }
    }

    private void fail(ChannelHandlerContext ctx, ServerFailure failure) {
        if (state != State.DONE) {
            boolean byProof = state == State.AUTHENTICATING && failure.isRefusedLogin();
            state = State.DONE;
            listener.failed(failure, byProof ? authentication.credential() : null);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, ServerFailure.endOfLogin("server closed the connection while logging in"));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        String why = Reading.reason(cause);
        boolean isTls = cause.getCause() instanceof SSLException && ctx.channel().isActive();
        fail(
                ctx,
                isTls
                        ? ServerFailure.disagreement(target.address(), why)
                        : ServerFailure.endOfLogin(why));
    }

    private static String string(ByteBuf body) {
        int length = body.bytesBefore((byte) 0);
        if (length < 0) {
            throw new ProtocolViolation("a string without its terminator while logging in");
        }
        String text = body.toString(body.readerIndex(), length, StandardCharsets.UTF_8);
        body.skipBytes(length + 1);
        return text;
    }
}
