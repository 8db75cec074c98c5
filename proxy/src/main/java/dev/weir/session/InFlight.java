package dev.weir.session;

import dev.weir.protocol.BackendTag;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent last, up to its Query or Sync, as it came, until it is answered: if the
 * server connection is lost, its texts tell what may have become of it. A slice of the read that
 * brought it, which is retained; nothing is copied unless several reads brought it.
 */
final class InFlight {
    /*
     * NONE ──first message──▶ open ──Query, Sync──▶ kept ──all is answered──▶ NONE
     *
     * A batch is not kept if one of its messages came in parts, or if it was sent before an earlier
     * one was answered.
     */

    private static final int HEADER_BYTES = 5;

    /** The longest batch that is kept if it comes in several reads. */
    private static final int COPIED_BYTES_MAX = 16 * 1024;

    /** The SQLSTATE of the notice of a backend that ends because another one has crashed. */
    private static final ByteBuf CRASH = field("57P02");

    /** The SQLSTATE of the notice of one terminated while its COMMIT waits for a standby. */
    private static final ByteBuf TERMINATION = field("57P01");

    private static final long BEGIN_ONLY =
            StatementFacts.BEGIN | StatementFacts.MULTIPLE | StatementFacts.TOO_LONG;

    private static ByteBuf field(String sqlState) {
        byte[] code = ("\0C" + sqlState + '\0').getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(code).asReadOnly());
    }

    /** How many batches have been sent completely, and are not answered. */
    private int batches;

    private boolean isOpen;
    private boolean isCut;

    /** Where the open batch begins, or continues, in the read; negative if not in this read. */
    private int start;

    /** The part of it that earlier reads brought. */
    private @Nullable ByteBuf earlier;

    private @Nullable ByteBuf read;
    private int from;
    private int end;

    private boolean isShown;

    /** Whether COPY data, which are not kept, were sent after the last batch. */
    private boolean isFollowed;

    /** The transaction status when all was answered last. */
    private byte status = 'I';

    /** The Query with the BEGIN of a block in which nothing else has run; null if none. */
    private @Nullable ByteBuf beginRead;

    private int beginFrom;
    private int beginEnd;

    /** Derives what a batch does from its bytes, which are borrowed. */
    interface Scan {
        Work of(ByteBuf in, int from, int end);
    }

    /**
     * The message in {@code in} from {@code at} to {@code stop} is sent.
     *
     * @param isWhole whether that is all of it
     */
    void passes(byte tag, ByteBuf in, int at, int stop, boolean isWhole) {
        if (!FrontendTag.beginsBatch(tag)) {
            isFollowed |= !isOpen && tag != FrontendTag.FLUSH;
            return;
        }
        if (!isOpen) {
            isOpen = true;
            isCut = false;
            start = at;
        } else if (start < 0) {
            start = at; // in another read
        }
        isCut |= !isWhole;
        if (FrontendTag.endsBatch(tag)) {
            isOpen = false;
            keep(in, stop);
        }
    }

    private void keep(ByteBuf in, int stop) {
        ByteBuf before = earlier;
        earlier = null;
        isFollowed = false;
        if (batches++ > 0 || isCut) {
            release();
            if (before != null) {
                before.release();
            }
        } else if (before == null) {
            isShown = false;
            read = in.retain();
            from = start;
            end = stop;
        } else {
            read = before;
            from = 0;
            end = before.writeBytes(in, start, stop - start).writerIndex();
        }
    }

    /** The read ends; its bytes from {@code at} on have not been sent. */
    void readEnds(ByteBuf in, int at) {
        if (isOpen && start >= 0 && !isCut) {
            keepPart(in, at - start);
        }
        start = -1;
    }

    private void keepPart(ByteBuf in, int length) {
        ByteBuf before = earlier;
        if (before == null) {
            isShown = false;
            earlier = before = in.alloc().buffer(length);
        }
        isCut = before.readableBytes() + length > COPIED_BYTES_MAX;
        if (!isCut) {
            before.writeBytes(in, start, length);
        }
    }

    /** A part of an answer, or an asynchronous message, goes to the client. Borrows it. */
    void shown(ByteBuf run) {
        isShown = isShown || !isApart(run);
    }

    /** Whether a run, which begins with a message, contains only asynchronous messages. */
    private static boolean isApart(ByteBuf run) {
        int at = run.readerIndex();
        int stop = run.writerIndex();
        while (stop - at >= HEADER_BYTES) {
            int next = at + 1 + run.getInt(at + 1);
            boolean isApart =
                    switch (run.getByte(at)) {
                        case BackendTag.PARAMETER_STATUS, BackendTag.NOTIFICATION_RESPONSE -> true;
                        case BackendTag.NOTICE_RESPONSE ->
                                next <= stop && isFarewell(run.slice(at, next - at));
                        default -> false;
                    };
            if (!isApart || next <= at) {
                return false;
            }
            at = next;
        }
        return at == stop;
    }

    private static boolean isFarewell(ByteBuf notice) {
        return ByteBufUtil.indexOf(CRASH, notice) >= 0
                || ByteBufUtil.indexOf(TERMINATION, notice) >= 0;
    }

    /**
     * All is answered.
     *
     * @param now the transaction status
     * @param facts of the text that ran last
     */
    void answered(byte now, long facts) {
        if (batches > 0) {
            ByteBuf last = read;
            releaseBegin();
            if (now == 'T'
                    && status == 'I'
                    && last != null
                    && last.getByte(from) == FrontendTag.QUERY
                    && (facts & BEGIN_ONLY) == StatementFacts.BEGIN) {
                beginRead = last;
                beginFrom = from;
                beginEnd = end;
                read = null;
            }
            release();
            batches = 0;
        }
        status = now;
    }

    /** Forgets everything: it was answered or given up, or the client is gone. */
    void forget() {
        isOpen = false;
        release();
        releaseBegin();
        batches = 0;
        status = 'I';
    }

    private void release() {
        ByteBuf part = earlier;
        if (part != null && !isOpen) {
            earlier = null;
            part.release();
        }
        ByteBuf last = read;
        if (last != null) {
            read = null;
            last.release();
        }
    }

    private void releaseBegin() {
        ByteBuf last = beginRead;
        if (last != null) {
            beginRead = null;
            last.release();
        }
    }

    /** Whether everything that was sent is answered. */
    boolean isEmpty() {
        return batches == 0 && !isOpen;
    }

    /** Whether exactly one batch is not answered, and all of it is kept. */
    boolean isKept() {
        return read != null && batches == 1 && !isOpen;
    }

    /** Whether more was sent than is kept. */
    boolean isFollowed() {
        return isFollowed;
    }

    /** Whether a batch is open, all before it are answered, and all of it so far is kept. */
    private boolean isKeptOpen() {
        return isOpen && batches == 0 && !isCut && earlier != null;
    }

    /** Whether any part of an answer to it has reached the client. */
    boolean isShown() {
        return isShown;
    }

    /** The work that was sent and is not answered; {@code scan} borrows its bytes. */
    Work work(Scan scan) {
        ByteBuf part = earlier;
        ByteBuf whole = read;
        if (isKeptOpen() && part != null) {
            return scan.of(part, 0, part.writerIndex());
        } else if (isKept() && whole != null) {
            return scan.of(whole, from, end);
        }
        return isEmpty() ? new Work() : Work.UNKNOWN;
    }

    /** Whether a batch is open. */
    boolean isOpen() {
        return isOpen;
    }

    /** A writable copy of what is kept. */
    ByteBuf copy() {
        ByteBuf kept = Objects.requireNonNull(read);
        return kept.alloc().buffer(end - from).writeBytes(kept, from, end - from);
    }

    /** The text of the BEGIN of a block in which nothing else has run; null if there is none. */
    byte @Nullable [] begin() {
        ByteBuf kept = beginRead;
        if (kept == null) {
            return null;
        }
        byte[] text = new byte[beginEnd - beginFrom - HEADER_BYTES - 1];
        kept.getBytes(beginFrom + HEADER_BYTES, text);
        return text;
    }
}
