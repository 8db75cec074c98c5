package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ServerConnection;
import dev.weir.config.ClientBounds;
import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.metrics.Metric;
import dev.weir.pool.Allowance;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StatefulBuiltins;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the batch that a client is sending may do, and what has to wait until it is answered. */
final class BatchGuard {
    private static final long CHANGES_SETTINGS =
            StatementFacts.PARAMETER_CHANGES | StatementFacts.SETS_LOCAL;

    /** The facts of texts that may create or deallocate prepared statements. */
    private static final long CHANGES_NAMES =
            StatementFacts.DEALLOCATE_NAME
                    | StatementFacts.DEALLOCATE_ALL
                    | StatementFacts.DEALLOCATES_UNSEEN
                    | StatementFacts.DISCARD_ALL
                    | StatementFacts.PREPARES
                    | StatementFacts.TOO_LONG;

    /** The facts of texts that may create or change objects in the catalog. */
    private static final long MAY_DEFINE =
            StatementFacts.DEFINES | StatementFacts.TOO_LONG | StatementFacts.CREATES_TEMPORARY;

    /** The facts of texts that make the server forget the values of currval and lastval. */
    private static final long FORGETS_SEQUENCES =
            StatementFacts.DISCARD_ALL | StatementFacts.DISCARDS_SEQUENCES;

    private static final byte[] UNNAMED = {};

    private final Turn turn;
    private final Flow flow;
    private final ClientRun run;
    private final boolean countsNames;
    private boolean isSensitive;
    private byte @Nullable [] deallocates;

    /** The portal that was bound last, and the text that it runs. */
    private byte[] boundPortal = UNNAMED;

    private @Nullable Text boundText;

    /** The flags of the text that was bound last. */
    private long boundFlags;

    /** A text in flight may create statements, or deallocate them. */
    private boolean changesNames;

    /**
     * Guards what a session sends.
     *
     * @param countsNames whether named statements are tracked, and counted
     */
    BatchGuard(Turn turn, Flow flow, ClientRun run, boolean countsNames) {
        this.turn = turn;
        this.countsNames = countsNames;
        this.flow = flow;
        this.run = run;
    }

    static boolean sent(Ledger ledger, Request request) {
        ledger.sent(request);
        return true;
    }

    /** Notes a message that ReadyForQuery answers and whose text, if any, is not known. */
    boolean ends(Ledger ledger, Request request) {
        return ends(ledger, request, null, null);
    }

    /** Notes a message that ReadyForQuery answers. */
    boolean ends(Ledger ledger, Request request, @Nullable Effect effect, @Nullable Text text) {
        ledger.sent(request, 0, effect, text);
        turn.server().statements().batchEnded();
        turn.meters().increment(Metric.QUERIES);
        deallocates = null;
        if ((isSensitive || turn.isListening())
                && !ledger.awaitsCopyData()) { // else the COPY ignores it
            isSensitive = false;
            flow.holdUntilAnswered();
        }
        return true;
    }

    /** A FunctionCall; false if it has to wait. */
    boolean functionCall(Ledger ledger) {
        boolean hasOid = run.here() >= HEADER_BYTES + Integer.BYTES;
        int oid = hasOid ? run.in().getInt(run.body()) : 0;
        Belongings own = turn.belongings();
        if (own != null) {
            own.calls(oid);
        } else if (!turn.isWholeSession()) {
            long flags = StatefulBuiltins.flags(oid);
            if (flags != 0 && !note(flags, valuesOfCall())) {
                return false;
            }
            leaves(0, turn.functionEffects(oid));
        }
        return ends(ledger, Request.FUNCTION_CALL);
    }

    /** The names in the arguments of a FunctionCall, which have the format of a Bind's values. */
    private List<String> valuesOfCall() {
        return BoundNames.of(run.in(), run.body() + Integer.BYTES, run.messageEnd());
    }

    /** Holds everything until all is answered; returns false, for the caller to return. */
    boolean hold() {
        if (turn.server().ledger().isBatchOpen()) {
            run.emitRun();
            FrontendMessages.flush(run.out(HEADER_BYTES));
        }
        flow.holdUntilAnswered();
        return false;
    }

    // --- what a client may keep ------------------------------------------------------------------

    /**
     * The limit that one more statement would exceed; null if there is room for it.
     *
     * @param nameBytes the size of its name
     */
    @Nullable Limit exceeded(int nameBytes, Text text) {
        ClientBounds bounds = turn.pool().settings().bounds();
        long bytes = turn.statements().bytes() + nameBytes + text.weight();
        if (ClientBounds.exceeds(turn.statements().size() + 1L, bounds.statements())) {
            return Limit.CLIENT_STATEMENTS;
        } else if (ClientBounds.exceeds(bytes, bounds.statementBytes())) {
            return Limit.CLIENT_STATEMENT_MEMORY;
        }
        boolean isFull = turn.shard().statements().memory().isFull();
        return isFull && bytes > turn.pool().allowance().statementBytesOfAnyone()
                ? Limit.STATEMENT_MEMORY
                : null;
    }

    /** Ends the session if it may not keep one more statement. */
    boolean refusesStatement(int nameBytes, Text text) {
        ClientBounds bounds = turn.pool().settings().bounds();
        Allowance all = turn.pool().allowance();
        Limit limit = exceeded(nameBytes, text);
        if (limit == null) {
            return false;
        }
        all.meters().refuses(limit);
        switch (limit) {
            case CLIENT_STATEMENTS ->
                    flow.fail(ProxyError.TOO_MANY_STATEMENTS, bounds.statements());
            case CLIENT_STATEMENT_MEMORY ->
                    flow.fail(ProxyError.TOO_MUCH_STATEMENT_MEMORY, bounds.statementBytes());
            default -> flow.fail(ProxyError.STATEMENT_MEMORY_FULL, all.statements().limit());
        }
        return true;
    }

    /** Notes that the client has one more statement. */
    void keepsStatement() {
        Allowance all = turn.pool().allowance();
        all.meters().reaches(Limit.CLIENT_STATEMENTS, turn.statements().size());
        all.meters().reaches(Limit.CLIENT_STATEMENT_MEMORY, turn.statements().bytes());
        all.meters().reaches(Limit.STATEMENT_MEMORY, all.statements().used());
    }

    /** Ends the session if it may have changed more settings than Weir remembers, or can. */
    private boolean refusesParameters() {
        int names = turn.pins().settingsWith(turn.parameters().desired());
        int most = turn.pool().settings().bounds().parameters();
        LimitMeters meters = turn.pool().allowance().meters();
        if (ClientBounds.exceeds(names, most)) {
            meters.refuses(Limit.CLIENT_PARAMETERS);
            flow.fail(ProxyError.TOO_MANY_PARAMETERS, most);
            return true;
        }
        if (turn.keepsTooMuch()) {
            meters.refuses(Limit.STATEMENT_MEMORY);
            flow.fail(ProxyError.STATE_MEMORY_FULL, turn.pool().allowance().statements().limit());
            return true;
        }
        meters.reaches(Limit.CLIENT_PARAMETERS, names);
        return false;
    }

    // --- what texts may do ----------------------------------------------------------------------

    /**
     * Whether a text needs a pin that the session cannot have.
     *
     * @param effects what the text may leave behind, as {@link StateEffects}
     */
    boolean lacksPin(long flags, int effects) {
        boolean pins = (flags & turn.pinCandidates()) != 0 || pinsSequence(effects);
        return pins && !turn.pins().mayPin();
    }

    private boolean pinsSequence(int effects) {
        return (effects & StateEffects.SEQUENCES) != 0 && turn.pinsSequences();
    }

    /**
     * Makes the message at hand wait for the pin that its session {@linkplain #lacksPin lacks};
     * false if it cannot wait, since its transaction has begun or no session may be pinned.
     */
    boolean waitsForPin(Ledger ledger) {
        boolean isInside =
                ledger.isBatchOpen()
                        || ledger.outstanding() == 0 && ledger.transactionStatus() != 'I';
        if (isInside || turn.pool().settings().maxPinned() == 0) {
            return false;
        }
        flow.waitForPin();
        return true;
    }

    /** What a session is told that lacks a pin and cannot wait for one. */
    Refusal pinRefusal(PinReason reason) {
        return ProxyError.TOO_MANY_PINNED.refusal(
                turn.pool().settings().maxPinned(), reason.name());
    }

    /** Ends the session if a text with these facts begins a transaction where none is allowed. */
    boolean refusesTransaction(long flags) {
        if ((flags & StatementFacts.BEGIN) != 0 && turn.mode() == PoolMode.STATEMENT) {
            flow.fail(ProxyError.TRANSACTION_IN_STATEMENT_MODE);
            return true;
        }
        return false;
    }

    /** Makes the connection listen on the client's channels, if the next text may UNLISTEN some. */
    void relisten(Ledger ledger, long flags) {
        Notifications listening = turn.notifications();
        if (listening == null || !listening.mustRelisten(flags)) {
            return;
        }
        run.emitRun();
        if (ledger.isBatchOpen()) {
            listening.relistenInside(run.out(Preparation.MESSAGE_BYTES), ledger);
        } else {
            listening.relisten(run.out(Preparation.MESSAGE_BYTES), ledger);
        }
        turn.stain();
        note(StatementFacts.LISTENS, null);
    }

    /** Notes a text that is about to run; false if it may not. Names are null if not known. */
    boolean note(long flags, @Nullable List<String> names) {
        turn.pins().note(flags, names);
        isSensitive |= Traces.isSensitive(flags);
        return (flags & StatementFacts.PARAMETER_CHANGES) == 0 || !refusesParameters();
    }

    /** Notes names of settings passed to a statement as values; false if it may not run. */
    boolean noteNames(List<String> names) {
        turn.pins().noteNames(names);
        return names.isEmpty() || !refusesParameters();
    }

    /**
     * A prepared statement is about to run; false if it may not.
     *
     * @param text null if it is not known
     * @param effects what the statement may leave behind
     */
    boolean use(long flags, @Nullable Text text, int effects) {
        turn.willRun(flags);
        turn.runs(flags, text);
        boundFlags = flags;
        leaves(flags, effects);
        if (!Traces.isSensitive(flags)) {
            return true;
        }
        if (!note(flags, text == null ? null : text.facts().parameterNames())) {
            return false;
        }
        if (text != null) {
            noteExecuted(text.facts());
        }
        changesNames |= (flags & CHANGES_NAMES) != 0;
        return true;
    }

    /** Notes the names of settings in a statement made by Parse that a text executes by name. */
    void noteExecuted(StatementFacts facts) {
        ClientStatements.Entry executed =
                facts.has(StatementFacts.EXECUTES) ? turn.statements().named(facts) : null;
        if (executed != null) {
            turn.pins().noteNames(executed.statement().text().facts().parameterNames());
        }
    }

    /**
     * Something is about to run.
     *
     * @param flags the facts of its text
     * @param effects what it may leave behind, as {@link StateEffects}
     */
    void leaves(long flags, int effects) {
        if (Traces.stains(flags, effects)) {
            turn.stain();
        }
        if ((effects & (StateEffects.SESSION | StateEffects.TAINTS)) != 0) {
            turn.changesUnseen();
        }
        if ((effects & StateEffects.TAINTS) != 0) {
            turn.pins().taint();
        }
        if ((flags & CHANGES_SETTINGS) != 0) {
            turn.server().statements().settingsChange();
        }
        if (pinsSequence(effects)) {
            turn.pins().pinSequence();
        }
        if ((effects & StateEffects.DEFINES) != 0) {
            turn.defines();
        }
    }

    /** Notes names of settings that only the values of the Bind give; false if it may not run. */
    boolean noteBound(StatementFacts facts, int afterName) {
        return !facts.has(StatementFacts.SETS_UNKNOWN_PARAMETERS)
                || !run.isWhole()
                || noteNames(BoundNames.of(run.in(), afterName, run.messageEnd()));
    }

    /** Whether the meaning of a statement's name is known only when all is answered. */
    boolean namesWait(Ledger ledger) {
        if (changesNames && ledger.isIdle()) {
            changesNames = false; // no portal is left that runs such a text
        }
        return changesNames && ledger.outstanding() > 0;
    }

    // --- DEALLOCATE by the unnamed statement -----------------------------------------------------

    /** What was bound last deallocates this statement of the client; null if it does not. */
    void bound(byte @Nullable [] deallocated) {
        deallocates = deallocated;
    }

    /** The message at hand is an Execute. */
    boolean execute(Ledger ledger) {
        byte[] name = deallocates;
        Effect effect = name == null ? null : deallocation(name, true);
        boolean runsBound = runsBound();
        ledger.sent(
                Request.EXECUTE,
                0,
                runsBound ? carriedOut(boundFlags, effect) : effect,
                runsBound ? boundText : null);
        return true;
    }

    /** The effect of running a text, including what it may do to the catalog or to sequences. */
    @Nullable Effect carriedOut(long flags, @Nullable Effect effect) {
        boolean forgets = (flags & FORGETS_SEQUENCES) != 0;
        boolean isAlone = (flags & StatementFacts.MULTIPLE) == 0;
        if (forgets && isAlone && turn.pins().has(PinReason.SEQUENCE)) {
            int uses = turn.pins().sequenceUses();
            Effect forgetting = onSuccess(() -> turn.pins().sequencesForgotten(uses));
            return effect == null ? forgetting : new BothEffects(effect, forgetting);
        }
        if ((flags & MAY_DEFINE) == 0) {
            return effect;
        }
        boolean temporary = (flags & MAY_DEFINE) == StatementFacts.CREATES_TEMPORARY;
        Effect defining = turn.server().statements().defining(temporary);
        return effect == null ? defining : new BothEffects(effect, defining);
    }

    private boolean runsBound() {
        int portal = run.body();
        int portalEnd = run.textEnd(portal);
        return portalEnd - portal == boundPortal.length && run.isAt(portal, boundPortal);
    }

    /** The message at hand is a Bind to a portal, of a statement with this text. */
    boolean bind(Ledger ledger, int portal, int portalEnd, @Nullable Text text) {
        boundText = text;
        boundPortal = portal == portalEnd ? UNNAMED : run.bytes(portal, portalEnd);
        ledger.sent(Request.BIND, 0, null, text);
        return true;
    }

    /**
     * The effect of a DEALLOCATE of Weir's name: that and the client's are gone. If it is one of
     * several commands that fail together, nobody knows: PostgreSQL does not undo it.
     */
    Effect deallocation(byte[] name, boolean isAlone) {
        return new Effect() {
            @Override
            public void succeeded() {
                ClientStatements.Entry gone = forget(name);
                ServerConnection server = turn.serverOrNull();
                if (gone != null && server != null) {
                    server.statements().removing(gone.statement());
                }
            }

            @Override
            public void failed() {
                ServerConnection server = turn.serverOrNull();
                if (!isAlone && server != null) {
                    server.statements().distrust();
                }
            }

            @Override
            public void skipped() {}
        };
    }

    /** The effect of a DEALLOCATE of the client's name, which the server knew besides Weir's. */
    Effect deallocationOfAlias(byte[] name) {
        return onSuccess(() -> forget(name));
    }

    private ClientStatements.@Nullable Entry forget(byte[] name) {
        ClientStatements.Entry entry = turn.statements().find(name);
        if (entry != null) {
            turn.statements().remove(entry);
        }
        return entry;
    }

    private static Effect onSuccess(Runnable then) {
        return new Effect() {
            @Override
            public void succeeded() {
                then.run();
            }

            @Override
            public void failed() {}

            @Override
            public void skipped() {}
        };
    }

    /** Whether a message is about a named statement that is tracked; the name begins there. */
    private boolean follows(int name) {
        return countsNames
                && name > 0
                && name < run.at() + run.here()
                && run.in().getByte(name) != 0;
    }

    /** The message at hand was sent. */
    void passed(byte tag) {
        if (tag == FrontendTag.PARSE && follows(run.body())) {
            turn.meters().increment(Metric.CLIENT_PARSES);
            turn.meters().increment(Metric.SERVER_PARSES);
        } else if (tag == FrontendTag.BIND && follows(run.textEnd(run.body()) + 1)) {
            turn.meters().increment(Metric.BINDS);
        }
        turn.batch().passes(tag, run.in(), run.at(), run.here(), run.isWhole());
    }
}
