package dev.weir.protocol.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The secret that a users file, or PostgreSQL's own table of roles, keeps for checking a password.
 * Never printed.
 */
public sealed interface StoredSecret {

    /** Whether {@code password} is correct; for a SCRAM secret the check takes milliseconds. */
    boolean accepts(String user, String password);

    /**
     * Distinguishes the kinds in the way PostgreSQL does: a text that only resembles an MD5 or
     * SCRAM secret is a plain password.
     */
    static StoredSecret parse(String text) {
        if (dev.weir.protocol.auth.Md5.isSecret(text)) {
            return new Md5(text);
        }
        ScramSecret scram = ScramSecret.parse(text);
        return scram == null ? new Plain(text) : new Scram(scram);
    }

    /** A password in clear text. */
    record Plain(String password) implements StoredSecret {
        @Override
        public boolean accepts(String user, String candidate) {
            return same(password, candidate);
        }

        @Override
        public String toString() {
            return "Plain";
        }
    }

    /**
     * PostgreSQL's MD5 hash of password and user.
     *
     * @param secret {@code md5} followed by 32 hexadecimal digits
     */
    record Md5(String secret) implements StoredSecret {
        @Override
        public boolean accepts(String user, String password) {
            return same(secret, dev.weir.protocol.auth.Md5.secret(user, password));
        }

        @Override
        public String toString() {
            return "Md5";
        }
    }

    /** A SCRAM-SHA-256 secret. */
    record Scram(ScramSecret secret) implements StoredSecret {
        @Override
        public boolean accepts(String user, String password) {
            return secret.isOf(password);
        }

        @Override
        public String toString() {
            return "Scram";
        }
    }

    private static boolean same(String left, String right) {
        return MessageDigest.isEqual(
                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
