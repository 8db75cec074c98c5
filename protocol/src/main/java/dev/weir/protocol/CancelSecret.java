package dev.weir.protocol;

import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The secret half of a cancel key: 4 bytes in protocol 3.0, {@value #LENGTH_MIN} to {@value
 * #LENGTH_MAX} in 3.2. Compared in constant time and never printed.
 */
public final class CancelSecret {
    public static final int LENGTH_MIN = 4;
    public static final int LENGTH_MAX = 256;

    /** The maximum number of times that a request may be passed on between processes. */
    static final int HOPS_MAX = 3;

    private static final int HOPS_AT = 3;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private CancelSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns a secret that a peer has sent.
     *
     * @throws IllegalArgumentException unless there are 4 to 256 bytes
     */
    public static CancelSecret copyOf(byte[] bytes) {
        checkLength(bytes.length);
        return new CancelSecret(bytes.clone());
    }

    /** Returns a secret of {@code length} bytes that nobody can guess. */
    public static CancelSecret random(int length) {
        checkLength(length);
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return new CancelSecret(bytes);
    }

    /** Compares in a time that depends only on the lengths. */
    public boolean matches(CancelSecret other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    /** Like {@link #matches}, but ignores how often the other was passed on. */
    public boolean matchesPassedOn(CancelSecret other) {
        return withHops(HOPS_MAX).matches(other.withHops(HOPS_MAX));
    }

    /** The value of the two lowest bits of its fourth byte. */
    int hops() {
        return bytes[HOPS_AT] & HOPS_MAX;
    }

    CancelSecret withHops(int hops) {
        byte[] next = bytes.clone();
        next[HOPS_AT] = (byte) (next[HOPS_AT] & ~HOPS_MAX | hops);
        return new CancelSecret(next);
    }

    public int length() {
        return bytes.length;
    }

    /** Writes the secret without a length: on the wire, the length of the message bounds it. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CancelSecret secret && matches(secret);
    }

    @Override
    public int hashCode() {
        // A 3.0 secret has only four bytes, so a hash of them would give it away.
        return bytes.length;
    }

    @Override
    public String toString() {
        return "CancelSecret[" + bytes.length + " bytes]";
    }

    private static void checkLength(int length) {
        if (length < LENGTH_MIN || length > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "length of a cancel secret: " + length + " (expected: 4..256)");
        }
    }
}
