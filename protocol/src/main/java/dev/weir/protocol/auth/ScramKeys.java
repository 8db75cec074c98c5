package dev.weir.protocol.auth;

/**
 * The two keys that a client derives from a password, a salt and an iteration count: ClientKey
 * proves the client, ServerKey the server. Not a record, because a record would print them.
 */
final class ScramKeys {
    private final byte[] clientKey;
    private final byte[] serverKey;

    ScramKeys(byte[] clientKey, byte[] serverKey) {
        this.clientKey = clientKey;
        this.serverKey = serverKey;
    }

    static ScramKeys derive(String password, byte[] salt, int iterations) {
        byte[] prepared = SaslPrep.prepare(password);
        byte[] salted = Sha256.hi(prepared, salt, iterations);
        ScramKeys keys =
                new ScramKeys(Sha256.hmac(salted, "Client Key"), Sha256.hmac(salted, "Server Key"));
        Sha256.forget(prepared);
        Sha256.forget(salted);
        return keys;
    }

    byte[] clientKey() {
        return clientKey;
    }

    byte[] serverKey() {
        return serverKey;
    }
}
