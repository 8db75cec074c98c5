package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Users;
import dev.weir.config.Database;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.ScramServer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sasl-authentication.html">SASL
 *     Authentication</a>
 */
final class ScramProof implements Proof {
    private static final SecureRandom random = new SecureRandom();

    private final Users users;
    private final Account account;
    private final @Nullable Database entry;
    private boolean begun;
    private @Nullable ScramServer exchange;

    ScramProof(Users users, Account account, @Nullable Database entry) {
        this.users = users;
        this.account = account;
        this.entry = entry;
    }

    @Override
    public Result start(ByteBuf out) {
        begun = true;
        BackendMessages.authenticationSasl(out, List.of(ScramSecret.MECHANISM));
        return Result.GOES_ON;
    }

    @Override
    public Place place() {
        boolean derives = begun && exchange == null && users.mustDerive(account);
        return derives ? Place.HASHING : Place.LOOP;
    }

    @Override
    public Result answer(byte[] body, ByteBuf out) {
        ScramServer challenged = exchange;
        if (challenged == null) {
            byte[] entropy = new byte[ScramServer.NONCE_ENTROPY_LENGTH];
            random.nextBytes(entropy);
            challenged = new ScramServer(users.scramSecret(account), entropy);
            exchange = challenged;
            BackendMessages.authenticationSaslContinue(
                    out, challenged.first(initialResponse(body)));
            return Result.GOES_ON;
        }
        byte[] last = challenged.finish(body);
        if (last == null) {
            return Result.FAILED;
        }
        users.proved(account, entry, challenged.clientKey());
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
        return Arrays.copyOfRange(body, start, body.length);
    }
}
