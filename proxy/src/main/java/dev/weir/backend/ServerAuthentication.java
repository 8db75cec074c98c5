package dev.weir.backend;

import dev.weir.net.Buffers;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.Md5;
import dev.weir.protocol.auth.RevealedKey;
import dev.weir.protocol.auth.ScramBinding;
import dev.weir.protocol.auth.ScramClient;
import dev.weir.protocol.auth.ScramKeySource;
import dev.weir.protocol.auth.ScramPassword;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.ScramServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Weir's side of the authentication at a server. The credential is looked up when the server asks,
 * and used for one request; what takes milliseconds runs on a worker.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP">Start-up</a>
 */
final class ServerAuthentication {
    /*
     *   UNASKED ──demand──▶ BUSY ──▶ ANSWERED ──AuthenticationOk──▶ PASSED
     *      │                  ▲─SASLContinue─┘                        ▲
     *      └──────────────── AuthenticationOk: trust ─────────────────┘
     */
    private enum State {
        UNASKED,
        BUSY,
        ANSWERED,
        PASSED
    }

    private static final String INVALID_PASSWORD = "28P01";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String TOO_MANY = "53300";

    private static final SecureRandom random = new SecureRandom();

    private final ServerTarget target;
    private final CredentialSource credentials;
    private final Consumer<RuntimeException> failed;
    private State state = State.UNASKED;
    private @Nullable Credential credential;
    private @Nullable ScramClient scram;
    private boolean costly;
    private boolean encrypted;
    private byte @Nullable [] endPoint;

    /**
     * Creates an authentication that waits for the server to ask.
     *
     * @param preset the credential to use; null if it is still to be looked up
     * @param failed told of failures that occur outside of {@link #take}
     */
    ServerAuthentication(
            ServerTarget target,
            CredentialSource credentials,
            @Nullable Credential preset,
            Consumer<RuntimeException> failed) {
        this.target = target;
        this.credentials = credentials;
        this.credential = preset;
        this.failed = failed;
    }

    /** The credential that was used, or was to be; null if the server has not asked for one. */
    @Nullable Credential credential() {
        return state == State.UNASKED ? null : credential;
    }

    /**
     * The connection is encrypted.
     *
     * @param certificate {@code tls-server-end-point} of the server's certificate (RFC 5929); null
     *     if it has none, such as one signed with Ed25519
     */
    void encrypted(byte @Nullable [] certificate) {
        assert state == State.UNASKED : state;
        encrypted = true;
        endPoint = certificate == null ? null : certificate.clone();
    }

    boolean hasPassed() {
        return state == State.PASSED;
    }

    /** Takes the body of an Authentication message. */
    void take(ChannelHandlerContext ctx, ByteBuf body) {
        int method = body.readInt();
        switch (method) {
            case 0 -> ok();
            case 3 -> demand(ctx, "plain-text", found -> cleartext(ctx, found));
            case 5 -> {
                byte[] salt = new byte[4];
                body.readBytes(salt);
                demand(ctx, "md5", found -> md5(ctx, found, salt));
            }
            case 10 -> {
                ScramBinding binding = binding(mechanisms(body));
                demand(ctx, binding.mechanism(), found -> saslStart(ctx, found, binding));
            }
            case 11 -> saslContinue(ctx, bytes(body));
            case 12 -> exchange().verify(bytes(body));
            default ->
                    throw new ProtocolViolation(
                            "authentication method " + method + " (expected: 0, 3, 5 or 10)");
        }
    }

    private void ok() {
        ScramClient exchange = scram;
        if (state == State.BUSY || exchange != null && !exchange.isDone()) {
            throw new ProtocolViolation("AuthenticationOk of a server that has not proved itself");
        }
        state = State.PASSED;
    }

    // --- the credential -----------------------------------------------------------------------

    private void demand(ChannelHandlerContext ctx, String method, Consumer<Credential> answer) {
        if (state != State.UNASKED) {
            throw new ProtocolViolation("the server asks for a second proof: " + method);
        }
        state = State.BUSY;
        Credential preset = credential;
        if (preset != null) {
            answer.accept(preset);
            return;
        }
        credentials.find(
                target,
                ctx.channel().eventLoop(),
                found -> {
                    if (ctx.isRemoved()) {
                        return;
                    }
                    credential = found;
                    guarded(() -> answer.accept(found));
                });
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (ProtocolViolation | Refusal | RevealedKey.Mismatch e) {
            failed.accept(e);
        }
    }

    private Refusal refusal(String method, Credential found) {
        return new Refusal(
                found.isPassing() ? CONNECTION_FAILURE : INVALID_PASSWORD,
                (found instanceof Credential.None
                                ? ""
                                : "server login failed: wrong password type: ")
                        + "the server asks user \""
                        + target.user()
                        + "\" for a "
                        + method
                        + " login, and Weir has "
                        + found
                        + " for it");
    }

    // --- the answers --------------------------------------------------------------------------

    private void cleartext(ChannelHandlerContext ctx, Credential found) {
        String password = found.password();
        if (password == null) {
            throw refusal("plain-text", found);
        }
        boolean isPrivate =
                encrypted || target.address().isUnix() || target.rules().allowCleartext();
        if (!isPrivate) {
            throw new Refusal(
                    INVALID_PASSWORD,
                    "the server asks user \""
                            + target.user()
                            + "\" for its password in clear text over a connection without TLS"
                            + " (server_allow_cleartext = 0)");
        }
        state = State.ANSWERED;
        send(ctx, out -> FrontendMessages.password(out, password));
    }

    private void md5(ChannelHandlerContext ctx, Credential found, byte[] salt) {
        String hash = found.md5(target.user());
        if (hash == null) {
            throw refusal("md5", found);
        }
        state = State.ANSWERED;
        send(ctx, out -> FrontendMessages.password(out, Md5.response(hash, salt)));
    }

    private static Set<String> mechanisms(ByteBuf body) {
        Set<String> offered = new HashSet<>();
        while (body.isReadable() && body.getByte(body.readerIndex()) != 0) {
            int length = body.bytesBefore((byte) 0);
            if (length < 0) {
                throw new ProtocolViolation("a SASL mechanism without its terminator");
            }
            offered.add(body.toString(body.readerIndex(), length, StandardCharsets.UTF_8));
            body.skipBytes(length + 1);
        }
        return offered;
    }

    /** Chooses channel binding to the TLS connection if both sides support it. */
    private ScramBinding binding(Set<String> offered) {
        byte[] certificate = endPoint;
        boolean plus = offered.contains(ScramBinding.MECHANISM_PLUS);
        if (plus && !encrypted) {
            throw new ProtocolViolation(
                    "the server offers SCRAM-SHA-256-PLUS on a connection without TLS");
        }
        if (plus && certificate != null) {
            return ScramBinding.endPoint(certificate);
        }
        if (offered.contains(ScramSecret.MECHANISM)) {
            return certificate == null ? ScramBinding.NONE : ScramBinding.NOT_OFFERED;
        }
        throw new ProtocolViolation("the server offers no SCRAM-SHA-256");
    }

    private void saslStart(ChannelHandlerContext ctx, Credential found, ScramBinding binding) {
        ScramKeySource keys = found.scram();
        if (keys == null) {
            throw refusal(binding.mechanism(), found);
        }
        byte[] nonce = new byte[ScramServer.NONCE_ENTROPY_LENGTH];
        random.nextBytes(nonce);
        var client = new ScramClient(keys, binding, target.rules().scramIterationsMax(), nonce);
        scram = client;
        costly = keys instanceof ScramPassword;
        state = State.ANSWERED;
        send(
                ctx,
                out ->
                        FrontendMessages.saslInitialResponse(
                                out, binding.mechanism(), client.first()));
    }

    private void saslContinue(ChannelHandlerContext ctx, byte[] challenge) {
        ScramClient client = exchange();
        if (state != State.ANSWERED) {
            throw new ProtocolViolation("SASL continues before it was answered");
        }
        if (!costly) {
            byte[] proof = client.finish(challenge);
            send(ctx, out -> FrontendMessages.saslResponse(out, proof));
            return;
        }
        state = State.BUSY;
        boolean accepted =
                credentials.compute(() -> {
                    try {
                        byte[] proof = client.finish(challenge);
                        ctx.executor().execute(() -> proved(ctx, proof));
                    } catch (ProtocolViolation | IllegalStateException e) {
                        ctx.executor().execute(() -> failed.accept(e));
                    }
                });
        if (!accepted) {
            throw new Refusal(TOO_MANY, "too many logins to servers at once (auth_queue)");
        }
    }

    private void proved(ChannelHandlerContext ctx, byte[] proof) {
        if (!ctx.isRemoved()) {
            state = State.ANSWERED;
            send(ctx, out -> FrontendMessages.saslResponse(out, proof));
        }
    }

    private ScramClient exchange() {
        ScramClient client = scram;
        if (client == null) {
            throw new ProtocolViolation("SASL continues without a start");
        }
        return client;
    }

    /** Sends a message that {@code message} writes. */
    static void send(ChannelHandlerContext ctx, Consumer<ByteBuf> message) {
        ctx.writeAndFlush(Buffers.filled(ctx.alloc(), 256, message), ctx.voidPromise());
    }

    private static byte[] bytes(ByteBuf body) {
        byte[] all = new byte[body.readableBytes()];
        body.readBytes(all);
        return all;
    }

    /** Weir cannot answer the server's request, or refuses to. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String sqlState;

        Refusal(String sqlState, String message) {
            super(message, null, false, false);
            this.sqlState = sqlState;
        }

        String sqlState() {
            return sqlState;
        }
    }
}
