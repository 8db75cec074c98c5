package dev.weir.protocol.auth;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A password for logging in to servers, with the SCRAM keys last derived from it, so that many
 * connections need only one derivation. Thread-safe; never printed.
 */
public final class ScramPassword implements ScramKeySource {
    private final String text;
    private volatile @Nullable Derived last;

    private static final class Derived {
        private final byte[] salt;
        private final int iterations;
        private final ScramKeys keys;

        Derived(byte[] salt, int iterations, ScramKeys keys) {
            this.salt = salt.clone();
            this.iterations = iterations;
            this.keys = keys;
        }

        boolean isFor(byte[] otherSalt, int otherIterations) {
            return iterations == otherIterations && MessageDigest.isEqual(salt, otherSalt);
        }
    }

    public ScramPassword(String text) {
        this.text = text;
    }

    /** The password in clear text, which must not be logged. */
    public String text() {
        return text;
    }

    @Override
    public ScramKeys keys(byte[] salt, int iterations) {
        Derived before = last;
        if (before != null && before.isFor(salt, iterations)) {
            return before.keys;
        }
        ScramKeys keys = ScramKeys.derive(text, salt, iterations);
        last = new Derived(salt, iterations, keys);
        return keys;
    }

    @Override
    public String toString() {
        return "ScramPassword";
    }
}
