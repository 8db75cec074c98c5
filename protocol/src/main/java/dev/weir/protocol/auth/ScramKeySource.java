package dev.weir.protocol.auth;

/** The means with which a {@link ScramClient} proves itself. Never prints its contents. */
public sealed interface ScramKeySource permits ScramPassword, RevealedKey {
    /**
     * Returns the keys for the salt and the iterations that the server has named. Thread-safe.
     *
     * @throws RevealedKey.Mismatch if it has no keys for these
     */
    ScramKeys keys(byte[] salt, int iterations);
}
