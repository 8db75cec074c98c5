package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerStatements;
import dev.weir.backend.Statement;
import dev.weir.backend.Statements;
import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.Classifier;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a session: its bytes, message by message, on their way to the server.
 *
 * <p>What can stay as it is leaves as runs of the buffer it came in. Names of statements are
 * rewritten, missing statements are prepared first; all of a read leaves in one write.
 */
@LoopConfined
final class Frontend implements LoopOwned {
    /*
     *  in   ┌─────┬──────┬──────┬──────┬─ ─ ─
     *       │  P  │  B   │  E   │  S   │ rest      from ≤ at: a run that leaves unchanged
     *       └─────┴──────┴──────┴──────┴─ ─ ─      rest: held, until more comes or the session
     *       from         at                              may go on
     */

    /** A message up to this size is looked at only as a whole. */
    private static final int WHOLE_BYTES_MAX = Classifier.TEXT_BYTES_MAX + 64;

    /** The names at the start of a Bind end within this. */
    private static final int NAMES_BYTES_MAX = 1_024;

    /** A run up to this size is copied behind a rewritten message rather than sent on its own. */
    private static final int COPY_BYTES_MAX = 1_024;

    /** A buffer up to this size waits as it is. */
    private static final int KEPT_BYTES_MAX = 512;

    private static final int HEADER_BYTES = 5;

    /** What makes a text more than bytes to forward. */
    private static final long SENSITIVE =
            StatementFacts.PIN_CANDIDATES
                    | StatementFacts.PIN_RELEASES
                    | StatementFacts.PARAMETER_CHANGES
                    | StatementFacts.TOO_LONG
                    | StatementFacts.EXECUTES
                    | StatementFacts.DEALLOCATES_UNSEEN;

    private final Session session;
    private final StatementFacts facts;
    private final boolean tracksState;
    private final boolean tracksNames;
    private final int statementsMax;

    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int from;
    private int at;
    private boolean reading;

    private long remaining;
    private boolean dropping;
    private boolean skippingToSync;
    private @Nullable ByteBuf held;
    private @Nullable ByteBuf out;
    private boolean wroteToServer;
    private long batchFlags;
    private byte @Nullable [] boundDeallocates;
    private final BatchRecord record = new BatchRecord();
    private boolean startsRecord;

    Frontend(Session session, StatementFacts facts) {
        this.session = session;
        this.facts = facts;
        PoolMode mode = session.pool().mode();
        this.tracksState = mode != PoolMode.SESSION;
        this.statementsMax = session.pool().settings().maxPreparedStatements();
        this.tracksNames = tracksState && statementsMax > 0;
    }

    @Override
    public EventLoop loop() {
        return session.loop();
    }

    /** Takes what the client sent. Takes over {@code bytes}. */
    void read(ByteBuf bytes) {
        ByteBuf before = held;
        if (before != null) {
            held = null;
            ByteBuf joined = bytes.alloc().buffer(before.readableBytes() + bytes.readableBytes());
            joined.writeBytes(before).writeBytes(bytes);
            before.release();
            bytes.release();
            process(joined);
        } else {
            process(bytes);
        }
    }

    /** Goes on with what was held. */
    void resume() {
        ByteBuf bytes = held;
        if (!reading && bytes != null) {
            held = null;
            process(bytes);
        }
    }

    /** Notes that something was written to the server and is to be flushed. */
    void wroteToServer() {
        wroteToServer = true;
    }

    /** Sends what was written; called at the end of a turn. */
    void flush() {
        if (wroteToServer) {
            wroteToServer = false;
            ServerConnection server = session.serverOrNull();
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

    /** Whether a message has reached the server in part only. */
    boolean isMidMessage() {
        return remaining > 0 && !dropping;
    }

    /** Something of the batch reached the client: it cannot be sent again. */
    void answered() {
        if (record.isRecording()) {
            record.forget();
        }
    }

    BatchRecord record() {
        return record;
    }

    /** Puts a batch before all that is held, to be sent again. */
    void repeat(ByteBuf batch) {
        ByteBuf rest = held;
        if (rest != null) {
            batch.writeBytes(rest);
            rest.release();
        }
        held = batch;
    }

    void release() {
        record.forget();
        ByteBuf bytes = held;
        if (bytes != null) {
            held = null;
            bytes.release();
        }
    }

    /**
     * The request that waits for a server is cancelled: throws it away, up to its end.
     *
     * @return whether ReadyForQuery is due now; else it is once Sync came
     */
    boolean dropWaitingRequest() {
        ByteBuf bytes = Objects.requireNonNull(held);
        byte tag = bytes.getByte(bytes.readerIndex());
        if (tag != FrontendTag.QUERY
                && tag != FrontendTag.FUNCTION_CALL
                && tag != FrontendTag.SYNC) {
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

    // --- the messages -------------------------------------------------------------------------

    private void process(ByteBuf bytes) {
        reading = true;
        in = bytes;
        from = at = bytes.readerIndex();
        int end = bytes.writerIndex();
        try {
            stream(end);
            while (remaining == 0 && end - at >= HEADER_BYTES && next(end)) {}
            if (session.isClosed()) {
                return;
            }
            if (from == bytes.readerIndex() && at == end && out == null && from < at) {
                toServer(bytes.retain());
            } else {
                emitRun();
                emitOut();
            }
            if (at < end) {
                held = kept(bytes, end);
            }
        } finally {
            dropOut();
            in = Unpooled.EMPTY_BUFFER;
            bytes.release();
            reading = false;
        }
    }

    /** What is left of a read: the buffer itself, unless much more memory would wait with it. */
    private ByteBuf kept(ByteBuf bytes, int end) {
        if (bytes.capacity() <= KEPT_BYTES_MAX) {
            return bytes.retain().readerIndex(at);
        }
        return bytes.alloc().buffer(end - at).writeBytes(bytes, at, end - at);
    }

    /** Goes on with a message of which a part went before. */
    private void stream(int end) {
        if (remaining > 0) {
            int here = (int) Math.min(remaining, end - at);
            remaining -= here;
            at += here;
            if (dropping) {
                from = at;
            }
        }
    }

    /** Takes the next message; false if it has to wait. */
    private boolean next(int end) {
        if (!session.mayForward() && !skippingToSync) {
            return false;
        }
        byte tag = in.getByte(at);
        int length = in.getInt(at + 1);
        int lengthMax = FrontendTag.lengthMax(tag);
        if (lengthMax < 0 || tag == FrontendTag.PASSWORD) {
            session.fail(
                    ProxyError.PROTOCOL_VIOLATION, "invalid frontend message type " + (tag & 0xff));
            return false;
        }
        if (length < 4 || length > lengthMax) {
            session.fail(
                    ProxyError.PROTOCOL_VIOLATION,
                    "invalid message length: "
                            + FrontendTag.name(tag)
                            + ' '
                            + length
                            + " (expected: 4 to "
                            + lengthMax
                            + ')');
            return false;
        }
        long total = 1L + length;
        if (end - at < needed(tag, total)) {
            return false;
        }
        int here = (int) Math.min(total, end - at);
        dropping = false;
        if (skippingToSync) {
            skip(tag, here);
        } else if (tag == FrontendTag.TERMINATE) {
            emitRun();
            emitOut();
            session.terminated();
            return false;
        } else if (!session.isLeased() && isIdleNoise(tag)) {
            drop(here);
        } else if (!session.isLeased() && tag == FrontendTag.PARSE && parseAlone(total, end)) {
            return true;
        } else if (!session.isLeased() && !session.lease()) {
            return false;
        } else if (!message(tag, total, here)) {
            return false;
        } else if (record.isRecording() && !startsRecord) {
            record.add(tag, in, at, here, here == total);
        }
        startsRecord = false;
        at += here;
        remaining = total - here;
        return true;
    }

    /**
     * A Parse and its Sync, nothing between, of a statement that a server has accepted before under
     * the same settings: it is prepared where it runs, and needs no server now. Else a client that
     * waits for this answer alone, as PQprepare does, could wait for others that wait for it.
     */
    private boolean parseAlone(long total, int end) {
        int sync = at + (int) total;
        if (!tracksNames
                || total > WHOLE_BYTES_MAX
                || end - sync < HEADER_BYTES
                || in.getByte(sync) != FrontendTag.SYNC
                || in.getInt(sync + 1) != 4) {
            return false;
        }
        int name = at + HEADER_BYTES;
        int nameEnd = in.indexOf(name, sync, (byte) 0);
        if (nameEnd <= name || session.statements().find(in, name, nameEnd) != null) {
            return false;
        }
        Statements known = session.shard().statements();
        var key = new Statement.Key(bytes(nameEnd + 1, sync), session.told().frozen());
        Statement statement = known.find(key);
        if (statement == null || !statement.isProven()) {
            return false;
        }
        known.retain(statement);
        session.statements().add(bytes(name, nameEnd), statement, 0).succeeded();
        emitRun();
        at = from = sync + HEADER_BYTES;
        remaining = 0;
        session.parsedAlone();
        return true;
    }

    /** What PostgreSQL ignores outside of a COPY, and what asks for nothing. */
    private static boolean isIdleNoise(byte tag) {
        return tag == FrontendTag.COPY_DATA
                || tag == FrontendTag.COPY_DONE
                || tag == FrontendTag.COPY_FAIL
                || tag == FrontendTag.FLUSH;
    }

    private int needed(byte tag, long total) {
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
            session.readyAfterCancel();
        }
    }

    private void drop(int here) {
        emitRun();
        from = at + here;
        dropping = true;
    }

    /** Notes a message and rewrites it where that is needed; false if it has to wait. */
    private boolean message(byte tag, long total, int here) {
        Ledger ledger = session.server().ledger();
        if (ledger.outstanding() >= Ledger.OUTSTANDING_MAX) {
            return hold();
        }
        boolean tracked = tracksState && !ledger.isSkipping();
        switch (tag) {
            case FrontendTag.QUERY -> {
                return tracked ? query(ledger, total, here) : simple(ledger, Request.QUERY, null);
            }
            case FrontendTag.PARSE -> {
                return tracked ? parse(ledger, total, here) : sent(ledger, Request.PARSE);
            }
            case FrontendTag.BIND -> {
                return tracked ? bind(ledger, here) : sent(ledger, Request.BIND);
            }
            case FrontendTag.DESCRIBE -> {
                return describe(ledger, tracked, here);
            }
            case FrontendTag.CLOSE -> {
                return tracked ? close(ledger, here) : sent(ledger, Request.CLOSE);
            }
            case FrontendTag.EXECUTE -> ledger.sent(Request.EXECUTE, 0, executeEffect());
            case FrontendTag.SYNC -> {
                return simple(ledger, Request.SYNC, null);
            }
            case FrontendTag.FUNCTION_CALL -> {
                return simple(ledger, Request.FUNCTION_CALL, null);
            }
            case FrontendTag.COPY_DONE, FrontendTag.COPY_FAIL -> ledger.sent(Request.COPY_END);
            default -> {} // Flush, CopyData
        }
        return true;
    }

    private static boolean sent(Ledger ledger, Request request) {
        ledger.sent(request);
        return true;
    }

    /** A message that ReadyForQuery answers. */
    private boolean simple(Ledger ledger, Request request, @Nullable Effect effect) {
        ledger.sent(request, 0, effect);
        session.server().batchEnded();
        session.counters().queries++;
        boundDeallocates = null;
        if (batchFlags != 0) {
            batchFlags = 0;
            session.holdUntilAnswered();
        }
        return true;
    }

    /** Lets nothing more go until all is answered. */
    private boolean hold() {
        if (session.server().ledger().isBatchOpen()) {
            emitRun();
            FrontendMessages.flush(out(HEADER_BYTES));
        }
        session.holdUntilAnswered();
        return false;
    }

    // --- simple query -------------------------------------------------------------------------

    private boolean query(Ledger ledger, long total, int here) {
        if (session.refusesSimpleQuery()) {
            return false;
        }
        if (isUnnamedDoubtful(ledger)) {
            return hold();
        }
        boolean inBatch = ledger.isBatchOpen();
        long flags = classify(at + HEADER_BYTES, (int) total - HEADER_BYTES - 1, here == total);
        Effect effect = null;
        if (session.refusesTransaction(flags)) {
            return false;
        }
        if ((flags & SENSITIVE) != 0) {
            if (needsPin(flags) && !session.mayPin()) {
                return refusePin(ledger, flags, inBatch, here);
            }
            session.note(flags, facts.parameterNames());
            batchFlags |= flags & SENSITIVE;
            effect = rewriteName(ledger, flags, inBatch, here, HEADER_BYTES);
        }
        effect = inBatch && effect == null ? changeUnnamed(false) : effect;
        session.unnamed().gone();
        session.server().unnamed(null);
        return simple(ledger, Request.QUERY, effect);
    }

    private long classify(int start, int length, boolean whole) {
        if (!whole) {
            facts.clear();
            return StatementFacts.TOO_LONG;
        }
        if (length < 0) {
            facts.clear();
            return 0; // not even a terminator: the server says what it thinks of it
        }
        Classifier.classify(in, start, length, facts);
        return facts.flags();
    }

    private boolean needsPin(long flags) {
        return (flags & StatementFacts.PIN_CANDIDATES) != 0;
    }

    /** The server is to judge, so that a transaction fails as it would for any other error. */
    private boolean refusePin(Ledger ledger, long flags, boolean inBatch, int here) {
        PinReason reason = Session.pinReason(flags);
        if (inBatch) {
            session.refusePin(reason);
            return false;
        }
        String text = session.pinRefusal(reason);
        var sql =
                new StringBuilder("DO $weir$BEGIN RAISE EXCEPTION USING ERRCODE='53300',MESSAGE=");
        ParameterSet.literal(sql, text);
        sql.append(";END$weir$");
        emitRun();
        FrontendMessages.query(out(sql.length() + HEADER_BYTES + 1), sql.toString());
        from = at + here;
        session.unnamed().gone();
        session.server().unnamed(null);
        return simple(ledger, Request.QUERY, null);
    }

    /**
     * DEALLOCATE and EXECUTE of a statement that the client made by Parse: the server knows it
     * under Weir's name.
     *
     * @param textOffset where the text starts within the message
     * @return what carrying it out does to the client's names
     */
    private @Nullable Effect rewriteName(
            Ledger ledger, long flags, boolean inBatch, int here, int textOffset) {
        String name = facts.name();
        long naming = StatementFacts.DEALLOCATE_NAME | StatementFacts.EXECUTES;
        if (name == null || (flags & naming) == 0 || !tracksNames || inBatch) {
            return null;
        }
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        ClientStatements.Entry entry = session.statements().find(key);
        if (entry == null) {
            return null;
        }
        emitRun();
        prepareAlone(ledger, entry.statement());
        byte[] serverName = entry.statement().serverName();
        int nameStart = at + textOffset + facts.nameStart();
        int nameEnd = at + textOffset + facts.nameEnd();
        int length = here - 1 - (nameEnd - nameStart) + serverName.length + 2;
        ByteBuf to = out(length + 1);
        to.writeByte(FrontendTag.QUERY).writeInt(length);
        to.writeBytes(in, at + HEADER_BYTES, nameStart - at - HEADER_BYTES);
        to.writeByte('"').writeBytes(serverName).writeByte('"');
        to.writeBytes(in, nameEnd, at + here - nameEnd);
        from = at + here;
        return (flags & StatementFacts.DEALLOCATE_NAME) != 0 ? deallocation(key) : null;
    }

    private Effect deallocation(byte[] name) {
        return new Effect() {
            @Override
            public void succeeded() {
                session.deallocated(name);
            }

            @Override
            public void failed() {}

            @Override
            public void skipped() {}
        };
    }

    /** Prepares a statement in a batch of its own, if the server does not have it. */
    private void prepareAlone(Ledger ledger, Statement statement) {
        ServerStatements onServer = session.server().statements();
        if (onServer.presence(statement) != ServerStatements.Presence.READY) {
            statement.writeParse(out(NAMES_BYTES_MAX));
            ledger.sent(
                    Request.PARSE,
                    Ledger.PRIVATE,
                    onServer.adding(statement, session.server().batch()));
            FrontendMessages.sync(out(HEADER_BYTES));
            ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
            session.server().batchEnded();
        }
    }

    // --- extended query -----------------------------------------------------------------------

    private boolean parse(Ledger ledger, long total, int here) {
        int name = at + HEADER_BYTES;
        int nameEnd = in.indexOf(name, at + here, (byte) 0);
        if (nameEnd < 0) {
            return sent(ledger, Request.PARSE); // malformed: the server says what it thinks of it
        }
        boolean whole = here == total;
        int text = nameEnd + 1;
        int textEnd = whole ? in.indexOf(text, at + here, (byte) 0) : -1;
        if (whole && textEnd < 0) {
            return sent(ledger, Request.PARSE);
        }
        long flags = classify(text, textEnd - text, whole);
        if (session.refusesTransaction(flags)) {
            return false;
        }
        if (name == nameEnd) {
            return parseUnnamed(ledger, flags, whole, here);
        }
        if (!tracksNames) {
            return sent(ledger, Request.PARSE);
        }
        return whole
                ? parseNamed(ledger, flags, name, nameEnd, text, here)
                : parseLarge(ledger, flags);
    }

    private boolean parseUnnamed(Ledger ledger, long flags, boolean whole, int here) {
        UnnamedStatement unnamed = session.unnamed();
        if (isUnnamedDoubtful(ledger)) {
            return hold();
        }
        Effect effect =
                ledger.isBatchOpen() ? unnamed.replacement(session.server()) : unnamed.parsing();
        if (!whole || here > UnnamedStatement.BYTES_MAX) {
            unnamed.parsedTooLarge(flags);
            session.pinIfPossible(PinReason.UNNAMED_STATEMENT);
        } else {
            String name = facts.name();
            byte[] deallocates = null;
            if (name != null && (flags & StatementFacts.DEALLOCATE_NAME) != 0 && tracksNames) {
                deallocates = name.getBytes(StandardCharsets.UTF_8);
            }
            unnamed.parsed(in, at, here, flags, deallocates);
        }
        session.server().unnamed(unnamed.version());
        ledger.sent(Request.PARSE, 0, effect);
        return true;
    }

    /** A statement too large to be kept lives on this connection under the client's own name. */
    private boolean parseLarge(Ledger ledger, long flags) {
        if (!session.pinIfPossible(PinReason.LARGE_STATEMENT)) {
            session.refusePin(PinReason.LARGE_STATEMENT);
            return false;
        }
        session.note(flags, List.of());
        batchFlags |= flags;
        return sent(ledger, Request.PARSE);
    }

    private boolean parseNamed(
            Ledger ledger, long flags, int name, int nameEnd, int text, int here) {
        ServerConnection server = session.server();
        byte[] key = bytes(name, nameEnd);
        ClientStatements.Entry existing = session.statements().find(key);
        if (existing != null) {
            if (existing.isDoubtful(server.batch())) {
                return hold();
            }
            return parseTaken(ledger, key);
        }
        byte[] body = bytes(text, at + here);
        Statement statement =
                session.shard().statements().hold(new Statement.Key(body, server.frozen()), flags);
        Effect named = session.statements().add(key, statement, server.batch());
        ServerStatements onServer = server.statements();
        emitRun();
        from = at + here;
        boolean there =
                switch (onServer.presence(statement)) {
                    case READY -> true;
                    case PENDING -> onServer.batchOf(statement) == server.batch();
                    case ABSENT -> false;
                };
        if (there && ledger.readyOwed() == 0 && ledger.transactionStatus() != 'E') {
            if (ledger.isIdle()) {
                record.start(key, in, at, here);
                startsRecord = record.isRecording();
            }
            Statements.writeCloseOfNothing(out(NAMES_BYTES_MAX));
            ledger.sent(Request.CLOSE, Ledger.ANSWERS_PARSE, named);
            return true;
        }
        if (onServer.presence(statement) != ServerStatements.Presence.ABSENT) {
            statement.writeClose(out(NAMES_BYTES_MAX));
            ledger.sent(Request.CLOSE, Ledger.SWALLOWED, onServer.removing(statement));
        }
        makeRoom(ledger, onServer);
        statement.writeParse(out(here + NAMES_BYTES_MAX));
        ledger.sent(Request.PARSE, 0, new Both(named, onServer.adding(statement, server.batch())));
        return true;
    }

    /** The name is taken (42P05): lets the server find that out, under the client's name. */
    private boolean parseTaken(Ledger ledger, byte[] name) {
        emitRun();
        FrontendMessages.parse(out(NAMES_BYTES_MAX), name, new byte[0]);
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        session.closeLater(name);
        ledger.sent(Request.PARSE);
        return true;
    }

    private boolean bind(Ledger ledger, int here) {
        int portal = at + HEADER_BYTES;
        int portalEnd = in.indexOf(portal, at + here, (byte) 0);
        int name = portalEnd + 1;
        int nameEnd = portalEnd < 0 ? -1 : in.indexOf(name, at + here, (byte) 0);
        if (nameEnd < 0) {
            return sent(ledger, Request.BIND);
        }
        boundDeallocates = null;
        if (name == nameEnd) {
            if (isUnnamedDoubtful(ledger)) {
                return hold();
            }
            if (!use(session.unnamed().facts())) {
                return false;
            }
            byte[] deallocates = session.unnamed().deallocates();
            ClientStatements.Entry doomed =
                    deallocates == null ? null : session.statements().find(deallocates);
            if (doomed == null) {
                ensureUnnamed(ledger);
                return sent(ledger, Request.BIND);
            }
            if (isDoubtful(doomed)) {
                return hold();
            }
            boundDeallocates = deallocates;
            parseDeallocate(ledger, doomed.statement());
            return sent(ledger, Request.BIND);
        }
        ClientStatements.Entry entry =
                tracksNames ? session.statements().find(in, name, nameEnd) : null;
        if (entry == null) {
            return unknownName(ledger, Request.BIND, portal, name, nameEnd);
        }
        Statement statement = entry.statement();
        if (isDoubtful(entry)) {
            return hold();
        }
        if (!use(statement.facts())) {
            return false;
        }
        ensurePrepared(ledger, statement);
        byte[] serverName = statement.serverName();
        emitRun();
        ByteBuf to = out(portalEnd - portal + serverName.length + 64);
        to.writeByte(FrontendTag.BIND);
        to.writeInt(in.getInt(at + 1) - (nameEnd - name) + serverName.length);
        to.writeBytes(in, portal, name - portal);
        to.writeBytes(serverName).writeByte(0);
        from = nameEnd + 1;
        return sent(ledger, Request.BIND);
    }

    /** A statement that is about to run; false if it may not. */
    private boolean use(long flags) {
        if ((flags & SENSITIVE) == 0) {
            return true;
        }
        if (needsPin(flags) && !session.mayPin()) {
            session.refusePin(Session.pinReason(flags));
            return false;
        }
        session.note(flags, null);
        batchFlags |= flags & SENSITIVE;
        return true;
    }

    private boolean isDoubtful(ClientStatements.Entry entry) {
        ServerConnection server = session.server();
        ServerStatements onServer = server.statements();
        Statement statement = entry.statement();
        return entry.isDoubtful(server.batch())
                || onServer.presence(statement) == ServerStatements.Presence.PENDING
                        && onServer.batchOf(statement) != server.batch();
    }

    private boolean describe(Ledger ledger, boolean tracked, int here) {
        byte kind = here > HEADER_BYTES ? in.getByte(at + HEADER_BYTES) : 0;
        Request request = kind == 'P' ? Request.DESCRIBE_PORTAL : Request.DESCRIBE_STATEMENT;
        int name = at + HEADER_BYTES + 1;
        int nameEnd = kind == 'S' && tracked ? in.indexOf(name, at + here, (byte) 0) : -1;
        if (nameEnd < 0) {
            return sent(ledger, request);
        }
        if (name == nameEnd) {
            if (isUnnamedDoubtful(ledger)) {
                return hold();
            }
            ensureUnnamed(ledger);
            return sent(ledger, request);
        }
        ClientStatements.Entry entry =
                tracksNames ? session.statements().find(in, name, nameEnd) : null;
        if (entry == null) {
            return unknownName(ledger, request, name - 1, name, nameEnd);
        }
        if (isDoubtful(entry)) {
            return hold();
        }
        ensurePrepared(ledger, entry.statement());
        byte[] serverName = entry.statement().serverName();
        emitRun();
        ByteBuf to = out(serverName.length + 16);
        to.writeByte(FrontendTag.DESCRIBE).writeInt(4 + 1 + serverName.length + 1);
        to.writeByte('S').writeBytes(serverName).writeByte(0);
        from = at + here;
        return sent(ledger, request);
    }

    /** A name that is none of the client's must not reach a statement of Weir's. */
    private boolean unknownName(Ledger ledger, Request request, int before, int name, int nameEnd) {
        if (Statements.isReserved(in, name, nameEnd)) {
            emitRun();
            ByteBuf to = out(nameEnd - at + 64);
            to.writeByte(in.getByte(at)).writeInt(in.getInt(at + 1) + 1);
            to.writeBytes(in, before, name - before);
            to.writeByte('?').writeBytes(in, name, nameEnd + 1 - name);
            from = nameEnd + 1;
        }
        return sent(ledger, request);
    }

    private boolean close(Ledger ledger, int here) {
        byte kind = here > HEADER_BYTES ? in.getByte(at + HEADER_BYTES) : 0;
        int name = at + HEADER_BYTES + 1;
        int nameEnd = kind == 'S' ? in.indexOf(name, at + here, (byte) 0) : -1;
        if (nameEnd < 0) {
            return sent(ledger, Request.CLOSE);
        }
        if (name == nameEnd) {
            if (isUnnamedDoubtful(ledger)) {
                return hold();
            }
            ledger.sent(Request.CLOSE, 0, changeUnnamed(false));
            session.unnamed().gone();
            session.server().unnamed(null);
            return true;
        }
        ClientStatements.Entry entry =
                tracksNames ? session.statements().find(in, name, nameEnd) : null;
        if (entry == null) {
            return unknownName(ledger, Request.CLOSE, name - 1, name, nameEnd);
        }
        if (entry.isDoubtful(session.server().batch())) {
            return hold();
        }
        // The server does not know the client's name, so closing that does nothing but answer.
        ledger.sent(Request.CLOSE, 0, session.statements().close(entry));
        return true;
    }

    private @Nullable Effect executeEffect() {
        byte[] name = boundDeallocates;
        return name == null ? null : deallocation(name);
    }

    /** Makes the server's unnamed statement the client's own, or none. */
    private void ensureUnnamed(Ledger ledger) {
        ServerConnection server = session.server();
        UnnamedStatement unnamed = session.unnamed();
        if (server.unnamed() == unnamed.version()) {
            return;
        }
        emitRun();
        if (unnamed.state() == UnnamedStatement.State.KEPT) {
            unnamed.writeParse(out(unnamed.bytes()));
            ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(true));
            server.unnamed(unnamed.version());
        } else {
            FrontendMessages.close(out(16), (byte) 'S', new byte[0]);
            ledger.sent(Request.CLOSE, Ledger.SWALLOWED, changeUnnamed(false));
            server.unnamed(null);
        }
    }

    /** Whether an answer that is to come may bring another unnamed statement back. */
    private boolean isUnnamedDoubtful(Ledger ledger) {
        return ledger.outstanding() > 0 && session.unnamed().isDoubtful(session.server().batch());
    }

    /** What becomes of the unnamed statement if the server skips the message at hand. */
    private UnnamedStatement.Change changeUnnamed(boolean isParse) {
        return session.unnamed().change(session.server(), isParse);
    }

    /** Lets the unnamed statement deallocate what the server knows under Weir's name. */
    private void parseDeallocate(Ledger ledger, Statement doomed) {
        ensurePrepared(ledger, doomed);
        emitRun();
        String sql =
                "DEALLOCATE \"" + new String(doomed.serverName(), StandardCharsets.US_ASCII) + '"';
        FrontendMessages.parse(
                out(sql.length() + 16), new byte[0], sql.getBytes(StandardCharsets.US_ASCII));
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(true));
        session.server().unnamed(null);
    }

    private void ensurePrepared(Ledger ledger, Statement statement) {
        ServerStatements onServer = session.server().statements();
        if (onServer.presence(statement) != ServerStatements.Presence.ABSENT) {
            return;
        }
        emitRun();
        if (ledger.isQuiet() && ledger.transactionStatus() != 'E') {
            ParameterSet now = session.server().frozen();
            String then = now.statementsTo(statement.frozen());
            String back = statement.frozen().statementsTo(now);
            if (then != null && back != null) {
                parameters(ledger, then);
                prepareAlone(ledger, statement);
                parameters(ledger, back);
                return;
            }
        }
        makeRoom(ledger, onServer);
        statement.writeParse(out(NAMES_BYTES_MAX));
        ledger.sent(
                Request.PARSE,
                Ledger.SWALLOWED,
                onServer.adding(statement, session.server().batch()));
    }

    /** Changes parameters for the Parse of a statement that was first parsed under others. */
    private void parameters(Ledger ledger, String sql) {
        FrontendMessages.query(out(sql.length() + HEADER_BYTES + 1), sql);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, session.mustSucceed());
        session.server().unnamed(null);
    }

    /** Closes the statements that were not used for longest. */
    private void makeRoom(Ledger ledger, ServerStatements onServer) {
        for (Statement eldest = onServer.eldest(statementsMax - 1);
                eldest != null;
                eldest = onServer.eldest(statementsMax - 1)) {
            eldest.writeClose(out(NAMES_BYTES_MAX));
            ledger.sent(Request.CLOSE, Ledger.SWALLOWED, onServer.removing(eldest));
        }
    }

    private byte[] bytes(int start, int end) {
        byte[] copy = new byte[end - start];
        in.getBytes(start, copy);
        return copy;
    }

    // --- towards the server -------------------------------------------------------------------

    /** The buffer for what does not leave as it came, after all that was read so far. */
    private ByteBuf out(int bytes) {
        ByteBuf to = out;
        if (to == null) {
            to = session.server().buffer(Math.max(bytes, COPY_BYTES_MAX));
            out = to;
        }
        return to;
    }

    /** Sends the run before the message at hand. */
    private void emitRun() {
        int length = at - from;
        if (length > 0) {
            ByteBuf to = out;
            if (to != null && length <= COPY_BYTES_MAX) {
                to.writeBytes(in, from, length);
            } else {
                emitOut();
                toServer(in.retainedSlice(from, length));
            }
            from = at;
        }
    }

    private void emitOut() {
        ByteBuf to = out;
        if (to != null) {
            out = null;
            toServer(to);
        }
    }

    /** What was prepared when the session failed. */
    private void dropOut() {
        ByteBuf to = out;
        if (to != null) {
            out = null;
            to.release();
        }
    }

    private void toServer(ByteBuf bytes) {
        wroteToServer = true;
        session.counters().bytesReceived += bytes.readableBytes();
        session.server().write(bytes);
    }

    /** Two effects of one request. */
    private record Both(Effect first, Effect second) implements Effect {
        @Override
        public void succeeded() {
            first.succeeded();
            second.succeeded();
        }

        @Override
        public void failed() {
            first.failed();
            second.failed();
        }

        @Override
        public void skipped() {
            first.skipped();
            second.skipped();
        }
    }
}
