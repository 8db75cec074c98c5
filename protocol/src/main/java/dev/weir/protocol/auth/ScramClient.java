package dev.weir.protocol.auth;

import dev.weir.protocol.ProtocolViolation;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one SCRAM-SHA-256 exchange with a server, with or without channel binding.
 *
 * <p>{@link #finish} derives keys from a {@link ScramPassword}, which takes milliseconds, so it
 * does not belong on an event loop. With a {@link RevealedKey} nothing is derived. Confined to its
 * caller.
 *
 * <pre>
 *   NEW ── first ──▶ BEGUN ── finish ──▶ PROVED ── verify ──▶ DONE
 * </pre>
 */
public final class ScramClient {
    /**
     * The default maximum of the iterations that we compute for a server, which take somewhat less
     * than a second: 2^31 of them would keep a thread busy for many minutes.
     */
    public static final int ITERATIONS_MAX = 1_000_000;

    private enum State {
        NEW,
        BEGUN,
        PROVED,
        DONE
    }

    private final ScramKeySource source;
    private final ScramBinding binding;
    private final int iterationsMax;
    private final String clientNonce;
    private final String clientFirstBare;
    private State state = State.NEW;
    private byte @Nullable [] serverSignature;

    /**
     * Begins an exchange without TLS.
     *
     * @param nonceEntropy fresh random bytes; {@link ScramServer#NONCE_ENTROPY_LENGTH} are enough
     */
    public ScramClient(ScramKeySource source, byte[] nonceEntropy) {
        this(source, ScramBinding.NONE, ITERATIONS_MAX, nonceEntropy);
    }

    /**
     * Begins an exchange.
     *
     * @param iterationsMax a server that asks for more iterations is refused
     * @param nonceEntropy fresh random bytes; {@link ScramServer#NONCE_ENTROPY_LENGTH} are enough
     */
    public ScramClient(
            ScramKeySource source, ScramBinding binding, int iterationsMax, byte[] nonceEntropy) {
        this(source, binding, iterationsMax, "", Base64.getEncoder().encodeToString(nonceEntropy));
    }

    private ScramClient(
            ScramKeySource source,
            ScramBinding binding,
            int iterationsMax,
            String user,
            String clientNonce) {
        this.source = source;
        this.binding = binding;
        this.iterationsMax = iterationsMax;
        this.clientNonce = clientNonce;
        this.clientFirstBare = "n=" + user + ",r=" + clientNonce;
    }

    /** A client that sends the name of its user and is given its nonce, as in the RFC's example. */
    static ScramClient ofExample(String user, String password, String clientNonce) {
        return new ScramClient(
                new ScramPassword(password), ScramBinding.NONE, ITERATIONS_MAX, user, clientNonce);
    }

    /** Returns client-first. It does not name the user, because the startup packet has done so. */
    public byte[] first() {
        become(State.NEW, State.BEGUN);
        return ScramAttributes.bytes(binding.header() + clientFirstBare);
    }

    /**
     * Answers server-first with client-final.
     *
     * @throws ProtocolViolation if it is malformed, does not extend our nonce, or asks for too many
     *     iterations
     * @throws RevealedKey.Mismatch if our key cannot match
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
        String withoutProof = "c=" + binding.attribute() + ",r=" + nonce;
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
     * Checks server-final, which must prove that the server knows the secret too.
     *
     * @throws ProtocolViolation if it does not, or if it reports an error
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

    /** The value of the error, if it may be written to a log. */
    private static String printable(ScramAttributes message) {
        String error = message.anyValue();
        return ScramAttributes.isPrintable(error) ? error : "(not printable)";
    }

    /** Whether the server has proved itself; before that, its AuthenticationOk means nothing. */
    public boolean isDone() {
        return state == State.DONE;
    }

    private int iterations(String text) {
        long iterations;
        try {
            iterations = Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            iterations = 0;
        }
        if (iterations < 1) {
            throw new ProtocolViolation("malformed SCRAM message (invalid iteration count)");
        }
        if (iterations > iterationsMax) {
            throw new ProtocolViolation(
                    "SCRAM iteration count of the server: "
                            + iterations
                            + " (expected: at most "
                            + iterationsMax
                            + ")");
        }
        return (int) iterations;
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
