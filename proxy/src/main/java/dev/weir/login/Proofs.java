package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Users;
import dev.weir.config.AuthType;
import dev.weir.config.Database;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.Md5;
import dev.weir.protocol.auth.StoredSecret;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The kinds of proof. */
final class Proofs {
    private static final SecureRandom random = new SecureRandom();

    private Proofs() {}

    /** What a client must prove who says that it is {@code account}. */
    static Proof of(AuthType type, Users users, Account account, @Nullable Database entry) {
        return switch (type) {
            case ANY -> new Decided(true);
            case TRUST -> new Decided(users.isKnown(account));
            case PLAIN -> new Plain(users, account, entry);
            case MD5 ->
                    account.secret() instanceof StoredSecret.Scram
                            ? new ScramProof(users, account, entry)
                            : new Md5Challenge(account);
            case SCRAM_SHA_256 -> new ScramProof(users, account, entry);
            case CERT, HBA, LDAP, PAM -> throw new IllegalStateException("auth_type " + type);
        };
    }

    /** Nothing is asked of the client. */
    record Decided(boolean passes) implements Proof {
        @Override
        public Result start(ByteBuf out) {
            return passes ? Result.PASSED : Result.FAILED;
        }

        @Override
        public Place place() {
            return Place.LOOP;
        }

        @Override
        public Result answer(byte[] body, ByteBuf out) {
            throw new ProtocolViolation("a password message that nobody asked for");
        }
    }

    /** The password in clear text. */
    private record Plain(Users users, Account account, @Nullable Database entry) implements Proof {
        @Override
        public Result start(ByteBuf out) {
            BackendMessages.authenticationCleartextPassword(out);
            return Result.GOES_ON;
        }

        @Override
        public Place place() {
            return Place.HASHING;
        }

        @Override
        public Result answer(byte[] body, ByteBuf out) {
            StoredSecret secret = account.secret();
            String password = string(body);
            if (secret == null || !secret.accepts(account.user(), password)) {
                return Result.FAILED;
            }
            users.showed(account, entry, password);
            return Result.PASSED;
        }
    }

    /** PostgreSQL's MD5 response. */
    private static final class Md5Challenge implements Proof {
        private final Account account;
        private final byte[] salt = new byte[4];

        Md5Challenge(Account account) {
            this.account = account;
        }

        @Override
        public Result start(ByteBuf out) {
            random.nextBytes(salt);
            BackendMessages.authenticationMd5Password(out, salt);
            return Result.GOES_ON;
        }

        @Override
        public Place place() {
            return Place.LOOP;
        }

        @Override
        public Result answer(byte[] body, ByteBuf out) {
            String secret =
                    switch (account.secret()) {
                        case StoredSecret.Md5(String md5) -> md5;
                        case StoredSecret.Plain(String password) ->
                                Md5.secret(account.user(), password);
                        case StoredSecret.Scram _ -> null;
                        case null -> null;
                    };
            boolean good = secret != null && Md5.isResponse(string(body), secret, salt);
            return good ? Result.PASSED : Result.FAILED;
        }
    }

    /** The string that a password message is. */
    static String string(byte[] body) {
        if (body.length == 0 || body[body.length - 1] != 0) {
            throw new ProtocolViolation("invalid password packet size");
        }
        return new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
    }
}
