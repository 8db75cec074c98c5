package dev.weir.backend;

import dev.weir.protocol.auth.Md5;
import dev.weir.protocol.auth.RevealedKey;
import dev.weir.protocol.auth.ScramKeySource;
import dev.weir.protocol.auth.ScramPassword;
import org.jspecify.annotations.Nullable;

/**
 * The secret with which Weir logs in to a server. Immutable, compared by identity, and never
 * printed: {@link #toString} tells its kind, not its value.
 */
public abstract sealed class Credential {
    private final String kind;

    private Credential(String kind) {
        this.kind = kind;
    }

    /** The password itself, if it is one. */
    @Nullable String password() {
        return null;
    }

    /** {@code md5} and the hash of password and user; null if not known. */
    @Nullable String md5(String user) {
        return null;
    }

    /** The keys for SCRAM; null if there are none. */
    @Nullable ScramKeySource scram() {
        return null;
    }

    /** Whether it may soon be replaced by another one without anyone's intervention. */
    boolean isPassing() {
        return false;
    }

    /** What it is, for an error message. */
    @Override
    public final String toString() {
        return kind;
    }

    /** A password: it works with every server. */
    public static final class Password extends Credential {
        private final ScramPassword secret;

        public Password(String text) {
            super("a password");
            secret = new ScramPassword(text);
        }

        /** The password, for a library that logs in by itself. */
        public String text() {
            return secret.text();
        }

        /** Whether it is the same password. */
        public boolean isSame(Password other) {
            return secret.text().equals(other.secret.text());
        }

        @Override
        String password() {
            return secret.text();
        }

        @Override
        String md5(String user) {
            return Md5.secret(user, secret.text());
        }

        @Override
        ScramKeySource scram() {
            return secret;
        }
    }

    /** The MD5 hash of a password: it works with servers that ask for MD5. */
    public static final class Md5Hash extends Credential {
        private final String secret;

        /**
         * A hash.
         *
         * @param secret {@code md5} and 32 hexadecimal digits
         */
        public Md5Hash(String secret) {
            super("only an md5 hash");
            this.secret = secret;
        }

        /** Whether it is the same hash. */
        public boolean isSame(Md5Hash other) {
            return secret.equals(other.secret);
        }

        @Override
        String md5(String user) {
            return secret;
        }
    }

    /** The key that a client's own login revealed: it works with servers that ask for SCRAM. */
    public static final class Revealed extends Credential {
        private final RevealedKey key;

        public Revealed(RevealedKey key) {
            super("only the SCRAM key of a client's login");
            this.key = key;
        }

        public RevealedKey key() {
            return key;
        }

        @Override
        ScramKeySource scram() {
            return key;
        }
    }

    /** No secret: the login succeeds only if the server asks for none. */
    public static final class None extends Credential {
        private final boolean isPassing;

        private None(String reason, boolean isPassing) {
            super(reason);
            this.isPassing = isPassing;
        }

        /** None, until an operator or a client supplies one. */
        public static None because(String reason) {
            return new None(reason, false);
        }

        /** None at the moment: it is worth trying again soon. */
        public static None now(String reason) {
            return new None(reason, true);
        }

        @Override
        boolean isPassing() {
            return isPassing;
        }
    }
}
