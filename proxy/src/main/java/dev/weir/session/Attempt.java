package dev.weir.session;

import dev.weir.net.Reading;
import dev.weir.protocol.BackendTag;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The first statement of a transaction on a replica: as long as nothing of its answer has reached
 * the client, it can be run on the primary instead, and the client sees nothing of it.
 */
final class Attempt {
    /*
     *  NONE ──start──▶ OPEN ──first row, or end──▶ NONE
     *                    └──refused──▶ FAILED ──take──▶ NONE
     *
     * PostgreSQL says 1, 2, T before it finds out that it may not write: these are held back.
     */
    private enum State {
        NONE,
        OPEN,
        FAILED
    }

    /** A larger batch is not kept. */
    private static final int BATCH_BYTES_MAX = 64 * 1024;

    /** So much of an answer is held back. */
    private static final int ANSWER_BYTES_MAX = 16 * 1024;

    private static final int HEADER_BYTES = 5;

    private State state = State.NONE;
    private @Nullable ByteBuf batch;
    private @Nullable ByteBuf answer;
    private final List<byte[]> names = new ArrayList<>();

    /** Takes over {@code copy}: the batch that is about to be sent. */
    void start(ByteBuf copy, List<byte[]> parsed) {
        forget();
        if (copy.readableBytes() > BATCH_BYTES_MAX) {
            copy.release();
            return;
        }
        batch = copy;
        names.addAll(parsed);
        state = State.OPEN;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean hasFailed() {
        return state == State.FAILED;
    }

    void fail() {
        assert state == State.OPEN;
        state = State.FAILED;
    }

    /** The batch; the attempt keeps it. */
    ByteBuf batch() {
        return Objects.requireNonNull(batch);
    }

    /** The names that the batch gave to statements: the server may have taken them. */
    List<byte[]> names() {
        return names;
    }

    /**
     * Keeps a part of the answer that says nothing yet; false if it is to be forwarded, behind what
     * was kept before. Takes over {@code run} if true.
     */
    boolean holdsBack(ByteBuf run) {
        ByteBuf before = answer;
        int held = before == null ? 0 : before.readableBytes();
        if (state != State.OPEN
                || held + run.readableBytes() > ANSWER_BYTES_MAX
                || !saysNothing(run)) {
            return false;
        }
        answer = Reading.appended(run.alloc(), before, run);
        return true;
    }

    private static boolean saysNothing(ByteBuf run) {
        int p = run.readerIndex();
        int end = run.writerIndex();
        while (end - p >= HEADER_BYTES) {
            switch (run.getByte(p)) {
                case BackendTag.PARSE_COMPLETE,
                        BackendTag.BIND_COMPLETE,
                        BackendTag.ROW_DESCRIPTION,
                        BackendTag.PARAMETER_DESCRIPTION,
                        BackendTag.NO_DATA,
                        BackendTag.NOTICE_RESPONSE,
                        BackendTag.PARAMETER_STATUS ->
                        p += 1 + run.getInt(p + 1);
                default -> {
                    return false;
                }
            }
        }
        return p == end;
    }

    /** The answer counts: what was kept of it, for the caller to write; null if nothing was. */
    @Nullable ByteBuf succeed() {
        ByteBuf kept = answer;
        answer = null;
        forget();
        return kept;
    }

    /** The batch to be run again. */
    ByteBuf take() {
        assert state == State.FAILED : state;
        ByteBuf again = Objects.requireNonNull(batch);
        batch = null;
        forget();
        return again;
    }

    void forget() {
        state = State.NONE;
        names.clear();
        if (batch != null) {
            batch.release();
            batch = null;
        }
        if (answer != null) {
            answer.release();
            answer = null;
        }
    }
}
