package dev.weir.protocol.auth;

import dev.weir.protocol.ProtocolViolation;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM-SHA-256 exchange with a client.
 *
 * <p>It computes a few hashes but derives no key, so it may run on an event loop. Confined to its
 * caller. Over TLS it offers channel binding if our certificate has a hash function for it; a
 * client that then sends {@code y}, because somebody has hidden the offer from it, is refused. The
 * user name in the exchange is ignored, as in PostgreSQL, because the startup packet has named the
 * user.
 *
 * <pre>
 *   NEW ── first ──▶ CHALLENGED ── finish ──▶ DONE
 * </pre>
 */
public final class ScramServer {
    /** The number of bytes of entropy that PostgreSQL puts into a nonce. */
    public static final int NONCE_ENTROPY_LENGTH = 18;

    private enum State {
        NEW,
        CHALLENGED,
        DONE
    }

    private final ScramSecret secret;
    private final ScramBinding offered;
    private final boolean binds;
    private final String serverNonce;
    private State state = State.NEW;
    private char bindingFlag;
    private String nonce = "";

    /** The messages so far, joined by commas: the text that is signed. */
    private String transcript = "";

    private byte @Nullable [] clientKey;

    /**
     * Begins an exchange with one client, without TLS.
     *
     * @param serverNonceEntropy fresh random bytes; {@value #NONCE_ENTROPY_LENGTH} of them are
     *     enough
     */
    public ScramServer(ScramSecret secret, byte[] serverNonceEntropy) {
        this(secret, ScramBinding.NONE, ScramSecret.MECHANISM, serverNonceEntropy);
    }

    /**
     * Begins an exchange with one client.
     *
     * @param offered the channel binding offered to the client; {@link ScramBinding#NONE} for none
     * @param mechanism the one of {@link #mechanisms} that the client has selected
     * @throws ProtocolViolation if it is none of them
     */
    public ScramServer(
            ScramSecret secret, ScramBinding offered, String mechanism, byte[] serverNonceEntropy) {
        this(secret, offered, mechanism, Base64.getEncoder().encodeToString(serverNonceEntropy));
    }

    /** An exchange with a given nonce text, as in the RFC's example. */
    ScramServer(ScramSecret secret, String serverNonce) {
        this(secret, ScramBinding.NONE, ScramSecret.MECHANISM, serverNonce);
    }

    private ScramServer(
            ScramSecret secret, ScramBinding offered, String mechanism, String serverNonce) {
        if (!mechanisms(offered).contains(mechanism)) {
            throw new ProtocolViolation("client selected an invalid SASL authentication mechanism");
        }
        this.secret = secret;
        this.offered = offered;
        this.binds = mechanism.equals(ScramBinding.MECHANISM_PLUS);
        this.serverNonce = serverNonce;
    }

    /** The mechanisms that a client may select, best first. */
    public static List<String> mechanisms(ScramBinding offered) {
        return offered.binds()
                ? List.of(ScramBinding.MECHANISM_PLUS, ScramSecret.MECHANISM)
                : List.of(ScramSecret.MECHANISM);
    }

    /**
     * A secret that matches no password, for a user who does not exist or has no SCRAM secret. A
     * stranger sees the same exchange, with the same salt at every attempt.
     *
     * @param processSalt random bytes that live as long as the process; at least 16
     */
    public static ScramSecret mock(String user, byte[] processSalt) {
        return mock(user, processSalt, ScramSecret.ITERATIONS_DEFAULT);
    }

    /**
     * Like {@link #mock(String, byte[])}, with the number of iterations that real secrets have
     * here.
     *
     * @param iterations at least 1
     */
    public static ScramSecret mock(String user, byte[] processSalt, int iterations) {
        return ScramSecret.mockOf(user, processSalt, iterations);
    }

    /**
     * Answers client-first with server-first.
     *
     * @throws ProtocolViolation if it is malformed or asks for something that is not supported
     */
    public byte[] first(byte[] clientFirst) {
        become(State.NEW, State.CHALLENGED);
        ScramAttributes message = new ScramAttributes(clientFirst);
        readBinding(message);
        int bare = message.index();
        if (message.peek() == 'm') {
            throw ProtocolViolation.unsupported("client requires an unsupported SCRAM extension");
        }
        message.value('n');
        String clientNonce = message.value('r');
        if (!ScramAttributes.isPrintable(clientNonce)) {
            throw new ProtocolViolation("non-printable characters in SCRAM nonce");
        }
        while (!message.atEnd()) {
            message.anyValue(); // an optional extension
        }
        nonce = clientNonce + serverNonce;
        String salt = Base64.getEncoder().encodeToString(secret.salt());
        String serverFirst = "r=" + nonce + ",s=" + salt + ",i=" + secret.iterations();
        transcript = message.from(bare) + "," + serverFirst;
        return ScramAttributes.bytes(serverFirst);
    }

    private void readBinding(ScramAttributes message) {
        bindingFlag = message.peek();
        switch (bindingFlag) {
            case 'n', 'y' -> {
                expectNoBinding();
                message.skip();
                message.comma();
            }
            case 'p' -> {
                if (!binds) {
                    throw ScramAttributes.malformed(
                            "The client selected SCRAM-SHA-256 without channel binding, but the"
                                    + " SCRAM message includes channel binding data.");
                }
                if (!message.value('p').equals(ScramBinding.TYPE)) {
                    throw new ProtocolViolation("unsupported SCRAM channel-binding type");
                }
            }
            default ->
                    throw ScramAttributes.malformed(
                            "Unexpected channel-binding flag \""
                                    + ScramAttributes.shown(bindingFlag)
                                    + "\".");
        }
        if (message.peek() == 'a') {
            throw ProtocolViolation.unsupported(
                    "client uses authorization identity, but it is not supported");
        }
        if (message.peek() != ',') {
            throw ScramAttributes.malformed(
                    "Unexpected attribute \""
                            + ScramAttributes.shown(message.peek())
                            + "\" in client-first-message.");
        }
        message.skip();
    }

    private void expectNoBinding() {
        if (binds) {
            throw ScramAttributes.malformed(
                    "The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include"
                            + " channel binding data.");
        }
        if (bindingFlag == 'y' && offered.binds()) {
            throw new ProtocolViolation(
                    "SCRAM channel binding negotiation error",
                    "The client supports SCRAM channel binding but thinks the server does not. "
                            + " However, this server does support channel binding.");
        }
    }

    private void checkBinding(String attribute) {
        if (bindingFlag == 'p') {
            byte[] expected = ScramAttributes.bytes(offered.attribute());
            if (!MessageDigest.isEqual(ScramAttributes.bytes(attribute), expected)) {
                throw ProtocolViolation.unauthorized("SCRAM channel binding check failed");
            }
        } else if (!attribute.equals(bindingFlag == 'n' ? "biws" : "eSws")) {
            throw new ProtocolViolation(
                    "unexpected SCRAM channel-binding attribute in client-final-message");
        }
    }

    /**
     * Answers client-final with server-final, which proves the server to the client.
     *
     * @return null if the proof is wrong, because the password is wrong or the secret is a mock
     * @throws ProtocolViolation if it is malformed or answers another challenge
     */
    public byte @Nullable [] finish(byte[] clientFinal) {
        become(State.CHALLENGED, State.DONE);
        ScramAttributes message = new ScramAttributes(clientFinal);
        checkBinding(message.value('c'));
        String finalNonce = message.value('r');
        int withoutProof = message.index();
        while (message.peek() != 'p') {
            message.anyValue(); // an optional extension
            withoutProof = message.index();
        }
        byte[] proof = ScramSecret.base64(message.value('p'));
        if (proof == null || proof.length != Sha256.LENGTH) {
            throw ScramAttributes.malformed("Malformed proof in client-final-message.");
        }
        if (!message.atEnd()) {
            throw ScramAttributes.malformed("Garbage found at the end of client-final-message.");
        }
        if (!MessageDigest.isEqual(
                ScramAttributes.bytes(finalNonce), ScramAttributes.bytes(nonce))) {
            throw new ProtocolViolation("invalid SCRAM response", "Nonce does not match.");
        }
        return verify(transcript + "," + message.between(0, withoutProof - 1), proof);
    }

    private byte @Nullable [] verify(String signed, byte[] proof) {
        byte[] message = ScramAttributes.bytes(signed);
        byte[] storedKey = secret.storedKey();
        byte[] candidate = Sha256.xor(proof, Sha256.hmac(storedKey, message));
        if (!MessageDigest.isEqual(Sha256.hash(candidate), storedKey)) {
            return null;
        }
        clientKey = candidate;
        byte[] signature = Sha256.hmac(secret.serverKey(), message);
        return ScramAttributes.bytes("v=" + Base64.getEncoder().encodeToString(signature));
    }

    /**
     * The client's key, which the proof has revealed. As a {@link RevealedKey} it can be used to
     * log in to servers that keep the same secret.
     *
     * @throws IllegalStateException before a successful {@link #finish}
     */
    public byte[] clientKey() {
        byte[] key = clientKey;
        if (key == null) {
            throw new IllegalStateException("the client has proved nothing");
        }
        return key.clone();
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
        return "ScramServer[" + state + "]";
    }
}
