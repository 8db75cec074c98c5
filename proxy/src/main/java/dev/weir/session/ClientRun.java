package dev.weir.session;

import dev.weir.metrics.Metric;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * One read from a client: the message at hand, and what still has to be sent to the server of the
 * messages before it. What is unchanged is sent as a slice of the read; what is inserted is
 * collected in a separate buffer.
 */
final class ClientRun {
    /*
     *  in   ┌─────┬──────┬──────┬──────┬─ ─ ─
     *       │  P  │  B   │  E   │  S   │ rest      from ≤ at: leaves unchanged
     *       └─────┴──────┴──────┴──────┴─ ─ ─      at: the message at hand, of which `here` bytes
     *       from         at                            of `total` have come
     */

    /** A run up to this size is copied after a rewritten message rather than sent separately. */
    private static final int COPY_BYTES_MAX = 1_024;

    /** A buffer up to this size is held without copying. */
    private static final int KEPT_BYTES_MAX = 512;

    static final int HEADER_BYTES = 5;

    private final Turn turn;
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int from;
    private int at;
    private int here;
    private long total;
    private ByteBuf out = Unpooled.EMPTY_BUFFER;
    private boolean wroteToServer;

    ClientRun(Turn turn) {
        this.turn = turn;
    }

    /** Starts with a read. Borrows {@code bytes} until {@link #end}. */
    void begin(ByteBuf bytes) {
        in = bytes;
        from = at = bytes.readerIndex();
        here = 0;
        total = 0;
    }

    /** Forgets the read, and releases what was not sent. */
    void end() {
        in = Unpooled.EMPTY_BUFFER;
        if (out != Unpooled.EMPTY_BUFFER) {
            out.release();
            out = Unpooled.EMPTY_BUFFER;
        }
    }

    // --- the message at hand ------------------------------------------------------------------

    /** The read. All positions are indexes of this buffer. */
    ByteBuf in() {
        return in;
    }

    /** How many bytes are left in the read, from the message at hand on. */
    int left() {
        return in.writerIndex() - at;
    }

    /** The position of the message. */
    int at() {
        return at;
    }

    /** The end of what has arrived of it. */
    int messageEnd() {
        return at + here;
    }

    /** How many bytes of it have arrived. */
    int here() {
        return here;
    }

    /** Its whole size in bytes. */
    long total() {
        return total;
    }

    boolean isWhole() {
        return here == total;
    }

    byte tag() {
        return in.getByte(at);
    }

    /** Its length word, as the client sent it. */
    int length() {
        return in.getInt(at + 1);
    }

    /** Its header in hexadecimal digits. */
    String header() {
        return ByteBufUtil.hexDump(in, at, HEADER_BYTES);
    }

    /** The position of its body. */
    int body() {
        return at + HEADER_BYTES;
    }

    /** The end of the text that starts at {@code start}; negative if that has not arrived. */
    int textEnd(int start) {
        return start > messageEnd() ? -1 : in.indexOf(start, messageEnd(), (byte) 0);
    }

    /** Whether the read has these bytes at an index. */
    boolean isAt(int start, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != in.getByte(start + i)) {
                return false;
            }
        }
        return true;
    }

    byte[] bytes(int start, int end) {
        byte[] copy = new byte[end - start];
        in.getBytes(start, copy);
        return copy;
    }

    void message(long size, int came) {
        total = size;
        here = came;
    }

    /** Moves past the message, or a part of it, which is sent with the run. */
    void pass(int bytes) {
        at += bytes;
    }

    /** Moves past the message, or a part of it, which is not sent. */
    void drop(int bytes) {
        emitRun();
        at += bytes;
        from = at;
    }

    // --- sending ------------------------------------------------------------------------------

    /**
     * Replaces the message: what is before it is sent as it is, and the caller writes a substitute
     * to {@link #out}.
     */
    void replaceMessage() {
        emitRun();
        from = messageEnd();
    }

    /** Like {@link #replaceMessage}, but from {@code position} on it is sent unchanged. */
    void replaceUntil(int position) {
        emitRun();
        from = position;
    }

    /** The buffer for inserted bytes, which follow everything before the message at hand. */
    ByteBuf out(int bytes) {
        if (out == Unpooled.EMPTY_BUFFER) {
            out = turn.server().buffer(Math.max(bytes, COPY_BYTES_MAX));
        }
        return out;
    }

    /** Sends the run before the message at hand. */
    void emitRun() {
        int length = at - from;
        if (length > 0) {
            if (out != Unpooled.EMPTY_BUFFER && length <= COPY_BYTES_MAX) {
                out.writeBytes(in, from, length);
            } else {
                emitOut();
                toServer(in.retainedSlice(from, length));
            }
            from = at;
        }
    }

    /** Sends everything that is to be sent. */
    void emit() {
        if (from == in.readerIndex()
                && at == in.writerIndex()
                && from < at
                && out == Unpooled.EMPTY_BUFFER) {
            from = at;
            toServer(in.retain());
        } else {
            emitRun();
            emitOut();
        }
    }

    private void emitOut() {
        if (out != Unpooled.EMPTY_BUFFER) {
            ByteBuf bytes = out;
            out = Unpooled.EMPTY_BUFFER;
            toServer(bytes);
        }
    }

    private void toServer(ByteBuf bytes) {
        wroteToServer = true;
        turn.meters().add(Metric.BYTES_RECEIVED, bytes.readableBytes());
        turn.server().write(bytes);
    }

    /** Notes that something has been written to the server and is to be flushed. */
    void wroteToServer() {
        wroteToServer = true;
    }

    /** Whether something was written since the last call. */
    boolean takeWritten() {
        boolean written = wroteToServer;
        wroteToServer = false;
        return written;
    }

    /** The rest of the read: the buffer itself, unless that would hold on to much more memory. */
    ByteBuf rest() {
        if (in.capacity() <= KEPT_BYTES_MAX) {
            return in.retain().readerIndex(at);
        }
        int left = in.writerIndex() - at;
        return in.alloc().buffer(left).writeBytes(in, at, left);
    }

    /** Whether anything after the message may run before its batch ends, so far as it has come. */
    boolean mayRunBeforeSync() {
        long next = at + total;
        while (in.writerIndex() - next >= HEADER_BYTES) {
            byte tag = in.getByte((int) next);
            if (tag == FrontendTag.BIND || tag == FrontendTag.EXECUTE) {
                return true;
            } else if (tag == FrontendTag.SYNC || tag == FrontendTag.QUERY) {
                return false;
            }
            next += 1L + Math.max(4, in.getInt((int) next + 1));
        }
        return true;
    }

    /** Whether the message and a Sync right after it have arrived. */
    boolean isSyncNext() {
        int sync = at + (int) total;
        return in.writerIndex() - sync >= HEADER_BYTES
                && in.getByte(sync) == FrontendTag.SYNC
                && in.getInt(sync + 1) == 4;
    }
}
