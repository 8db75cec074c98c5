package dev.weir.sql;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers for names, which are equal whenever PostgreSQL may consider two names the same, and
 * sometimes when it does not.
 *
 * <p>Case does not matter, not even in quotes. A run of bytes outside ASCII counts as one byte,
 * since its meaning depends on the encodings of client and server.
 */
final class NameHash {
    /** Stands for every name outside ASCII that PostgreSQL may have truncated. */
    static final int CUT = 1;

    /** A name outside ASCII this long may have been truncated; a character has up to 4 bytes. */
    private static final int CUT_BYTES_MIN = Spelling.NAME_BYTES_MAX - 3;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long FOLD = 0x2020_2020_2020_2020L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    /** The byte that replaces a run of bytes outside ASCII. */
    static final byte RUN = 1;

    private NameHash() {}

    /** The number of a name from the catalog, or from one of Weir's lists. */
    static int ofName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, bytes.length + Lexer.PADDING);
        if (isAscii(padded, 0, bytes.length)) {
            return of(padded, 0, bytes.length);
        }
        return of(padded, 0, collapse(padded, bytes.length));
    }

    /** Whether PostgreSQL may have truncated the name, so that {@link #CUT} stands for it, too. */
    static boolean mayBeCut(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return bytes.length >= CUT_BYTES_MIN && !isAscii(bytes, 0, bytes.length);
    }

    /** The number of ASCII bytes, after which {@link Lexer#PADDING} more can be read. */
    static int of(byte[] bytes, int start, int end) {
        long hash = (long) end - start;
        int p = start;
        for (; p + Long.BYTES <= end; p += Long.BYTES) {
            hash = mix(hash, (long) LONGS.get(bytes, p) | FOLD);
        }
        if (p < end) {
            long last = (long) LONGS.get(bytes, p) | FOLD;
            hash = mix(hash, last & -1L >>> Long.SIZE - Byte.SIZE * (end - p));
        }
        int number = (int) (hash ^ hash >>> 32);
        return number >= 0 && number <= CUT ? number + 2 : number;
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * SPREAD;
        return mixed ^ mixed >>> 29;
    }

    static boolean isAscii(byte[] bytes, int start, int end) {
        int p = start;
        for (; p + Long.BYTES <= end; p += Long.BYTES) {
            if (((long) LONGS.get(bytes, p) & HIGH) != 0) {
                return false;
            }
        }
        for (; p < end; p++) {
            if (bytes[p] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Replaces each run outside ASCII by one byte, in place; returns the length. */
    private static int collapse(byte[] name, int end) {
        int length = 0;
        boolean inRun = false;
        for (int p = 0; p < end; p++) {
            boolean ascii = name[p] >= 0;
            if (ascii || !inRun) {
                name[length++] = ascii ? name[p] : RUN;
            }
            inRun = !ascii;
        }
        return length;
    }
}
