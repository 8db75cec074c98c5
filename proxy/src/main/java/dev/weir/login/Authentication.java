package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Users;
import dev.weir.config.AuthType;
import dev.weir.config.Database;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.Md5;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.ScramServer;
import dev.weir.protocol.auth.StoredSecret;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's proof of who it is. A pure exchange of messages: {@link #start}, then {@link
 * #answer} with every password message until it says that it is decided.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP">Start-up</a>
 */
final class Authentication {
    /** How far the exchange is. */
    enum Result {
        GOES_ON,
        PASSED,
        FAILED
    }

    private enum Method {
        NONE,
        PLAIN,
        MD5,
        SCRAM
    }

    private static final SecureRandom random = new SecureRandom();

    private final Users users;
    private final Account account;
    private final @Nullable Database entry;
    private final Method method;
    private final byte[] md5Salt = new byte[4];
    private final boolean trusted;
    private @Nullable ScramServer scram;

    Authentication(AuthType type, Users users, Account account, @Nullable Database entry) {
        this.users = users;
        this.account = account;
        this.entry = entry;
        this.trusted = type == AuthType.ANY || type == AuthType.TRUST && users.isKnown(account);
        boolean verifier = account.secret() instanceof StoredSecret.Scram;
        this.method =
                switch (type) {
                    case ANY, TRUST -> Method.NONE;
                    case PLAIN -> Method.PLAIN;
                    case MD5 -> verifier ? Method.SCRAM : Method.MD5;
                    case SCRAM_SHA_256 -> Method.SCRAM;
                    case CERT, HBA, LDAP, PAM ->
                            throw new IllegalStateException("auth_type " + type);
                };
    }

    /** Whether the next step costs milliseconds and belongs on a worker. */
    boolean isCostly() {
        return switch (method) {
            case NONE, MD5 -> false;
            case PLAIN -> true;
            case SCRAM -> scram == null && users.mustDerive(account);
        };
    }

    /** Writes the server's first message. */
    Result start(ByteBuf out) {
        switch (method) {
            case NONE -> {
                return trusted ? Result.PASSED : Result.FAILED;
            }
            case PLAIN -> BackendMessages.authenticationCleartextPassword(out);
            case MD5 -> {
                random.nextBytes(md5Salt);
                BackendMessages.authenticationMd5Password(out, md5Salt);
            }
            case SCRAM -> BackendMessages.authenticationSasl(out, List.of(ScramSecret.MECHANISM));
        }
        return Result.GOES_ON;
    }

    /**
     * Takes the body of a password message and writes the answer.
     *
     * @throws ProtocolViolation if it is none
     */
    Result answer(byte[] body, ByteBuf out) {
        return switch (method) {
            case NONE -> throw new ProtocolViolation("a password message that nobody asked for");
            case PLAIN -> {
                StoredSecret secret = account.secret();
                String password = string(body);
                boolean good = secret != null && secret.accepts(account.user(), password);
                if (good) {
                    users.showed(account, entry, password);
                }
                yield good ? Result.PASSED : Result.FAILED;
            }
            case MD5 -> {
                String secret =
                        switch (account.secret()) {
                            case StoredSecret.Md5(String md5) -> md5;
                            case StoredSecret.Plain(String password) ->
                                    Md5.secret(account.user(), password);
                            case StoredSecret.Scram _ -> null;
                            case null -> null;
                        };
                boolean good = secret != null && Md5.isResponse(string(body), secret, md5Salt);
                yield good ? Result.PASSED : Result.FAILED;
            }
            case SCRAM -> scram(body, out);
        };
    }

    private Result scram(byte[] body, ByteBuf out) {
        ScramServer exchange = scram;
        if (exchange == null) {
            byte[] entropy = new byte[ScramServer.NONCE_ENTROPY_LENGTH];
            random.nextBytes(entropy);
            exchange = new ScramServer(users.scramSecret(account), entropy);
            scram = exchange;
            BackendMessages.authenticationSaslContinue(out, exchange.first(initialResponse(body)));
            return Result.GOES_ON;
        }
        byte[] last = exchange.finish(body);
        if (last == null) {
            return Result.FAILED;
        }
        users.proved(account, entry, exchange.clientKey());
        BackendMessages.authenticationSaslFinal(out, last);
        return Result.PASSED;
    }

    private static byte[] initialResponse(byte[] body) {
        int end = 0;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        String mechanism = new String(body, 0, end, StandardCharsets.UTF_8);
        if (!mechanism.equals(ScramSecret.MECHANISM)) {
            throw new ProtocolViolation("client selected an invalid SASL authentication mechanism");
        }
        int start = end + 1 + 4;
        if (start > body.length) {
            throw new ProtocolViolation("malformed SASL response: it has no initial response");
        }
        return java.util.Arrays.copyOfRange(body, start, body.length);
    }

    private static String string(byte[] body) {
        if (body.length == 0 || body[body.length - 1] != 0) {
            throw new ProtocolViolation("invalid password packet size");
        }
        return new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
    }
}
