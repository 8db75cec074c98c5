package dev.weir.pgkit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's half of one SCRAM-SHA-256 exchange (RFC 5802, 7677), without channel binding. */
final class Scram {
    static final String MECHANISM = "SCRAM-SHA-256";
    private static final String GS2_HEADER = "n,,";
    private static final int CACHE_MAX = 100;

    /**
     * Salted passwords, which RFC 5802 allows a client to keep, so that many clients can log in at
     * once.
     */
    private static final Map<Salting, byte[]> CACHE = new ConcurrentHashMap<>();

    private record Salting(String password, String salt, int iterations) {}

    private final String password;
    private final String firstBare;
    private String expectedServerSignature = "";

    Scram(String password) {
        this.password = password;
        byte[] nonce = new byte[18];
        new SecureRandom().nextBytes(nonce);
        // PostgreSQL takes the user name from the startup packet.
        firstBare = "n=,r=" + base64(nonce);
    }

    byte[] clientFirst() {
        return (GS2_HEADER + firstBare).getBytes(StandardCharsets.UTF_8);
    }

    byte[] clientFinal(String serverFirst) {
        Map<Character, String> server = attributes(serverFirst);
        String nonce = attribute(server, 'r');
        int iterations = Integer.parseInt(attribute(server, 'i'));
        String withoutProof =
                "c=" + base64(GS2_HEADER.getBytes(StandardCharsets.UTF_8)) + ",r=" + nonce;
        String authMessage = firstBare + "," + serverFirst + "," + withoutProof;
        try {
            byte[] salted = salted(new Salting(password, attribute(server, 's'), iterations));
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            byte[] proof = hmac(storedKey, authMessage);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            expectedServerSignature = base64(hmac(hmac(salted, "Server Key"), authMessage));
            return (withoutProof + ",p=" + base64(proof)).getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot compute SCRAM-SHA-256", e);
        }
    }

    /** Throws unless the server has proved that it knows the password too. */
    void verify(String serverFinal) {
        String signature = attribute(attributes(serverFinal), 'v');
        if (!signature.equals(expectedServerSignature)) {
            throw new IllegalStateException(
                    "server signature: "
                            + signature
                            + " (expected: "
                            + expectedServerSignature
                            + ")");
        }
    }

    private static byte[] salted(Salting key) throws GeneralSecurityException {
        byte[] known = CACHE.get(key);
        if (known != null) {
            return known;
        }
        byte[] salt = Base64.getDecoder().decode(key.salt());
        PBEKeySpec spec = new PBEKeySpec(key.password().toCharArray(), salt, key.iterations(), 256);
        byte[] salted =
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(spec)
                        .getEncoded();
        if (CACHE.size() >= CACHE_MAX) {
            CACHE.clear();
        }
        CACHE.put(key, salted);
        return salted;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<Character, String> attributes(String message) {
        Map<Character, String> attributes = new HashMap<>();
        for (String attribute : message.split(",", -1)) {
            attributes.put(attribute.charAt(0), attribute.substring(2));
        }
        return attributes;
    }

    private static String attribute(Map<Character, String> attributes, char name) {
        String value = attributes.get(name);
        if (value == null) {
            throw new IllegalStateException("SCRAM message has no '" + name + "': " + attributes);
        }
        return value;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
