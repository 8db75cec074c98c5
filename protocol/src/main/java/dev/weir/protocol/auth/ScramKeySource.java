package dev.weir.protocol.auth;

/** What a {@link ScramClient} has to prove itself with. Never prints what it holds. */
public sealed interface ScramKeySource permits ScramPassword, RevealedKey {
    /**
     * The keys, now that the server has named the salt and the iterations. Thread-safe.
     *
     * @throws RevealedKey.Mismatch if they are none of these
     */
    ScramKeys keys(byte[] salt, int iterations);
}
