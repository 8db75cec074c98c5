package dev.weir.backend;

import dev.weir.exchange.Effect;
import dev.weir.exchange.InjectedCall;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.exchange.Verdict;
import dev.weir.net.Buffers;
import dev.weir.protocol.BackendTag;
import dev.weir.protocol.CommandTag;
import dev.weir.protocol.DataRow;
import dev.weir.protocol.ErrorFields;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a server sends on one connection header by header, has the ledger judge each message,
 * and hands them to the holder as runs of bytes, without copying. It also keeps the parameters and
 * errors that the server has reported.
 *
 * <p>Owned by one {@link ServerConnection} and used only on its loop.
 */
final class AnswerScanner {
    /*
     *  in   ┌─────┬─────┬─────┬─────┬─ ─ ─
     *       │  T  │  D  │  C  │  Z  │ D        from ≤ at: judged, and handed on in one run
     *       └─────┴─────┴─────┴─────┴─ ─ ─     at: the next header
     *       from              at
     *
     * A message that is cut by the end of the read is handed on as far as it has arrived once there
     * is enough of it to be judged; `remaining` bytes of it follow. If there is less, it is held.
     */

    /** A control message up to this size is handled only as a whole. */
    private static final int CONTROL_BYTES_MAX = 8_192;

    /** A notification is handled as a whole: PostgreSQL's payloads are shorter than 8,000 bytes. */
    private static final int NOTIFICATION_BYTES_MAX = 32 << 10;

    /** A row that answers a query of Weir's own is read as a whole up to this size: 16 MiB. */
    private static final int OWN_ROW_BYTES_MAX = 16 << 20;

    /** How much of an error is examined: its severity and SQLSTATE come first. */
    private static final int ERROR_PEEK_BYTES = 256;

    private static final int HEADER_BYTES = 5;

    private final Ledger ledger;
    private final ServerTarget target;
    private final ServerStatements statements;
    private final WriteTrace writes = new WriteTrace();
    private final ReportedParameters reported;

    private @Nullable ServerEvents holder;
    private boolean scanning = true;
    private boolean stopped;

    private @Nullable ByteBuf held;

    /** Whether the holder has a part of a message, and lacks the next, which has been read. */
    private boolean isTorn;

    private long remaining;
    private boolean swallowingRemaining;
    private boolean repeating;

    /** The error that the holder gets instead of the message that is swallowed. */
    private @Nullable OwnError inItsPlace;

    /** Whether the client got the error of a call of Weir's instead of its request's answer. */
    private boolean isAnswered;

    private @Nullable ServerFailure privateError;
    private @Nullable ServerFailure fatal;

    /**
     * Starts without a holder.
     *
     * @param reported the parameters that the server reported at its login
     */
    AnswerScanner(
            Ledger ledger,
            ServerTarget target,
            ServerStatements statements,
            ParameterSet reported) {
        this.ledger = ledger;
        this.target = target;
        this.statements = statements;
        this.reported = new ReportedParameters(reported);
    }

    // --- the holder ---------------------------------------------------------------------------

    @Nullable ServerEvents holder() {
        return holder;
    }

    /** Sets the holder; null if nobody uses the connection. */
    void holder(@Nullable ServerEvents next) {
        if (remaining > 0) {
            swallowingRemaining = true; // its beginning went to the previous holder
        }
        isTorn = false;
        holder = next;
    }

    /** Hands everything to a holder for which no ledger is kept. */
    void passThrough(ServerEvents next) {
        holder = next;
        scanning = false;
    }

    /** The connection ends: hands on nothing any more. Returns the last holder. */
    @Nullable ServerEvents stop() {
        ServerEvents last = holder;
        holder = null;
        stopped = true;
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
        return last;
    }

    // --- what is known ------------------------------------------------------------------------

    /** The parameters that the server has reported. */
    ReportedParameters reported() {
        return reported;
    }

    WriteTrace writes() {
        return writes;
    }

    /** The error of Weir's own last query; null if it had none. */
    @Nullable ServerFailure privateError() {
        return privateError;
    }

    /** A query of Weir's own is about to be sent. */
    void forgetPrivateError() {
        privateError = null;
    }

    /** The error with which the server ends the connection; null if it has sent none. */
    @Nullable ServerFailure fatal() {
        return fatal;
    }

    /** Whether the holder has been given the beginning of a message, but not its rest. */
    boolean hasHandedPart() {
        return isTorn || remaining > 0 && !swallowingRemaining;
    }

    /** Whether part of a message is still to come from the server. */
    boolean isMidMessage() {
        return remaining > 0 || held != null;
    }

    // --- reading ------------------------------------------------------------------------------

    /**
     * Takes what was read. Takes over {@code bytes}.
     *
     * @throws ProtocolViolation if a server must not send that
     */
    void read(ByteBufAllocator alloc, ByteBuf bytes) {
        ServerEvents to = holder;
        if (!scanning && to != null) {
            to.serverBytes(bytes);
            return;
        }
        ByteBuf all = Buffers.appended(alloc, held, bytes);
        held = null;
        scan(alloc, all);
    }

    /** Reads the headers in {@code in} and hands its runs on. Takes over {@code in}. */
    private void scan(ByteBufAllocator alloc, ByteBuf in) {
        int from = in.readerIndex();
        int end = in.writerIndex();
        int at = from;
        isTorn = remaining > 0 && !swallowingRemaining; // until the rest is handed on
        try {
            if (remaining > 0) {
                int here = (int) Math.min(remaining, end - at);
                remaining -= here;
                at += here;
                if (swallowingRemaining) {
                    from = at;
                }
            }
            while (end - at >= HEADER_BYTES) {
                byte tag = in.getByte(at);
                int length = in.getInt(at + 1);
                if (length < 4 || length > target.sockets().packetBytesMax()) {
                    throw badLength(tag, length);
                }
                long total = 1L + length;
                if (end - at < needed(tag, total)) {
                    break;
                }
                int here = (int) Math.min(total, end - at);
                Verdict verdict = judge(in, at, tag, total, here);
                if (verdict == Verdict.SWALLOW) {
                    if (!repeating) {
                        hand(in, from, at);
                        isTorn = false;
                    }
                    tellOwn(alloc);
                    from = at + here;
                } else if (verdict == Verdict.AS_PARSE_COMPLETE) {
                    in.setByte(at, BackendTag.PARSE_COMPLETE);
                }
                at += here;
                remaining = total - here;
                swallowingRemaining = verdict == Verdict.SWALLOW;
            }
            if (at < end && !stopped) {
                held = alloc.buffer(CONTROL_BYTES_MAX, Integer.MAX_VALUE);
                held.writeBytes(in, at, end - at);
            }
            ServerEvents to = holder;
            if (from == in.readerIndex() && at == end && to != null && from < at) {
                to.serverBytes(in.retain());
            } else {
                hand(in, from, at);
            }
            isTorn = false;
        } finally {
            in.release();
        }
    }

    private void tellOwn(ByteBufAllocator alloc) {
        OwnError error = inItsPlace;
        ServerEvents to = holder;
        inItsPlace = null;
        if (error != null && to != null) {
            to.serverBytes(Buffers.filled(alloc, ERROR_PEEK_BYTES, error::writeTo));
        }
    }

    private void hand(ByteBuf in, int from, int to) {
        ServerEvents events = holder;
        if (from < to && events != null) {
            events.serverBytes(in.retainedSlice(from, to - from));
        }
    }

    private ProtocolViolation badLength(byte tag, int length) {
        String expected =
                length < 4 ? ">= 4" : "max_packet_size = " + target.sockets().packetBytesMax();
        return new ProtocolViolation(
                "length of "
                        + BackendTag.name(tag)
                        + ": "
                        + length
                        + " (expected: "
                        + expected
                        + ")");
    }

    /** How many bytes of a message must have arrived before it can be judged. */
    private int needed(byte tag, long total) {
        return switch (tag) {
            case BackendTag.DATA_ROW ->
                    ledger.isHeadPrivate()
                            ? (int) (total <= OWN_ROW_BYTES_MAX ? total : HEADER_BYTES)
                            : HEADER_BYTES;
            case BackendTag.FUNCTION_CALL_RESPONSE ->
                    ledger.isHeadPrivate()
                            ? (int) Math.min(total, CONTROL_BYTES_MAX)
                            : HEADER_BYTES;
            case BackendTag.ROW_DESCRIPTION, BackendTag.PARAMETER_DESCRIPTION ->
                    ledger.headEffect() instanceof Description
                            ? (int) Math.min(total, Description.BYTES_MAX)
                            : HEADER_BYTES;
            case BackendTag.COPY_DATA, BackendTag.NOTICE_RESPONSE -> HEADER_BYTES;
            case BackendTag.NOTIFICATION_RESPONSE -> (int) Math.min(total, NOTIFICATION_BYTES_MAX);
            case BackendTag.ERROR_RESPONSE -> (int) Math.min(total, ERROR_PEEK_BYTES);
            default -> (int) Math.min(total, CONTROL_BYTES_MAX);
        };
    }

    // --- one message --------------------------------------------------------------------------

    /** Takes a message of {@code total} bytes, of which {@code here} are at {@code at}. */
    private Verdict judge(ByteBuf in, int at, byte tag, long total, int here) {
        if (ledger.isObserved()) {
            boolean isTag = tag == BackendTag.COMMAND_COMPLETE && here == total;
            ledger.answered(
                    total, isTag ? CommandTag.rows(in, at + HEADER_BYTES, at + here - 1) : 0);
        }
        boolean wasAnswered = isAnswered;
        Verdict verdict = verdict(in, at, tag, total, here);
        return wasAnswered ? withoutAnswer(tag, verdict) : verdict;
    }

    /** The client has its answer, except for the ReadyForQuery. */
    private Verdict withoutAnswer(byte tag, Verdict verdict) {
        return switch (tag) {
            case BackendTag.ERROR_RESPONSE -> fatal == null ? Verdict.SWALLOW : verdict;
            case BackendTag.NOTICE_RESPONSE,
                    BackendTag.PARAMETER_STATUS,
                    BackendTag.NOTIFICATION_RESPONSE ->
                    verdict;
            case BackendTag.READY_FOR_QUERY -> {
                isAnswered = verdict == Verdict.SWALLOW;
                yield verdict;
            }
            default -> Verdict.SWALLOW;
        };
    }

    private Verdict verdict(ByteBuf in, int at, byte tag, long total, int here) {
        return switch (tag) {
            case BackendTag.READY_FOR_QUERY -> ready(in, at, total);
            case BackendTag.DATA_ROW -> dataRow(in, at, here == total);
            case BackendTag.ERROR_RESPONSE -> error(in, at + HEADER_BYTES, here - HEADER_BYTES);
            case BackendTag.PARAMETER_STATUS -> parameterStatus(in, at, (int) total, here);
            case BackendTag.COMMAND_COMPLETE -> commandComplete(in, at, here, here == total);
            case BackendTag.ROW_DESCRIPTION, BackendTag.PARAMETER_DESCRIPTION, BackendTag.NO_DATA ->
                    description(in, at, tag, here == total);
            case BackendTag.FUNCTION_CALL_RESPONSE -> functionResult(in, at, total, here);
            case BackendTag.NOTIFICATION_RESPONSE -> notification(in, at, total, here);
            default -> ledger.received(tag);
        };
    }

    private Verdict notification(ByteBuf in, int at, long total, int here) {
        ServerEvents to = holder;
        boolean taken = here == total && to != null && to.takesNotification(in, at, here);
        return taken ? Verdict.SWALLOW : ledger.received(BackendTag.NOTIFICATION_RESPONSE);
    }

    private Verdict ready(ByteBuf in, int at, long total) {
        if (total != HEADER_BYTES + 1) {
            throw new ProtocolViolation("length of ReadyForQuery: " + (total - 1));
        }
        Verdict verdict = ledger.receivedReady(in.getByte(at + HEADER_BYTES));
        if (ledger.transactionStatus() == 'I') {
            statements.definitions().transactionEnded();
            writes.transactionEnded();
        }
        boolean swallows = repeating;
        repeating = false;
        return swallows ? Verdict.SWALLOW : verdict;
    }

    private Verdict dataRow(ByteBuf in, int at, boolean isWhole) {
        boolean mine = ledger.isHeadPrivate();
        Verdict verdict = ledger.received(BackendTag.DATA_ROW);
        if (mine && ledger.headEffect() instanceof InjectedQuery query) {
            if (isWhole) {
                query.row(DataRow.values(in, at + HEADER_BYTES));
            } else {
                query.rowTooLong();
            }
        }
        return verdict;
    }

    private Verdict description(ByteBuf in, int at, byte tag, boolean isWhole) {
        if (isWhole && ledger.headEffect() instanceof Description description) {
            description.message(in, at);
        }
        return ledger.received(tag);
    }

    private Verdict commandComplete(ByteBuf in, int at, int here, boolean isWhole) {
        if (isWhole) {
            Effect head = ledger.headEffect();
            statements.definitions().completed(head, in, at + HEADER_BYTES, here - HEADER_BYTES);
            writes.completed(in, at + HEADER_BYTES, here - HEADER_BYTES);
        }
        Verdict verdict = ledger.received(BackendTag.COMMAND_COMPLETE);
        if (isWhole && CommandTag.discardsStatements(in, at + HEADER_BYTES, at + here - 1)) {
            statements.clear();
            ServerEvents to = holder;
            if (to != null) {
                to.statementsDiscarded();
            }
        }
        return verdict;
    }

    private Verdict functionResult(ByteBuf in, int at, long total, int here) {
        Verdict verdict = ledger.received(BackendTag.FUNCTION_CALL_RESPONSE);
        int value = at + HEADER_BYTES + Integer.BYTES;
        if (ledger.headEffect() instanceof InjectedCall call
                && here == total
                && value + Long.BYTES == at + total
                && in.getInt(at + HEADER_BYTES) == Long.BYTES) {
            call.result(in.getLong(value));
        }
        return verdict;
    }

    private Verdict parameterStatus(ByteBuf in, int at, int total, int here) {
        if (ledger.headEffect() instanceof InjectedQuery query && query.isTemporary()) {
            return Verdict.SWALLOW;
        }
        if (here < total) {
            return Verdict.FORWARD; // too large to be kept
        }
        int name = at + HEADER_BYTES;
        int nameEnd = in.indexOf(name, at + total, (byte) 0);
        int valueEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, at + total, (byte) 0);
        if (valueEnd < 0) {
            throw new ProtocolViolation("ParameterStatus without its terminators");
        }
        String key = in.toString(name, nameEnd - name, StandardCharsets.UTF_8);
        String value = in.toString(nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.UTF_8);
        if (key.equals(ParameterSet.IN_HOT_STANDBY) && target.entry().cluster() != null) {
            return Verdict.SWALLOW; // clients are told what their database is, not one node
        }
        reported.learn(key, value);
        target.checkReported(reported.now().size());
        ServerEvents to = holder;
        boolean tell = to != null && to.parameterChanged(key, value, ledger.isHeadPrivate());
        return tell ? Verdict.FORWARD : Verdict.SWALLOW;
    }

    // --- an error -----------------------------------------------------------------------------

    private Verdict error(ByteBuf in, int body, int length) {
        String severity = ServerFailure.severity(in, body, length);
        if (severity.equals("FATAL") || severity.equals("PANIC")) {
            return lastError(ServerFailure.of(in, body, length));
        }
        boolean mine = ledger.isHeadPrivate();
        ServerEvents to = holder;
        writes.failed();
        String sqlState = ErrorFields.sqlState(in, body, length);
        boolean ofStatement =
                !mine && (ledger.isHead(Request.BIND) || ledger.isHead(Request.DESCRIBE_STATEMENT));
        Effect asked = ledger.headEffect();
        Verdict verdict = ledger.receivedError(sqlState);
        if (verdict == Verdict.FORWARD && asked instanceof OwnError own && own.isMeant(sqlState)) {
            inItsPlace = own;
            return Verdict.SWALLOW;
        }
        boolean stale = ofStatement && statements.isStale(sqlState, in, body, length);
        if (stale && to != null && to.refusedStale()) {
            repeating = true;
            return Verdict.SWALLOW;
        }
        if (!mine && to != null && to.mayRunElsewhere() && to.refuses(sqlState, false)) {
            repeating = true;
            return Verdict.SWALLOW;
        }
        if (mine) {
            privateError = ServerFailure.of(in, body, length);
        }
        if (asked instanceof InjectedCall call && call.failsRequest() && !isAnswered) {
            isAnswered = true;
            return Verdict.FORWARD;
        }
        return verdict;
    }

    /** The error ends the connection, whatever was being answered. */
    private Verdict lastError(ServerFailure why) {
        fatal = why;
        ServerEvents to = holder;
        if (to != null && to.mayRunElsewhere() && to.refuses(why.sqlState(), true)) {
            repeating = true;
            return Verdict.SWALLOW;
        }
        ServerEvents.After after = to == null ? ServerEvents.After.END : to.ends(why);
        repeating |= after == ServerEvents.After.REPEAT;
        return after == ServerEvents.After.END ? Verdict.FORWARD : Verdict.SWALLOW;
    }
}
