package dev.weir.protocol.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * PostgreSQL's MD5 password authentication. A server keeps {@code md5} followed by the hash of the
 * password and the user; a client sends a hash of that and a salt.
 *
 * <p>The method is weak and deprecated, but many users files still contain such secrets.
 */
public final class Md5 {
    private static final String PREFIX = "md5";
    private static final int SECRET_LENGTH = PREFIX.length() + 32;

    private Md5() {}

    /** The secret that a server keeps for {@code user}. */
    public static String secret(String user, String password) {
        return PREFIX + hash(bytes(password), bytes(user));
    }

    /**
     * The response that a client sends for {@code salt}.
     *
     * @param md5Secret the result of {@link #secret}
     * @param salt the four bytes of AuthenticationMD5Password
     */
    public static String response(String md5Secret, byte[] salt) {
        if (!isSecret(md5Secret)) {
            throw new IllegalArgumentException("not an MD5 secret (expected: md5 and 32 digits)");
        }
        return PREFIX + hash(bytes(md5Secret.substring(PREFIX.length())), salt);
    }

    /** Whether {@code response} is the right answer to {@code salt}; in constant time. */
    public static boolean isResponse(String response, String md5Secret, byte[] salt) {
        return MessageDigest.isEqual(bytes(response), bytes(response(md5Secret, salt)));
    }

    /**
     * Whether {@code text} has the form of a secret, with digits in lower case as PostgreSQL
     * requires.
     */
    static boolean isSecret(String text) {
        if (text.length() != SECRET_LENGTH || !text.startsWith(PREFIX)) {
            return false;
        }
        for (int i = PREFIX.length(); i < SECRET_LENGTH; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return true;
    }

    private static String hash(byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(first);
            return HexFormat.of().formatHex(digest.digest(second));
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("every JDK has MD5", absent);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
