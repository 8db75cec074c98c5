package dev.weir.sql;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 64-bit hash of bytes, eight at a time.
 *
 * <p>Pairs of words are multiplied to 128 bits, whose halves are folded, as in wyhash, in two
 * independent lanes. The seed is part of every product, so a client that does not know it cannot
 * make texts collide.
 */
final class TextHash {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int STRIDE = 4 * Long.BYTES;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final long OTHER_SPREAD = 0xD1B5_4A32_D192_ED03L;

    private TextHash() {}

    /** The hash of the first {@code length} bytes, which are followed by eight zero bytes. */
    static long of(byte[] bytes, int length, long seed) {
        long other = seed * OTHER_SPREAD ^ SPREAD;
        long left = seed ^ SPREAD;
        long right = other ^ OTHER_SPREAD;
        int at = 0;
        for (; at <= length - STRIDE; at += STRIDE) {
            left = product(word(bytes, at) ^ seed, word(bytes, at + 8) ^ left);
            right = product(word(bytes, at + 16) ^ other, word(bytes, at + 24) ^ right);
        }
        int rest = length - at;
        if (rest > 0) {
            left = product(word(bytes, at) ^ seed, rest > 8 ? word(bytes, at + 8) ^ left : left);
        }
        if (rest > 16) {
            right =
                    product(
                            word(bytes, at + 16) ^ other,
                            rest > 24 ? word(bytes, at + 24) ^ right : right);
        }
        return product(left ^ right ^ SPREAD, length ^ seed);
    }

    /** Writes eight zero bytes. */
    static void clearWord(byte[] bytes, int at) {
        LONGS.set(bytes, at, 0L);
    }

    private static long word(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    private static long product(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
