package dev.weir.session;

import static dev.weir.session.BatchGuard.sent;
import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ServerConnection;
import dev.weir.config.PoolMode;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Limit;
import dev.weir.net.Buffers;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.Classifier;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a session: its bytes, message by message, on their way to the server.
 *
 * <p>What is unchanged is sent as runs of the buffer it came in (see {@link ClientRun}); a read is
 * sent in one write. What may not be forwarded yet is held here, until more comes or the session
 * allows it.
 */
@LoopConfined
final class Frontend implements LoopOwned {
    /** A message up to this size is handled only as a whole. */
    private static final int WHOLE_BYTES_MAX = Classifier.TEXT_BYTES_MAX + 64;

    /** The names at the start of a Bind must end within this. */
    private static final int NAMES_BYTES_MAX = 1_024;

    private final Turn turn;
    private final Flow flow;
    private final boolean tracksState;
    private final @Nullable Routing routing;
    private final BooleanSupplier refusesSimpleQuery;
    private final int packetBytesMax;
    private final int requestsMax;
    private final ClientRun run;
    private final BatchGuard batch;
    private final Preparation preparation;
    private final SimpleQuery simple;
    private final ExtendedQuery extended;
    private final ClientTexts texts;
    private final Departure departure;
    private final LostBlock lostBlock;
    private final DoubtfulCommit doubt;

    /** Null until a message goes on as it is: in transaction mode that is rare. */
    private @Nullable Untracked untracked;

    private @Nullable ByteBuf held;

    private boolean reading;

    /** More of what the client has already sent may follow within this turn. */
    private boolean midTurn;

    private boolean awaitsTurnEnd;

    /** How many bytes are still to come of a message whose beginning has passed. */
    private long remaining;

    private boolean dropping;
    private boolean skippingToSync;

    Frontend(
            Turn turn,
            Flow flow,
            ClientRun run,
            @Nullable Routing routing,
            ClientTexts texts,
            LostBlock lostBlock,
            DoubtfulCommit doubt,
            BooleanSupplier refusesSimpleQuery) {
        this.turn = turn;
        this.flow = flow;
        this.tracksState = turn.mode() != PoolMode.SESSION;
        this.packetBytesMax = turn.pool().settings().sockets().packetBytesMax();
        this.requestsMax = turn.pool().settings().bounds().requests();
        boolean tracksNames = tracksState && turn.pool().settings().maxPreparedStatements() > 0;
        this.run = run;
        this.routing = routing;
        this.refusesSimpleQuery = refusesSimpleQuery;
        this.batch = new BatchGuard(turn, flow, run, tracksNames);
        this.preparation = new Preparation(turn, run, tracksNames);
        this.simple = new SimpleQuery(turn, run, batch, preparation, texts);
        this.extended = new ExtendedQuery(turn, run, batch, preparation, texts, routing);
        this.texts = texts;
        this.departure = new Departure(turn, flow);
        this.lostBlock = lostBlock;
        this.doubt = doubt;
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    /** Takes what the client sent before its welcome. Takes over {@code bytes}. */
    void readEarly(ByteBuf bytes) {
        departure.reads(bytes, false);
        take(bytes);
    }

    private void take(ByteBuf bytes) {
        ByteBuf all = Buffers.appended(bytes.alloc(), held, bytes);
        held = null;
        process(all);
    }

    /** Takes a part of what the client sent. Takes over {@code bytes}. */
    void readInTurn(ByteBuf bytes) {
        departure.reads(bytes, midTurn);
        midTurn = true;
        take(bytes);
    }

    /** Everything that the client has sent so far has been taken. */
    void turnEnds() {
        boolean hasRead = midTurn; // nothing was read if this is a FIN
        midTurn = false;
        if (awaitsTurnEnd) {
            awaitsTurnEnd = false;
            resume();
        }
        if (hasRead && held != null && !flow.mayForward()) {
            departure.readEnded();
        }
    }

    /** Continues with what was held. */
    void resume() {
        ByteBuf bytes = held;
        if (!reading && bytes != null) {
            held = null;
            process(bytes);
        } else if (!reading) {
            departure.proceed(isMidMessage());
        }
    }

    // --- the end --------------------------------------------------------------------------------

    /** The client sends nothing more. */
    void end() {
        departure.begin(EndReason.CLIENT_EOF);
        resume();
        flush();
    }

    /**
     * Whether the client has announced its end: before, or in the read that brought everything that
     * waits here. A FIN that comes now may belong to that read.
     */
    boolean hasTakenLeave(boolean isFin) {
        return departure.isBegun() || departure.isInLastRead(held, isFin);
    }

    /** Notes that something has been written to the server and is to be flushed. */
    void wroteToServer() {
        run.wroteToServer();
    }

    /** Sends what was written; called at the end of a turn. */
    void flush() {
        if (run.takeWritten()) {
            ServerConnection server = turn.serverOrNull();
            if (server != null) {
                server.flush();
            }
        }
    }

    /** How many bytes wait here. */
    int heldBytes() {
        ByteBuf bytes = held;
        return bytes == null ? 0 : bytes.readableBytes();
    }

    /** Whether a message has reached the server only in part. */
    boolean isMidMessage() {
        return remaining > 0 && !dropping;
    }

    /** Puts a batch in front of everything that is held, to be sent again. */
    void repeat(ByteBuf again) {
        ByteBuf rest = held;
        if (rest != null) {
            again.writeBytes(rest);
            rest.release();
        }
        held = again;
    }

    /**
     * The server connection was lost, and the client was told so: the rest of what it was sending
     * is thrown away.
     *
     * @param isOpen whether that is a batch, up to its Sync
     */
    void lost(boolean isOpen) {
        dropping |= remaining > 0;
        skippingToSync |= isOpen;
    }

    void release() {
        ByteBuf bytes = held;
        if (bytes != null) {
            held = null;
            bytes.release();
        }
    }

    /**
     * The request that waits for a server is cancelled: throws it away, up to its end.
     *
     * @return whether ReadyForQuery is due now; if not, it is due after the Sync
     */
    boolean dropWaitingRequest() {
        ByteBuf bytes = Objects.requireNonNull(held);
        byte tag = bytes.getByte(bytes.readerIndex());
        if (!FrontendTag.endsBatch(tag)) {
            skippingToSync = true;
            return false;
        }
        long total = 1L + bytes.getInt(bytes.readerIndex() + 1);
        int here = (int) Math.min(total, bytes.readableBytes());
        bytes.skipBytes(here);
        remaining = total - here;
        dropping = true;
        return true;
    }

    // --- one message after the other ------------------------------------------------------------

    private void process(ByteBuf bytes) {
        reading = true;
        run.begin(bytes);
        int end = bytes.writerIndex();
        try {
            stream(end);
            while (remaining == 0 && end - run.at() >= HEADER_BYTES && next(end)) {}
            if (flow.isClosed()) {
                return;
            }
            run.emit();
            if (run.at() < end && (!departure.isBegun() || !flow.mayForward())) {
                held = run.rest();
            }
        } finally {
            readEnds(bytes);
        }
        if (held == null) {
            departure.proceed(isMidMessage());
        }
    }

    private void readEnds(ByteBuf bytes) {
        try {
            turn.inFlight().readEnds(bytes, run.at());
        } finally {
            run.end();
            if (routing != null) {
                routing.readEnds();
            }
            bytes.release();
            reading = false;
        }
    }

    /** Continues with a message of which a part has passed before. */
    private void stream(int end) {
        if (remaining > 0) {
            int here = (int) Math.min(remaining, end - run.at());
            remaining -= here;
            if (dropping) {
                run.drop(here);
            } else {
                run.pass(here);
            }
        }
    }

    /** Takes the next message; false if it has to wait. */
    private boolean next(int end) {
        if (!flow.mayForward() && !skippingToSync || !isLegal()) {
            return false;
        }
        byte tag = run.tag();
        long total = 1L + run.length();
        if (end - run.at() < needed(tag, total)) {
            return false;
        }
        int here = (int) Math.min(total, end - run.at());
        run.message(total, here);
        dropping = false;
        if (tag == FrontendTag.TERMINATE) {
            departure.begin(EndReason.CLIENT_TERMINATE);
            run.drop(run.left());
            return false;
        } else if (skippingToSync) {
            skip(tag, here);
        } else if (!turn.isLeased() && FrontendTag.isIdleNoise(tag)) {
            drop(here);
        } else if (!turn.isLeased() && tag == FrontendTag.PARSE && isParsedAlone()) {
            return true;
        } else {
            Step step = step(tag);
            if (step == Step.DONE) {
                return true;
            } else if (step == Step.WAITS) {
                return false;
            }
            doubt.ahead(tag);
            if (!message(tag)) {
                return false;
            }
            batch.passed(tag);
            turn.inFlight().passes(tag, run.in(), run.at(), run.messageEnd(), here == total);
            run.pass(here);
            if (routing != null
                    && here == total
                    && FrontendTag.endsBatch(tag)
                    && !turn.feedsCopy()) {
                routing.batchEnds();
            } else if (tag == FrontendTag.COPY_DONE) {
                copyEnds();
            }
        }
        remaining = total - here;
        return true;
    }

    /**
     * Whether the Parse at hand has been answered without a server. In a lost block it needs one,
     * for the block to begin there.
     */
    private boolean isParsedAlone() {
        boolean isLost = lostBlock.isOpen() || doubt.isOpen();
        return run.total() <= WHOLE_BYTES_MAX && !isLost && extended.parseAlone();
    }

    /** Makes sure that there is a server connection for the message at hand. */
    private Step step(byte tag) {
        Step first = doubt.step();
        if (first == Step.GOES && !turn.isLeased()) {
            first = lostBlock.looks();
        }
        if (first != Step.GOES) {
            return first;
        }
        if (routing == null) {
            return turn.isLeased() || flow.lease() ? lostBlock.goesAhead() : Step.WAITS;
        }
        if (turn.isLeased()) {
            Ledger ledger = turn.server().ledger();
            boolean isInside = ledger.isBatchOpen() || ledger.isSkipping();
            if (isInside || !FrontendTag.beginsBatch(tag) || ledger.awaitsCopyData()) {
                return Step.GOES;
            }
        }
        Step step = routing.batch(midTurn);
        awaitsTurnEnd |= midTurn && step == Step.WAITS;
        return step;
    }

    /** Whether a client may send the header at hand; if not, the session has ended. */
    private boolean isLegal() {
        byte tag = run.tag();
        int length = run.length();
        int lengthMax = FrontendTag.lengthMax(tag);
        if (lengthMax < 0 || tag == FrontendTag.PASSWORD) {
            flow.fail(
                    ProxyError.PROTOCOL_VIOLATION, "invalid frontend message type " + (tag & 0xff));
            return false;
        }
        if (length < 4 || length > lengthMax) {
            flow.fail(
                    ProxyError.PROTOCOL_VIOLATION,
                    "invalid message length: %s %d (expected: 4 to %d)"
                            .formatted(FrontendTag.name(tag), length, lengthMax));
            return false;
        }
        if (length > packetBytesMax) {
            flow.fail(ProxyError.PACKET_TOO_LARGE, run.header(), length, packetBytesMax);
            return false;
        }
        return true;
    }

    /** How many bytes of a message must have arrived before it is handled. */
    private static int needed(byte tag, long total) {
        int most =
                switch (tag) {
                    case FrontendTag.QUERY ->
                            total > WHOLE_BYTES_MAX ? HEADER_BYTES : WHOLE_BYTES_MAX;
                    case FrontendTag.PARSE ->
                            total > WHOLE_BYTES_MAX ? NAMES_BYTES_MAX : WHOLE_BYTES_MAX;
                    case FrontendTag.BIND -> NAMES_BYTES_MAX;
                    case FrontendTag.DESCRIBE, FrontendTag.CLOSE -> WHOLE_BYTES_MAX;
                    default -> HEADER_BYTES;
                };
        return (int) Math.min(total, most);
    }

    private void skip(byte tag, int here) {
        drop(here);
        if (tag == FrontendTag.SYNC) {
            skippingToSync = false;
            turn.answers().ready(statusWithoutServer());
        }
    }

    /** The transaction status after a request was refused: in a lost block, it has failed. */
    byte statusWithoutServer() {
        return (byte) (lostBlock.isOpen() ? 'E' : 'I');
    }

    private void drop(int here) {
        run.drop(here);
        dropping = true;
    }

    /** Notes a message and rewrites it where needed; false if it has to wait. */
    private boolean message(byte tag) {
        Ledger ledger = turn.server().ledger();
        boolean isCopied = ledger.awaitsCopyData();
        if (ledger.outstanding() >= requestsMax) {
            turn.pool().allowance().meters().refuses(Limit.CLIENT_REQUESTS);
            return isCopied ? refusesToCount() : batch.hold();
        }
        boolean tracked = tracksState && !ledger.isSkipping() && !isCopied;
        return switch (tag) {
            case FrontendTag.QUERY -> query(ledger, tracked);
            case FrontendTag.PARSE -> tracked ? extended.parse(ledger) : untracked().parse(ledger);
            case FrontendTag.BIND -> tracked ? extended.bind(ledger) : untracked().bind(ledger);
            case FrontendTag.DESCRIBE -> extended.describe(ledger, tracked);
            case FrontendTag.CLOSE -> tracked ? extended.close(ledger) : untracked().close(ledger);
            case FrontendTag.EXECUTE -> batch.execute(ledger);
            case FrontendTag.SYNC -> batch.ends(ledger, Request.SYNC);
            case FrontendTag.FUNCTION_CALL -> batch.functionCall(ledger);
            case FrontendTag.COPY_DONE, FrontendTag.COPY_FAIL -> sent(ledger, Request.COPY_END);
            default -> true; // Flush, CopyData
        };
    }

    private Untracked untracked() {
        Untracked known = untracked;
        if (known == null) {
            untracked = known = new Untracked(turn, run, batch, texts, routing);
        }
        return known;
    }

    /**
     * If the batch is held, what follows the end of a COPY waits until that is answered. But in a
     * batch whose Sync came too early, and was ignored, PostgreSQL would keep the answer in its
     * buffer.
     */
    private void copyEnds() {
        if (flow.isHolding()) {
            run.emitRun();
            FrontendMessages.flush(run.out(HEADER_BYTES));
        }
    }

    /** The server would ignore these messages, yet Weir would have to remember each of them. */
    private boolean refusesToCount() {
        flow.fail(
                ProxyError.PROTOCOL_VIOLATION,
                "more than %d messages other than data inside a COPY (max_client_requests)"
                        .formatted(requestsMax));
        return false;
    }

    private boolean query(Ledger ledger, boolean tracked) {
        if (refusesSimpleQuery.getAsBoolean()) {
            flow.fail(ProxyError.SIMPLE_QUERY_DISABLED);
            return false;
        }
        return tracked ? simple.query(ledger) : untracked().query(ledger);
    }
}
