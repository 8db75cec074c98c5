package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Users;
import dev.weir.config.Database;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.ScramBinding;
import dev.weir.protocol.auth.ScramServer;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256; over TLS also SCRAM-SHA-256-PLUS.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sasl-authentication.html">SASL
 *     Authentication</a>
 */
final class ScramProof implements Proof {
    private static final SecureRandom random = new SecureRandom();

    private final Users users;
    private final Account account;
    private final @Nullable Database entry;
    private final ScramBinding binding;
    private boolean begun;
    private @Nullable ScramServer exchange;
    private boolean hasChallenged;

    ScramProof(Users users, Account account, @Nullable Database entry, ScramBinding binding) {
        this.users = users;
        this.account = account;
        this.entry = entry;
        this.binding = binding;
    }

    @Override
    public Result start(ByteBuf out) {
        begun = true;
        BackendMessages.authenticationSasl(out, ScramServer.mechanisms(binding));
        return Result.GOES_ON;
    }

    @Override
    public Place place() {
        boolean derives = begun && exchange == null && users.mustDerive(account);
        return derives ? Place.HASHING : Place.LOOP;
    }

    @Override
    public Result answer(byte[] body, ByteBuf out) {
        ScramServer begun = exchange;
        if (begun == null) {
            return begin(body, out);
        } else if (!hasChallenged) {
            return challenge(begun, body, out);
        }
        byte[] last = begun.finish(body);
        if (last == null) {
            return Result.FAILED;
        }
        users.proved(account, entry, begun.clientKey());
        BackendMessages.authenticationSaslFinal(out, last);
        return Result.PASSED;
    }

    private Result begin(byte[] body, ByteBuf out) {
        byte[] entropy = new byte[ScramServer.NONCE_ENTROPY_LENGTH];
        random.nextBytes(entropy);
        int end = mechanismEnd(body);
        String mechanism = new String(body, 0, end, StandardCharsets.UTF_8);
        var begun = new ScramServer(users.scramSecret(account), binding, mechanism, entropy);
        exchange = begun;
        byte[] response = initialResponse(body, end);
        if (response == null) {
            BackendMessages.authenticationSaslContinue(out, new byte[0]);
            return Result.GOES_ON;
        }
        return challenge(begun, response, out);
    }

    private Result challenge(ScramServer begun, byte[] clientFirst, ByteBuf out) {
        hasChallenged = true;
        BackendMessages.authenticationSaslContinue(out, begun.first(clientFirst));
        return Result.GOES_ON;
    }

    private static int mechanismEnd(byte[] body) {
        int end = 0;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        return end;
    }

    /** The response after its length field; null if that says there is none. */
    private static byte @Nullable [] initialResponse(byte[] body, int mechanismEnd) {
        int start = mechanismEnd + 1 + Integer.BYTES;
        if (start > body.length) {
            throw new ProtocolViolation("insufficient data left in message");
        }
        int length = ByteBuffer.wrap(body).getInt(start - Integer.BYTES);
        int left = body.length - start;
        if (length < -1 || length > left) {
            throw new ProtocolViolation("insufficient data left in message");
        } else if (Math.max(length, 0) < left) {
            throw new ProtocolViolation("invalid message format");
        }
        return length < 0 ? null : Arrays.copyOfRange(body, start, body.length);
    }
}
