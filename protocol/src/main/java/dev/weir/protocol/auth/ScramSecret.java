package dev.weir.protocol.auth;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps of a password for SCRAM-SHA-256: PostgreSQL's {@code
 * SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey}.
 *
 * <p>It must be kept secret: whoever has it can guess passwords and impersonate the server.
 * Immutable; never printed.
 */
public final class ScramSecret {
    /** The name of the mechanism, as in AuthenticationSASL. */
    public static final String MECHANISM = "SCRAM-SHA-256";

    /** PostgreSQL's default for scram_iterations. */
    public static final int ITERATIONS_DEFAULT = 4_096;

    /** The number of bytes of salt that PostgreSQL generates. */
    public static final int SALT_LENGTH = 16;

    private static final Pattern FORMAT =
            Pattern.compile(
                    "SCRAM-SHA-256\\$([0-9]{1,10}):([^$:]*)\\$([^$:]*):([^$:]*)", Pattern.DOTALL);

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramSecret(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** Returns null for any text that PostgreSQL would not accept as a SCRAM secret. */
    public static @Nullable ScramSecret parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        long iterations = Long.parseLong(group(matcher, 1));
        byte[] salt = base64(group(matcher, 2));
        byte[] storedKey = base64(group(matcher, 3));
        byte[] serverKey = base64(group(matcher, 4));
        if (iterations < 1
                || iterations > Integer.MAX_VALUE
                || salt == null
                || storedKey == null
                || storedKey.length != Sha256.LENGTH
                || serverKey == null
                || serverKey.length != Sha256.LENGTH) {
            return null;
        }
        return new ScramSecret((int) iterations, salt, storedKey, serverKey);
    }

    /**
     * Computes the secret of a password, which takes milliseconds.
     *
     * @param iterations at least 1
     */
    public static ScramSecret derive(String password, byte[] salt, int iterations) {
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations: " + iterations + " (expected: >= 1)");
        }
        ScramKeys keys = ScramKeys.derive(password, salt, iterations);
        return new ScramSecret(
                iterations, salt.clone(), Sha256.hash(keys.clientKey()), keys.serverKey());
    }

    /**
     * A secret that matches no password, for a user who does not exist. Its salt is the same at
     * every attempt, so that a stranger cannot tell which users exist.
     *
     * @param processSalt random bytes that live as long as the process, or longer
     */
    static ScramSecret mockOf(String user, byte[] processSalt, int iterations) {
        byte[] entropy = Sha256.hmac(processSalt, user);
        byte[] salt = Arrays.copyOf(entropy, SALT_LENGTH);
        // The preimage of these keys is unknown; unlike zeros, they differ from process to process.
        byte[] storedKey = Sha256.hmac(entropy, "StoredKey of nobody");
        byte[] serverKey = Sha256.hmac(entropy, "ServerKey of nobody");
        return new ScramSecret(iterations, salt, storedKey, serverKey);
    }

    /** The text that {@link #parse} reads. It is the secret, so it must not be logged. */
    public String format() {
        Base64.Encoder base64 = Base64.getEncoder();
        return MECHANISM
                + "$"
                + iterations
                + ":"
                + base64.encodeToString(salt)
                + "$"
                + base64.encodeToString(storedKey)
                + ":"
                + base64.encodeToString(serverKey);
    }

    /** Whether this is the secret of {@code password}; derives keys, which takes milliseconds. */
    public boolean isOf(String password) {
        ScramKeys keys = ScramKeys.derive(password, salt, iterations);
        return MessageDigest.isEqual(keys.serverKey(), serverKey);
    }

    public int iterations() {
        return iterations;
    }

    public byte[] salt() {
        return salt.clone();
    }

    public byte[] storedKey() {
        return storedKey.clone();
    }

    public byte[] serverKey() {
        return serverKey.clone();
    }

    /** Whether all parts are equal; compares the keys in constant time. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScramSecret secret
                && iterations == secret.iterations
                && MessageDigest.isEqual(salt, secret.salt)
                && MessageDigest.isEqual(storedKey, secret.storedKey)
                && MessageDigest.isEqual(serverKey, secret.serverKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "ScramSecret[iterations=" + iterations + "]";
    }

    /** Strict: missing padding is an error, as in PostgreSQL. */
    static byte @Nullable [] base64(String text) {
        if (text.length() % 4 != 0) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static String group(Matcher matcher, int group) {
        String text = matcher.group(group);
        assert text != null : group;
        return text;
    }
}
