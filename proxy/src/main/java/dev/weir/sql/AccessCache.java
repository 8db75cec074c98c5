package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Access} of texts, looked up by their bytes. Each event loop keeps one; a hit allocates
 * nothing.
 *
 * <p>A place holds the last text that came there twice in a row, so that texts with ever new
 * literals in them neither fill the cache nor push others out.
 */
public final class AccessCache {
    /*
     *   slot = hash of the text
     *   entries[slot] ── the text that lives there, and its Access
     *   seen[slot]    ── hash of the last text that did not: it moves in when it comes again
     */

    private static final int SLOTS = 2_048;

    /** A longer text is looked at each time. */
    private static final int TEXT_BYTES_MAX = 4_096;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final @Nullable Entry[] entries = new Entry[SLOTS];
    private final long[] seen = new long[SLOTS];
    private final AccessCheck check = new AccessCheck();
    private byte[] scratch = new byte[1_024];

    private static final class Entry {
        private final byte[] text;
        private final long hash;
        private final Access access;

        Entry(byte[] text, long hash, Access access) {
            this.text = text;
            this.hash = hash;
            this.access = access;
        }

        boolean is(long otherHash, byte[] other, int length) {
            return hash == otherHash && Arrays.equals(text, 0, text.length, other, 0, length);
        }
    }

    /**
     * The access of {@code length} bytes at index {@code start}, without the terminating NUL.
     * Borrows {@code in} for the call.
     */
    public Access of(ByteBuf in, int start, int length) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            return Access.TOO_LONG;
        }
        load(in, start, length);
        if (length > TEXT_BYTES_MAX) {
            return check.check(scratch, length);
        }
        long hash = hash(length);
        int slot = slot(hash);
        Entry entry = entries[slot];
        if (entry != null && entry.is(hash, scratch, length)) {
            return entry.access;
        }
        Access access = check.check(scratch, length);
        if (seen[slot] == hash) {
            entries[slot] = new Entry(Arrays.copyOf(scratch, length), hash, access);
        } else {
            seen[slot] = hash;
        }
        return access;
    }

    /** Remembers that a standby refused a text; from now on it is no read. Returns what it is. */
    public Access refused(ByteBuf in, int start, int length) {
        Access refused = of(in, start, length).refused();
        if (length <= TEXT_BYTES_MAX) {
            long hash = hash(length);
            entries[slot(hash)] = new Entry(Arrays.copyOf(scratch, length), hash, refused);
        }
        return refused;
    }

    private void load(ByteBuf in, int start, int length) {
        if (scratch.length < length + Lexer.PADDING) {
            scratch = new byte[Integer.highestOneBit(length + Lexer.PADDING) << 1];
        }
        if (!in.hasArray() && in.nioBufferCount() == 1) {
            in.internalNioBuffer(start, length).get(scratch, 0, length);
        } else {
            in.getBytes(start, scratch, 0, length);
        }
        Arrays.fill(scratch, length, length + Lexer.PADDING, (byte) 0);
    }

    /** Reads up to seven bytes beyond the text: the zeros there. */
    private long hash(int length) {
        long hash = length;
        for (int i = 0; i < length; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(scratch, i)) * SPREAD;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    private static int slot(long hash) {
        return (int) (hash * SPREAD >>> 53);
    }
}
