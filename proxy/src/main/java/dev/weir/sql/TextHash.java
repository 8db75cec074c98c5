package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 64-bit hash of bytes where they stand, and their comparison with bytes that are kept: eight at
 * a time, without a copy.
 *
 * <p>Two words at a time are multiplied to 128 bits, whose halves are folded, as wyhash does. The
 * seed takes part in every product, so a client that does not know it cannot make texts collide.
 */
final class TextHash {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int STRIDE = 2 * Long.BYTES;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private TextHash() {}

    /** The hash of {@code length} bytes at index {@code start}. Borrows {@code in}. */
    static long of(ByteBuf in, int start, int length, long seed) {
        long hash = seed ^ SPREAD;
        int last = length - STRIDE;
        for (int i = 0; i < last; i += STRIDE) {
            hash = product(in.getLongLE(start + i) ^ seed, in.getLongLE(start + i + 8) ^ hash);
        }
        long first;
        long second = 0;
        if (length >= STRIDE) { // overlaps what was read before
            first = in.getLongLE(start + last);
            second = in.getLongLE(start + last + Long.BYTES);
        } else if (length >= Long.BYTES) {
            first = in.getLongLE(start);
            second = in.getLongLE(start + length - Long.BYTES);
        } else {
            first = few(in, start, length);
        }
        hash = product(first ^ seed, second ^ hash);
        return product(hash ^ SPREAD, length ^ seed);
    }

    /**
     * Whether {@code length} bytes at index {@code start} of {@code in}, which is borrowed, are the
     * first bytes of {@code kept}.
     */
    static boolean matches(byte[] kept, ByteBuf in, int start, int length) {
        int last = length - Long.BYTES;
        if (last < 0) {
            for (int i = 0; i < length; i++) {
                if (kept[i] != in.getByte(start + i)) {
                    return false;
                }
            }
            return true;
        }
        for (int i = 0; i < last; i += Long.BYTES) {
            if ((long) LONGS.get(kept, i) != in.getLongLE(start + i)) {
                return false;
            }
        }
        return (long) LONGS.get(kept, last) == in.getLongLE(start + last);
    }

    private static long few(ByteBuf in, int start, int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word = word << Byte.SIZE | in.getByte(start + i) & 0xFF;
        }
        return word;
    }

    private static long product(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
