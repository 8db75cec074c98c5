package dev.weir.protocol.auth;

import dev.weir.protocol.ProtocolViolation;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one SCRAM-SHA-256 exchange, toward one server. Without channel binding.
 *
 * <p>{@link #finish} derives keys from the password, which costs milliseconds: it does not belong
 * on an event loop. With {@link #passThrough} nothing is derived. Confined to its caller.
 *
 * <pre>
 *   NEW ── first ──▶ BEGUN ── finish ──▶ PROVED ── verify ──▶ DONE
 * </pre>
 */
public final class ScramClient {
    /**
     * The most iterations we compute for a server, somewhat less than a second. A server that asks
     * for more is refused: 2^31 of them would keep a thread for many minutes.
     */
    public static final int ITERATIONS_MAX = 1_000_000;

    private static final String GS2_HEADER = "n,,";

    private enum State {
        NEW,
        BEGUN,
        PROVED,
        DONE
    }

    /** Where the keys come from, once the server has named the salt and the iterations. */
    @FunctionalInterface
    private interface KeySource {
        ScramKeys keys(byte[] salt, int iterations);
    }

    private final KeySource source;
    private final String clientNonce;
    private final String clientFirstBare;
    private State state = State.NEW;
    private byte @Nullable [] serverSignature;

    /**
     * An exchange with a password.
     *
     * @param nonceEntropy fresh random bytes, {@link ScramServer#NONCE_ENTROPY_LENGTH} are enough
     */
    public ScramClient(String password, byte[] nonceEntropy) {
        this(deriving(password), "", Base64.getEncoder().encodeToString(nonceEntropy));
    }

    private ScramClient(KeySource source, String user, String clientNonce) {
        this.source = source;
        this.clientNonce = clientNonce;
        this.clientFirstBare = "n=" + user + ",r=" + clientNonce;
    }

    /** A client that names its user and did not make its nonce itself, as in the RFC's example. */
    static ScramClient ofExample(String user, String password, String clientNonce) {
        return new ScramClient(deriving(password), user, clientNonce);
    }

    private static KeySource deriving(String password) {
        return (salt, iterations) -> ScramKeys.derive(password, salt, iterations);
    }

    /**
     * A client without a password: it has what {@link ScramServer#clientKey} revealed, and the
     * secret that it opened. The server must keep the same secret, salt included.
     */
    public static ScramClient passThrough(
            byte[] clientKey, ScramSecret secret, byte[] nonceEntropy) {
        ScramKeys keys = new ScramKeys(clientKey.clone(), secret.serverKey());
        KeySource source =
                (salt, iterations) -> {
                    if (iterations != secret.iterations()
                            || !MessageDigest.isEqual(salt, secret.salt())) {
                        throw new ProtocolViolation(
                                "SCRAM secret of the server differs from the one that the client"
                                        + " proved");
                    }
                    return keys;
                };
        return new ScramClient(source, "", Base64.getEncoder().encodeToString(nonceEntropy));
    }

    /** The message client-first. The user is not named: the startup packet has done it. */
    public byte[] first() {
        become(State.NEW, State.BEGUN);
        return ScramAttributes.bytes(GS2_HEADER + clientFirstBare);
    }

    /**
     * Answers server-first with client-final.
     *
     * @throws ProtocolViolation if it is malformed, does not extend our nonce, or asks for more
     *     than {@link #ITERATIONS_MAX} iterations
     */
    public byte[] finish(byte[] serverFirst) {
        become(State.BEGUN, State.PROVED);
        ScramAttributes message = new ScramAttributes(serverFirst);
        if (message.peek() == 'm') {
            throw new ProtocolViolation("server requires an unsupported SCRAM extension");
        }
        String nonce = message.value('r');
        if (nonce.length() <= clientNonce.length()
                || !nonce.startsWith(clientNonce)
                || !ScramAttributes.isPrintable(nonce)) {
            throw new ProtocolViolation("invalid SCRAM response (nonce mismatch)");
        }
        byte[] salt = ScramSecret.base64(message.value('s'));
        if (salt == null || salt.length == 0) {
            throw new ProtocolViolation("malformed SCRAM message (invalid salt)");
        }
        int iterations = iterations(message.value('i'));
        while (!message.atEnd()) {
            message.anyValue(); // an optional extension
        }
        String withoutProof = "c=biws,r=" + nonce;
        String signed = clientFirstBare + "," + message.from(0) + "," + withoutProof;
        return prove(source.keys(salt, iterations), signed, withoutProof);
    }

    private byte[] prove(ScramKeys keys, String signed, String withoutProof) {
        byte[] message = ScramAttributes.bytes(signed);
        byte[] storedKey = Sha256.hash(keys.clientKey());
        byte[] proof = Sha256.xor(keys.clientKey(), Sha256.hmac(storedKey, message));
        serverSignature = Sha256.hmac(keys.serverKey(), message);
        return ScramAttributes.bytes(
                withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
    }

    /**
     * Checks server-final: whether the server, too, knows the secret.
     *
     * @throws ProtocolViolation if it does not, or reports an error
     */
    public void verify(byte[] serverFinal) {
        become(State.PROVED, State.DONE);
        ScramAttributes message = new ScramAttributes(serverFinal);
        if (message.peek() == 'e') {
            throw new ProtocolViolation(
                    "error received from server in SCRAM exchange: " + printable(message));
        }
        byte[] signature = ScramSecret.base64(message.value('v'));
        if (signature == null || signature.length != Sha256.LENGTH) {
            throw new ProtocolViolation("malformed SCRAM message (invalid server signature)");
        }
        if (!MessageDigest.isEqual(signature, serverSignature)) {
            throw new ProtocolViolation("incorrect server signature");
        }
    }

    /** The value of the error, if it may stand in a log. */
    private static String printable(ScramAttributes message) {
        String error = message.anyValue();
        return ScramAttributes.isPrintable(error) ? error : "(not printable)";
    }

    private static int iterations(String text) {
        int iterations;
        try {
            iterations = Integer.parseUnsignedInt(text);
        } catch (NumberFormatException notANumber) {
            iterations = 0;
        }
        if (iterations < 1 || iterations > ITERATIONS_MAX) {
            throw new ProtocolViolation(
                    "malformed SCRAM message (invalid iteration count)",
                    "expected: 1.." + ITERATIONS_MAX);
        }
        return iterations;
    }

    private void become(State expected, State next) {
        if (state != expected) {
            throw new IllegalStateException(
                    "SCRAM exchange: " + state + " (expected: " + expected + ")");
        }
        state = next;
    }

    @Override
    public String toString() {
        return "ScramClient[" + state + "]";
    }
}
