package dev.weir.protocol.auth;

import java.security.MessageDigest;

/**
 * A client's key without its password, as revealed by {@link ScramServer#clientKey}, with the
 * secret that it matches. The key can be used to log in as that client to every server that keeps
 * the same secret, including the same salt and iterations. Immutable; never printed.
 */
public final class RevealedKey implements ScramKeySource {
    private final ScramSecret secret;
    private final ScramKeys keys;

    /**
     * Checks nothing: the server will detect a wrong key.
     *
     * @param clientKey copied
     */
    public RevealedKey(ScramSecret secret, byte[] clientKey) {
        this.secret = secret;
        this.keys = new ScramKeys(clientKey.clone(), secret.serverKey());
    }

    /**
     * The key of {@code password}, which must be the password of the secret; derives it, which
     * takes milliseconds.
     */
    public static RevealedKey of(ScramSecret secret, String password) {
        ScramKeys keys = ScramKeys.derive(password, secret.salt(), secret.iterations());
        return new RevealedKey(secret, keys.clientKey());
    }

    public ScramSecret secret() {
        return secret;
    }

    @Override
    public ScramKeys keys(byte[] salt, int iterations) {
        if (iterations != secret.iterations() || !MessageDigest.isEqual(salt, secret.salt())) {
            throw new Mismatch();
        }
        return keys;
    }

    /** Whether the other is the same key of the same secret; in constant time. */
    public boolean isSame(RevealedKey other) {
        return secret.equals(other.secret)
                && MessageDigest.isEqual(keys.clientKey(), other.keys.clientKey());
    }

    @Override
    public String toString() {
        return "RevealedKey";
    }

    /**
     * Reports that the server keeps another secret, so that the key cannot match: the password was
     * changed.
     */
    public static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Mismatch() {
            super(
                    "SCRAM secret of the server differs from the one that the client proved",
                    null,
                    false,
                    false);
        }
    }
}
