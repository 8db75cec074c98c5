package dev.weir.protocol.auth;

import java.security.MessageDigest;

/**
 * The key of a client without its password, as {@link ScramServer#clientKey} revealed it, and the
 * secret that it opens. With it one can log in, in that client's name, to every server that keeps
 * the same secret, salt and iterations included. Immutable; never printed.
 */
public final class RevealedKey implements ScramKeySource {
    private final ScramSecret secret;
    private final ScramKeys keys;

    /**
     * Checks nothing: a wrong key is found out by the server.
     *
     * @param clientKey copied
     */
    public RevealedKey(ScramSecret secret, byte[] clientKey) {
        this.secret = secret;
        this.keys = new ScramKeys(clientKey.clone(), secret.serverKey());
    }

    /** The key of {@code password}, which must be the secret's; derives, so milliseconds. */
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

    /** The server keeps another secret, so that the key cannot fit: the password was changed. */
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
