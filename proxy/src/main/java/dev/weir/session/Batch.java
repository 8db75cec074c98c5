package dev.weir.session;

import dev.weir.net.Buffers;
import dev.weir.protocol.BackendTag;
import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent last, up to its Sync or Query, for as long as it may have to run again:
 * its bytes, kept once, and the beginning of the server's answer. It runs again without the
 * client's knowledge, so no part of its answer may have reached the client.
 *
 * <p>There are two reasons to run a batch again. It is the first of a transaction on a replica,
 * which may refuse it: then it runs on the primary. Or it begins with a Parse that was not sent,
 * because the server has that statement already: if a table has changed meanwhile, Bind fails
 * (0A000) where the client's own Parse would have succeeded; then the batch runs again with its
 * Parse.
 */
final class Batch {
    /*
     *   PASSING ──a Parse whose statement the server has──▶ RECORDING ──Sync──▶ RECORDED
     *   PASSING ──the first of a transaction, to a replica──▶ TRIED
     *
     *   RECORDED, TRIED ──the statement is stale──▶ STALE ──taken──▶ AGAIN ──passes──▶ PASSING
     *   TRIED ──the replica refuses it, or is lost──▶ REFUSED ──taken──▶ PASSING
     *
     *   RECORDING, RECORDED, TRIED ──a part of its answer reaches the client──▶ PASSING
     *   RECORDING, RECORDED ──too long, or another is sent behind it──▶ PASSING
     *
     * In TRIED the beginning of the answer is held, since PostgreSQL sends 1, 2, T before it finds
     * out that it may not write.
     */
    private enum State {
        /** The batch need not be kept, or there is none. */
        PASSING,
        /** Its messages are kept as they are sent. */
        RECORDING,
        /** All of it has been sent, and is kept. */
        RECORDED,
        /** All of it is kept, and so is the beginning of its answer. */
        TRIED,
        REFUSED,
        STALE,
        /** It has been taken, and runs again on the same connection. */
        AGAIN
    }

    /** The longest batch that is tried on a replica first. */
    static final int TRIED_BYTES_MAX = 64 * 1024;

    /** The longest batch that is recorded. */
    static final int RECORDED_BYTES_MAX = 16 * 1024;

    /** The most that is held of an answer. */
    static final int ANSWER_BYTES_MAX = 16 * 1024;

    private static final int HEADER_BYTES = 5;

    /** Extra room that is allocated with the first message. */
    private static final int SPARE_BYTES = 256;

    private State state = State.PASSING;
    private @Nullable ByteBuf bytes;
    private @Nullable ByteBuf answer;

    /** How many bytes of a batch that is tried have been sent; the others may still be held. */
    private int sent;

    /** The client's name of the statement that its Parse would make; null if the server saw it. */
    private byte @Nullable [] statement;

    private int binds;

    private void become(State next) {
        assert switch (next) {
                    case PASSING -> true;
                    case RECORDING, TRIED -> state == State.PASSING;
                    case RECORDED -> state == State.RECORDING;
                    case REFUSED -> state == State.TRIED;
                    case STALE -> state == State.RECORDED || state == State.TRIED;
                    case AGAIN -> state == State.STALE;
                }
                : state + " to " + next;
        state = next;
    }

    // --- sending --------------------------------------------------------------------------------

    /** The whole batch is about to be sent to a replica: a copy is kept, unless it is too long. */
    void tries(ByteBuf in, int at, int length) {
        forget();
        if (length <= TRIED_BYTES_MAX) {
            bytes = in.alloc().buffer(length).writeBytes(in, at, length);
            sent = 0;
            become(State.TRIED);
        }
    }

    /**
     * The message at hand, the first, is the Parse of a statement that the server has; earlier
     * batches must have been answered.
     */
    void parsesKnown(byte[] name) {
        if (state != State.TRIED) {
            forget();
            become(State.RECORDING);
        }
        statement = name;
        binds = 0;
    }

    /** A message is sent, {@code length} bytes of which are at {@code at}. */
    void passes(byte tag, ByteBuf in, int at, int length, boolean isWhole) {
        if (state == State.PASSING) {
            return;
        }
        binds += tag == FrontendTag.BIND ? 1 : 0;
        if (state == State.TRIED) {
            sent = Math.min(sent + length, bytes().readableBytes());
        } else if (state == State.RECORDING) {
            record(tag, in, at, length, isWhole);
        } else if (state == State.RECORDED) {
            forget(); // the next batch has been sent, too
        }
    }

    private void record(byte tag, ByteBuf in, int at, int length, boolean isWhole) {
        ByteBuf to = bytes;
        int before = to == null ? 0 : to.readableBytes();
        boolean strange = tag == FrontendTag.QUERY || tag == FrontendTag.FUNCTION_CALL;
        if (strange || !isWhole || before + length > RECORDED_BYTES_MAX) {
            forget();
            return;
        }
        if (to == null) {
            bytes = to = in.alloc().buffer(length + SPARE_BYTES);
        }
        to.writeBytes(in, at, length);
        sent = to.readableBytes();
        if (tag == FrontendTag.SYNC) {
            become(State.RECORDED);
        }
    }

    // --- the answer -----------------------------------------------------------------------------

    /**
     * Holds a part of its answer that does not tell the outcome yet; false if that part is to be
     * forwarded, after what {@link #answered} returns. Takes over {@code run} if true.
     */
    boolean holds(ByteBuf run) {
        if (state != State.TRIED) {
            return false;
        }
        ByteBuf before = answer;
        int held = before == null ? 0 : before.readableBytes();
        if (held + run.readableBytes() > ANSWER_BYTES_MAX || !isPreamble(run)) {
            return false;
        }
        answer = Buffers.appended(run.alloc(), before, run);
        return true;
    }

    private static boolean isPreamble(ByteBuf run) {
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

    /**
     * Something is forwarded to the client: if it is a part of the answer, the batch cannot run
     * again.
     *
     * @return the part of the answer that was held, for the caller to send first and to release;
     *     null if there is none
     */
    @Nullable ByteBuf answered() {
        if (state == State.PASSING || isRefused() || isStale()) {
            return null; // what comes now is not part of its answer
        }
        ByteBuf first = answer;
        answer = null;
        forget();
        return first;
    }

    // --- running again --------------------------------------------------------------------------

    /** Whether it can run elsewhere if the replica does not answer or refuses it. */
    boolean isTried() {
        return state == State.TRIED;
    }

    /** The replica has refused the batch, or is gone. */
    void refused() {
        become(State.REFUSED);
        dropAnswer();
    }

    /** Whether a replica has refused it, and it has not been taken yet. */
    boolean isRefused() {
        return state == State.REFUSED;
    }

    /** The client's name of the statement that it parses and that its server has; or null. */
    byte @Nullable [] statement() {
        return statement;
    }

    /** Whether it can run again with its Parse: all of it is kept, and it binds at most once. */
    boolean isRepeatable() {
        boolean isWhole = state == State.RECORDED || state == State.TRIED;
        return isWhole && statement != null && binds <= 1;
    }

    /** The server's statement is stale, and the batch is to run again with its Parse. */
    void stale() {
        become(State.STALE);
        dropAnswer();
    }

    /** Whether its statement was stale, and it has not been taken yet. */
    boolean isStale() {
        return state == State.STALE;
    }

    /** Its bytes. Borrowed. */
    ByteBuf bytes() {
        return Objects.requireNonNull(bytes);
    }

    /** The bytes that have been sent. Borrowed. */
    ByteBuf sent() {
        return bytes().slice(bytes().readerIndex(), sent);
    }

    /** Hands over the bytes that have been sent, to run again ahead of what is held. */
    ByteBuf take() {
        assert isRefused() || isStale() : state;
        ByteBuf again = bytes();
        again.writerIndex(again.readerIndex() + sent);
        bytes = null;
        if (isStale()) {
            become(State.AGAIN);
        }
        if (isRefused()) {
            forget();
        }
        return again;
    }

    /** Whether it runs again on the same connection; may be called once. */
    boolean takeAgain() {
        boolean isAgain = state == State.AGAIN;
        if (isAgain) {
            forget();
        }
        return isAgain;
    }

    /** Releases everything that is kept: the batch is over, or was given up. */
    void forget() {
        if (state != State.PASSING) {
            become(State.PASSING);
            statement = null;
            if (bytes != null) {
                bytes.release();
                bytes = null;
            }
            dropAnswer();
        }
    }

    private void dropAnswer() {
        if (answer != null) {
            answer.release();
            answer = null;
        }
    }
}
