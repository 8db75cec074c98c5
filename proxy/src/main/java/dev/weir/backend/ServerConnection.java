package dev.weir.backend;

import dev.weir.exchange.InjectedCall;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.exchange.RequestObserver;
import dev.weir.exchange.Verdict;
import dev.weir.log.ConnectionName;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import dev.weir.net.SocketSnapshot;
import dev.weir.protocol.BackendTag;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CommandTag;
import dev.weir.protocol.ErrorFields;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.tls.TlsChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to PostgreSQL that has logged in.
 *
 * <p>Reads are scanned header by header: the ledger says whose each message is, and what is the
 * client's goes to the holder as runs of bytes, uncopied. Writes are the holder's business; it
 * tells the {@link #ledger} of each message and flushes once.
 */
@LoopConfined
public final class ServerConnection extends ChannelInboundHandlerAdapter implements LoopOwned {
    /*
     *   OPEN ──close()──▶ CLOSING ──peer's FIN──▶ CLOSED
     *     └─────────────peer's FIN, RST───────────────▲
     *
     * While CLOSING, Terminate is sent and the connection still counts; only the peer's FIN, or
     * CLOSING_MILLIS_MAX, ends it.
     */
    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    /** A control message up to this size is looked at only when it is there as a whole. */
    private static final int CONTROL_BYTES_MAX = 8_192;

    /** So much of an error is looked at: its severity and SQLSTATE come first. */
    private static final int ERROR_PEEK_BYTES = 256;

    private static final int HEADER_BYTES = 5;

    /** "cached plan must not change result type". */
    private static final String STALE_PLAN = "0A000";

    private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);
    private static final AtomicLong ids = new AtomicLong();

    private final long id = ids.incrementAndGet();
    private final Channel channel;
    private final ServerTarget target;
    private final CancelKey key;
    private final long openedNanos;
    private final Ledger ledger = new Ledger();
    private final ServerStatements statements;

    private State state = State.OPEN;
    private @Nullable ServerEvents holder;
    private @Nullable ByteBuf held;
    private long remaining;
    private boolean swallowingRemaining;
    private boolean turnOpen;
    private boolean repeating;
    private boolean scanning = true;

    private ParameterSet given = ParameterSet.EMPTY;
    private ParameterSet reported;
    private @Nullable Object unnamed;
    private @Nullable ServerFailure privateError;
    private @Nullable ServerFailure fatal;
    private long batch;
    private int cancelsInFlight;
    private boolean closeNeeded;
    private @Nullable Runnable onCancelsDone;

    ServerConnection(
            Channel channel,
            ServerTarget target,
            CancelKey key,
            ParameterSet reported,
            Statements statements) {
        this.channel = channel;
        this.target = target;
        this.key = key;
        this.reported = reported;
        this.statements = new ServerStatements(statements);
        this.openedNanos = nanoTime();
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    // --- who holds it -------------------------------------------------------------------------

    /** Gives the connection to a holder; null when nobody uses it. */
    public void holder(@Nullable ServerEvents next) {
        assertInLoop();
        if (remaining > 0) {
            swallowingRemaining = true; // its beginning went to the one before
        }
        holder = next;
    }

    public @Nullable ServerEvents holder() {
        assertInLoop();
        return holder;
    }

    /** Gives the connection to a holder for whom no ledger is kept: replication. */
    public void passThrough(ServerEvents next) {
        assertInLoop();
        holder = next;
        scanning = false;
    }

    /** The server's own cancel key, for a client that has the connection to itself. */
    public CancelKey key() {
        assertInLoop();
        return key;
    }

    /** What the server owes. Every message that is written must be noted there first. */
    public Ledger ledger() {
        assertInLoop();
        return ledger;
    }

    /** Tells {@code observer} of the end of each request that is sent for a client from now on. */
    public void observe(RequestObserver observer) {
        assertInLoop();
        ledger.observe(observer);
    }

    public ServerStatements statements() {
        assertInLoop();
        return statements;
    }

    // --- writing ------------------------------------------------------------------------------

    /** A buffer for bytes that are to be written. */
    public ByteBuf buffer(int bytes) {
        assertInLoop();
        return channel.alloc().buffer(bytes);
    }

    /** Queues bytes; takes over {@code bytes}. */
    public void write(ByteBuf bytes) {
        assertInLoop();
        channel.write(bytes, channel.voidPromise());
    }

    public void flush() {
        assertInLoop();
        channel.flush();
    }

    public boolean isWritable() {
        assertInLoop();
        return channel.isWritable();
    }

    /** Stops or starts reading from the server: the backpressure of its client. */
    public void reading(boolean on) {
        assertInLoop();
        Reading.set(channel, on);
    }

    /** Reads nothing more from the server, or goes on: SUSPEND. */
    public void suspend(boolean on) {
        assertInLoop();
        if (on) {
            Reading.suspend(channel);
        } else {
            Reading.resume(channel);
        }
    }

    /** How much was written and has not reached the kernel. */
    public long pendingBytes() {
        assertInLoop();
        return Reading.pendingBytes(channel);
    }

    /** The number of its file; -1 where the transport has none. */
    public int fileDescriptor() {
        assertInLoop();
        return Reading.fileDescriptor(channel);
    }

    /** Sends a query of Weir's own; the caller flushes. */
    public void inject(String asciiSql, InjectedQuery query) {
        assertInLoop();
        ByteBuf out = channel.alloc().buffer(HEADER_BYTES + asciiSql.length() + 1);
        FrontendMessages.query(out, asciiSql);
        privateError = null;
        unnamed = null;
        ledger.sent(Request.QUERY, Ledger.PRIVATE, query);
        write(out);
    }

    /** The error that the last query of Weir's own got. */
    public @Nullable ServerFailure privateError() {
        assertInLoop();
        return privateError;
    }

    /** The number of the batch that is being sent; a Sync ends it. */
    public long batch() {
        assertInLoop();
        return batch;
    }

    /** Notes that a Sync was sent. */
    public void batchEnded() {
        assertInLoop();
        batch++;
    }

    // --- what it is ---------------------------------------------------------------------------

    public long id() {
        assertInLoop();
        return id;
    }

    public ServerTarget target() {
        assertInLoop();
        return target;
    }

    /** The server process, as PostgreSQL's own log and views name it. */
    public int processId() {
        assertInLoop();
        return key.processId();
    }

    public long openedNanos() {
        assertInLoop();
        return openedNanos;
    }

    /** Our end of the socket; null once it is closed. */
    public @Nullable SocketAddress localAddress() {
        assertInLoop();
        return channel.localAddress();
    }

    /** The server's end of the socket; null once it is closed. */
    public @Nullable SocketAddress remoteAddress() {
        assertInLoop();
        return channel.remoteAddress();
    }

    /** What it is and has now. */
    public ConnectionSnapshot snapshot() {
        assertInLoop();
        String name = given.get("application_name");
        return new ConnectionSnapshot(
                id,
                key.processId(),
                target.parameters().get("replication"),
                SocketSnapshot.of(channel, channel.remoteAddress(), TlsChannel.shown(channel), 0),
                name == null ? "" : name,
                reported,
                openedNanos,
                closeNeeded,
                statements.size());
    }

    /** What the connection was given for its client. */
    public ParameterSet given() {
        assertInLoop();
        return given;
    }

    public void given(ParameterSet parameters) {
        assertInLoop();
        given = parameters;
    }

    /** What the server last reported. */
    public ParameterSet reported() {
        assertInLoop();
        return reported;
    }

    /** Keeps {@code same}, which equals {@link #reported}, instead. */
    public void reported(ParameterSet same) {
        assertInLoop();
        assert same.equals(reported);
        reported = same;
    }

    /** The part of {@link #reported} that PostgreSQL freezes into a statement at Parse. */
    public ParameterSet frozen() {
        assertInLoop();
        return reported.frozen();
    }

    /**
     * Which unnamed statement the server has once it has read what was sent: whatever its client
     * knows it by; null if none.
     */
    public @Nullable Object unnamed() {
        assertInLoop();
        return unnamed;
    }

    public void unnamed(@Nullable Object version) {
        assertInLoop();
        unnamed = version;
    }

    public boolean isOpen() {
        assertInLoop();
        return state == State.OPEN && fatal == null && channel.isActive();
    }

    /** Whether the beginning of a message went to the holder whose rest has not come. */
    public boolean hasHandedPart() {
        assertInLoop();
        return remaining > 0 && !swallowingRemaining;
    }

    /** Whether part of a message is still to come from the server. */
    public boolean isMidMessage() {
        assertInLoop();
        return remaining > 0 || held != null;
    }

    /** Whether it must be closed at the next chance: RECONNECT, a changed host, an odd error. */
    public boolean closeNeeded() {
        assertInLoop();
        return closeNeeded;
    }

    public void markCloseNeeded() {
        assertInLoop();
        closeNeeded = true;
    }

    // --- cancel -------------------------------------------------------------------------------

    /**
     * Asks the server to cancel what runs on this connection. Until PostgreSQL has closed the
     * cancel connection, {@link #cancelsInFlight} holds this one out of the pool: the signal could
     * else hit the next client's query.
     *
     * @param millisMax how long to wait for that; afterwards this connection is closed
     */
    public void cancel(CancelSender sender, long millisMax) {
        assertInLoop();
        cancelsInFlight++;
        boolean encrypted = TlsChannel.of(channel) != null;
        sender.send(
                new CancelSender.Target(
                        channel.remoteAddress(), encrypted ? target.address() : null),
                key,
                loop(),
                millisMax,
                proven -> {
                    cancelsInFlight--;
                    if (!proven) {
                        closeNeeded = true;
                    }
                    Runnable waiting = onCancelsDone;
                    if (cancelsInFlight == 0 && waiting != null) {
                        onCancelsDone = null;
                        waiting.run();
                    }
                });
    }

    public int cancelsInFlight() {
        assertInLoop();
        return cancelsInFlight;
    }

    /** Runs {@code then} once no cancel is in flight. */
    public void whenCancelsAreDone(Runnable then) {
        assertInLoop();
        assert cancelsInFlight > 0;
        onCancelsDone = then;
    }

    // --- the end ------------------------------------------------------------------------------

    /** Says Terminate and closes once the server has. Its permits are freed then, not before. */
    public void close(String reason) {
        assertInLoop();
        if (state != State.OPEN) {
            return;
        }
        become(State.CLOSING);
        log.trace("{} {}", logName(), reason);
        ledger.lost(null);
        holder = null;
        GracefulClose.start(channel);
    }

    private void become(State next) {
        assert switch (state) {
            case OPEN -> next != State.OPEN;
            case CLOSING -> next == State.CLOSED;
            case CLOSED -> false;
        };
        state = next;
    }

    // --- reading ------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assertInLoop();
        ByteBuf in = (ByteBuf) message;
        if (state != State.OPEN) {
            in.release();
            return;
        }
        turnOpen = true;
        ServerEvents to = holder;
        if (!scanning && to != null) {
            to.serverBytes(in);
            return;
        }
        ByteBuf before = held;
        if (before != null) {
            held = null;
            in = Reading.appended(ctx.alloc(), before, in);
        }
        try {
            scan(ctx, in);
        } catch (ProtocolViolation e) {
            lost(e.getMessage());
            GracefulClose.abort(channel);
        }
    }

    /** Reads the headers in {@code in} and hands its runs on. Takes over {@code in}. */
    private void scan(ChannelHandlerContext ctx, ByteBuf in) {
        int from = in.readerIndex();
        int end = in.writerIndex();
        int at = from;
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
                    }
                    from = at + here;
                } else if (verdict == Verdict.AS_PARSE_COMPLETE) {
                    in.setByte(at, BackendTag.PARSE_COMPLETE);
                }
                at += here;
                remaining = total - here;
                swallowingRemaining = verdict == Verdict.SWALLOW;
            }
            if (at < end && state == State.OPEN) {
                held = ctx.alloc().buffer(CONTROL_BYTES_MAX, Integer.MAX_VALUE);
                held.writeBytes(in, at, end - at);
            }
            ServerEvents to = holder;
            if (from == in.readerIndex() && at == end && to != null && from < at) {
                to.serverBytes(in.retain());
            } else {
                hand(in, from, at);
            }
        } finally {
            in.release();
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

    /** How many bytes of a message must be there before it can be judged. */
    private int needed(byte tag, long total) {
        return switch (tag) {
            case BackendTag.DATA_ROW ->
                    ledger.isHeadPrivate()
                            ? (int) Math.min(total, CONTROL_BYTES_MAX)
                            : HEADER_BYTES;
            case BackendTag.COPY_DATA,
                    BackendTag.ROW_DESCRIPTION,
                    BackendTag.PARAMETER_DESCRIPTION,
                    BackendTag.NOTICE_RESPONSE,
                    BackendTag.NOTIFICATION_RESPONSE ->
                    HEADER_BYTES;
            case BackendTag.FUNCTION_CALL_RESPONSE ->
                    ledger.isHeadPrivate()
                            ? (int) Math.min(total, CONTROL_BYTES_MAX)
                            : HEADER_BYTES;
            case BackendTag.ERROR_RESPONSE -> (int) Math.min(total, ERROR_PEEK_BYTES);
            default -> (int) Math.min(total, CONTROL_BYTES_MAX);
        };
    }

    private Verdict judge(ByteBuf in, int at, byte tag, long total, int here) {
        if (ledger.isObserved()) {
            boolean isTag = tag == BackendTag.COMMAND_COMPLETE && here == total;
            ledger.answered(
                    total, isTag ? CommandTag.rows(in, at + HEADER_BYTES, at + here - 1) : 0);
        }
        return switch (tag) {
            case BackendTag.READY_FOR_QUERY -> {
                if (total != HEADER_BYTES + 1) {
                    throw new ProtocolViolation("length of ReadyForQuery: " + (total - 1));
                }
                Verdict verdict = ledger.receivedReady(in.getByte(at + HEADER_BYTES));
                boolean swallows = repeating;
                repeating = false;
                yield swallows ? Verdict.SWALLOW : verdict;
            }
            case BackendTag.DATA_ROW -> {
                boolean mine = ledger.isHeadPrivate();
                Verdict verdict = ledger.received(tag);
                if (mine && here == total && ledger.headEffect() instanceof InjectedQuery query) {
                    query.row(row(in, at + HEADER_BYTES));
                }
                yield verdict;
            }
            case BackendTag.ERROR_RESPONSE -> error(in, at + HEADER_BYTES, here - HEADER_BYTES);
            case BackendTag.PARAMETER_STATUS -> parameterStatus(in, at, (int) total, here);
            case BackendTag.COMMAND_COMPLETE -> {
                Verdict verdict = ledger.received(tag);
                if (here == total
                        && discardsStatements(in, at + HEADER_BYTES, here - HEADER_BYTES)) {
                    statements.clear();
                    ServerEvents to = holder;
                    if (to != null) {
                        to.statementsDiscarded();
                    }
                }
                yield verdict;
            }
            case BackendTag.FUNCTION_CALL_RESPONSE -> {
                Verdict verdict = ledger.received(tag);
                int value = at + HEADER_BYTES + Integer.BYTES;
                if (ledger.headEffect() instanceof InjectedCall call
                        && here == total
                        && value + Long.BYTES == at + total
                        && in.getInt(at + HEADER_BYTES) == Long.BYTES) {
                    call.result(in.getLong(value));
                }
                yield verdict;
            }
            case BackendTag.COPY_IN_RESPONSE -> {
                Verdict verdict = ledger.received(tag);
                ServerEvents to = holder;
                if (to != null) {
                    to.copyInStarted();
                }
                yield verdict;
            }
            default -> ledger.received(tag);
        };
    }

    private Verdict error(ByteBuf in, int body, int length) {
        String severity = severity(in, body, length);
        if (severity.equals("FATAL") || severity.equals("PANIC")) {
            ServerFailure why = failure(severity, in, body, length);
            fatal = why;
            ServerEvents told = holder;
            if (told != null && told.mayRunElsewhere() && told.refuses(why.sqlState(), true)) {
                repeating = true;
                return Verdict.SWALLOW;
            }
            return Verdict.FORWARD;
        }
        boolean mine = ledger.isHeadPrivate();
        ServerEvents to = holder;
        String sqlState = ErrorFields.sqlState(in, body, length);
        boolean stale = to != null && ledger.isHead(Request.BIND) && sqlState.equals(STALE_PLAN);
        Verdict verdict = ledger.receivedError(sqlState);
        if (stale && to != null && to.refusedStale()) {
            repeating = true;
            return Verdict.SWALLOW;
        }
        if (!mine && to != null && to.mayRunElsewhere() && to.refuses(sqlState, false)) {
            repeating = true;
            return Verdict.SWALLOW;
        }
        if (mine) {
            privateError = failure(severity, in, body, length);
        }
        return verdict;
    }

    /** The severity that no language setting translates, or else the other one. */
    private static String severity(ByteBuf in, int body, int length) {
        String severity = ErrorFields.field(in, body, length, 'V');
        if (severity == null) {
            severity = ErrorFields.field(in, body, length, 'S');
        }
        return severity == null ? "ERROR" : severity;
    }

    private static ServerFailure failure(String severity, ByteBuf in, int body, int length) {
        String message = ErrorFields.field(in, body, length, 'M');
        return new ServerFailure(
                severity,
                ErrorFields.sqlState(in, body, length),
                message == null ? "(no message)" : message);
    }

    private Verdict parameterStatus(ByteBuf in, int at, int total, int here) {
        if (ledger.headEffect() instanceof InjectedQuery query && query.isTemporary()) {
            return Verdict.SWALLOW;
        }
        if (here < total) {
            return Verdict.FORWARD; // larger than any that Weir keeps
        }
        int name = at + HEADER_BYTES;
        int nameEnd = in.indexOf(name, at + total, (byte) 0);
        int valueEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, at + total, (byte) 0);
        if (valueEnd < 0) {
            throw new ProtocolViolation("ParameterStatus without its terminators");
        }
        String key = in.toString(name, nameEnd - name, StandardCharsets.UTF_8);
        String value = in.toString(nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.UTF_8);
        if (key.equals(ServerLogin.IN_HOT_STANDBY) && target.entry().cluster() != null) {
            return Verdict.SWALLOW; // clients are told what their database is, not one node
        }
        reported = reported.with(key, value);
        ServerEvents to = holder;
        boolean tell = to != null && to.parameterChanged(key, value, ledger.isHeadPrivate());
        return tell ? Verdict.FORWARD : Verdict.SWALLOW;
    }

    private static boolean discardsStatements(ByteBuf in, int body, int length) {
        if (in.getByte(body) != 'D' || length < 12) {
            return false; // DISCARD ALL, DEALLOCATE ALL; else SELECT, INSERT, DELETE, …
        }
        String tag = in.toString(body, length - 1, StandardCharsets.US_ASCII);
        return tag.equals("DISCARD ALL") || tag.equals("DEALLOCATE ALL");
    }

    private static List<@Nullable String> row(ByteBuf in, int body) {
        int columns = in.getUnsignedShort(body);
        var values = new ArrayList<@Nullable String>(columns);
        int at = body + 2;
        for (int i = 0; i < columns; i++) {
            int length = in.getInt(at);
            at += 4;
            values.add(length < 0 ? null : in.toString(at, length, StandardCharsets.UTF_8));
            at += Math.max(length, 0);
        }
        return values;
    }

    private void hand(ByteBuf in, int from, int to) {
        ServerEvents events = holder;
        if (from < to && events != null) {
            events.serverBytes(in.retainedSlice(from, to - from));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        assertInLoop();
        ServerEvents to = holder;
        if (turnOpen) {
            turnOpen = false;
            if (to != null) {
                to.serverTurnEnd();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        assertInLoop();
        ServerEvents to = holder;
        if (to != null) {
            to.serverWritabilityChanged(ctx.channel().isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        if (state == State.OPEN) {
            lost(null);
        }
        if (held != null) {
            held.release();
            held = null;
        }
        statements.clear();
        become(State.CLOSED);
    }

    /** How its lines of the log begin. */
    public String logName() {
        assertInLoop();
        return ConnectionName.server(
                id, target.entry().name(), target.user(), channel.remoteAddress());
    }

    private void lost(@Nullable String violation) {
        if (violation != null) {
            log.warn(
                    "{} server_protocol_violation pid={} what=\"{}\"",
                    logName(),
                    processId(),
                    violation);
            become(State.CLOSING);
        }
        ledger.lost(fatal == null ? null : fatal.sqlState());
        ServerEvents to = holder;
        holder = null;
        if (to != null) {
            to.serverLost(fatal, violation);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        assertInLoop();
        if (Reading.isPeerFault(cause)) {
            log.debug(
                    "{} server_io_error pid={} what=\"{}\"",
                    logName(),
                    processId(),
                    cause.toString());
        } else {
            log.error("{} server_failed pid={}", logName(), processId(), cause);
        }
        ctx.close();
    }
}
