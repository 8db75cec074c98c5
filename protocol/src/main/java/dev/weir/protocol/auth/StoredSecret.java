package dev.weir.protocol.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What a users file, or PostgreSQL's own table of roles, keeps to check a password with. Never
 * printed.
 */
public sealed interface StoredSecret {

    /** Whether {@code password} is the one; for a SCRAM secret that takes milliseconds. */
    boolean accepts(String user, String password);

    /**
     * Tells the kinds apart as PostgreSQL does. What only resembles an MD5 or SCRAM secret is a
     * plain password.
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
     * @param secret {@code md5} and 32 hexadecimal digits
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

    /** The secret of SCRAM-SHA-256. */
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
