package dev.weir.login;

import dev.weir.auth.Account;
import dev.weir.auth.Demand;
import dev.weir.auth.Users;
import dev.weir.config.Database;
import dev.weir.net.Origin;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.protocol.auth.Md5;
import dev.weir.protocol.auth.ScramBinding;
import dev.weir.protocol.auth.StoredSecret;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The proofs of the various authentication methods. */
final class Proofs {
    private static final SecureRandom random = new SecureRandom();

    private Proofs() {}

    /**
     * Creates the proof for a client that claims to be {@code account}.
     *
     * @param binding what SCRAM can be bound to
     */
    static Proof of(
            Demand demand,
            Users users,
            Account account,
            @Nullable Database entry,
            Origin origin,
            ScramBinding binding) {
        return switch (demand.method()) {
            case ANY -> new Decided(true);
            // The name in a certificate has been compared already.
            case TRUST, CERT -> new Decided(users.isKnown(account));
            case PEER -> new Peer(demand, origin, account, users.isKnown(account));
            case PASSWORD -> new Shown(users, account, entry);
            case MD5 ->
                    users.provesByScram(account)
                            ? new ScramProof(users, account, entry, binding)
                            : new Md5Challenge(users, account);
            case SCRAM_SHA_256 -> new ScramProof(users, account, entry, binding);
            case PAM, LDAP -> new Asked(demand, origin, users, account, entry);
            case REJECT -> new Decided(false);
        };
    }

    /** The proof of a client that needs none. */
    static Proof none() {
        return new Decided(true);
    }

    /** Nothing is asked of the client. */
    private record Decided(boolean passes) implements Proof {
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

    /** The operating system identifies the client. */
    private record Peer(Demand demand, Origin origin, Account account, boolean isKnown)
            implements Proof {
        @Override
        public Place place() {
            return Place.ASKING;
        }

        @Override
        public Result start(ByteBuf out) {
            boolean good = demand.acceptsPeer(origin, account.user()) && isKnown;
            return good ? Result.PASSED : Result.FAILED;
        }

        @Override
        public Result answer(byte[] body, ByteBuf out) {
            throw new ProtocolViolation("a password message that nobody asked for");
        }
    }

    /** A password in clear text. */
    private abstract static sealed class ClearText implements Proof {
        private final Place checked;
        private boolean begun;

        ClearText(Place checked) {
            this.checked = checked;
        }

        @Override
        public Place place() {
            return begun ? checked : Place.LOOP;
        }

        @Override
        public Result start(ByteBuf out) {
            begun = true;
            BackendMessages.authenticationCleartextPassword(out);
            return Result.GOES_ON;
        }

        @Override
        public Result answer(byte[] body, ByteBuf out) {
            return accepts(string(body)) ? Result.PASSED : Result.FAILED;
        }

        abstract boolean accepts(String password);
    }

    /** A password in clear text, compared with the user's secret. */
    private static final class Shown extends ClearText {
        private final Users users;
        private final Account account;
        private final @Nullable Database entry;

        Shown(Users users, Account account, @Nullable Database entry) {
            super(Place.HASHING);
            this.users = users;
            this.account = account;
            this.entry = entry;
        }

        @Override
        boolean accepts(String password) {
            if (!users.accepts(account, password)) {
                return false;
            }
            users.showed(account, entry, password);
            return true;
        }
    }

    /** A password in clear text, checked by an external service. */
    private static final class Asked extends ClearText {
        private final Demand demand;
        private final Origin origin;
        private final Users users;
        private final Account account;
        private final @Nullable Database entry;

        Asked(
                Demand demand,
                Origin origin,
                Users users,
                Account account,
                @Nullable Database entry) {
            super(Place.ASKING);
            this.demand = demand;
            this.origin = origin;
            this.users = users;
            this.account = account;
            this.entry = entry;
        }

        @Override
        boolean accepts(String password) {
            if (!demand.acceptsPassword(origin, account.user(), password)) {
                return false;
            }
            users.showed(account, entry, password);
            return true;
        }
    }

    /** PostgreSQL's MD5 response. */
    private static final class Md5Challenge implements Proof {
        private final Users users;
        private final Account account;
        private final byte[] salt = new byte[4];

        Md5Challenge(Users users, Account account) {
            this.users = users;
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
                    switch (users.comparedWith(account)) {
                        case StoredSecret.Md5(String md5) -> md5;
                        case StoredSecret.Plain(String password) ->
                                Md5.secret(account.user(), password);
                        case StoredSecret.Scram _ -> null; // it would have been asked for a proof
                    };
            boolean fits = secret != null && Md5.isResponse(string(body), secret, salt);
            return fits && account.secret() != null ? Result.PASSED : Result.FAILED;
        }
    }

    /** The string in a password message; never empty, whatever the user's secret is. */
    static String string(byte[] body) {
        if (body.length == 0 || body[body.length - 1] != 0) {
            throw new ProtocolViolation("invalid password packet size");
        }
        if (body.length == 1) {
            throw ProtocolViolation.emptyPassword();
        }
        return new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
    }
}
