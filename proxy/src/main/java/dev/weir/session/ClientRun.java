package dev.weir.session;

import dev.weir.metrics.Metric;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * One read of a client's: the message at hand, and what of the messages before it still has to
 * leave for the server. What can stay as it is leaves as a slice of the read; what is put between
 * is collected in a buffer of its own.
 */
final class ClientRun {
    /*
     *  in   ┌─────┬──────┬──────┬──────┬─ ─ ─
     *       │  P  │  B   │  E   │  S   │ rest      from ≤ at: leaves unchanged
     *       └─────┴──────┴──────┴──────┴─ ─ ─      at: the message at hand, of which `here` bytes
     *       from         at                            of `total` have come
     */

    /** A run up to this size is copied behind a rewritten message rather than sent on its own. */
    private static final int COPY_BYTES_MAX = 1_024;

    /** A buffer up to this size waits as it is. */
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

    /** Forgets the read, and what was prepared if nothing of it may leave. */
    void end() {
        in = Unpooled.EMPTY_BUFFER;
        if (out != Unpooled.EMPTY_BUFFER) {
            out.release();
            out = Unpooled.EMPTY_BUFFER;
        }
    }

    // --- the message at hand ------------------------------------------------------------------

    /** The read. Positions of the message are those of this buffer. */
    ByteBuf in() {
        return in;
    }

    /** How many bytes of the read begin with the message at hand. */
    int left() {
        return in.writerIndex() - at;
    }

    /** Where the message begins. */
    int at() {
        return at;
    }

    /** Where what has come of it ends. */
    int messageEnd() {
        return at + here;
    }

    /** How many bytes of it have come. */
    int here() {
        return here;
    }

    /** How many bytes it has. */
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

    /** Where its body begins. */
    int body() {
        return at + HEADER_BYTES;
    }

    /** Where the text that starts at {@code start} ends; negative if its end has not come. */
    int textEnd(int start) {
        return start > messageEnd() ? -1 : in.indexOf(start, messageEnd(), (byte) 0);
    }

    /** Whether these bytes stand at an index of the read. */
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

    /** Goes past the message, or a part of it, which stays in the run. */
    void pass(int bytes) {
        at += bytes;
    }

    /** Goes past the message, or a part of it, which does not leave. */
    void drop(int bytes) {
        emitRun();
        at += bytes;
        from = at;
    }

    // --- what leaves --------------------------------------------------------------------------

    /**
     * The message does not leave as it came: what was before it does, and the caller writes to
     * {@link #out} what stands in for it.
     */
    void replaceMessage() {
        emitRun();
        from = messageEnd();
    }

    /** As {@link #replaceMessage}, but what stands from {@code position} on leaves unchanged. */
    void replaceUntil(int position) {
        emitRun();
        from = position;
    }

    /** The buffer for what does not leave as it came, after all that was read so far. */
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

    /** Sends all that is to leave. */
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

    /** Notes that something was written to the server and is to be flushed. */
    void wroteToServer() {
        wroteToServer = true;
    }

    /** Whether something was written since the last call. */
    boolean takeWritten() {
        boolean written = wroteToServer;
        wroteToServer = false;
        return written;
    }

    /** What is left of the read: the buffer itself, unless much more memory would wait with it. */
    ByteBuf rest() {
        if (in.capacity() <= KEPT_BYTES_MAX) {
            return in.retain().readerIndex(at);
        }
        int left = in.writerIndex() - at;
        return in.alloc().buffer(left).writeBytes(in, at, left);
    }

    /** Whether anything behind the message may run before its batch ends, as far as it has come. */
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

    /** Whether the message and a Sync right behind it have come, and nothing between. */
    boolean isSyncNext() {
        int sync = at + (int) total;
        return in.writerIndex() - sync >= HEADER_BYTES
                && in.getByte(sync) == FrontendTag.SYNC
                && in.getInt(sync + 1) == 4;
    }
}
