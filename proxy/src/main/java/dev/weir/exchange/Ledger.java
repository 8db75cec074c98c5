package dev.weir.exchange;

import dev.weir.protocol.BackendTag;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.sql.Text;
import org.jspecify.annotations.Nullable;

/**
 * What a server connection still owes: one entry per request, oldest first, each answered in order.
 *
 * <p>The sender reports every message with {@link #sent}, the reader every message from the server
 * with {@link #received}, {@link #receivedReady} or {@link #receivedError}; the ledger tells whom
 * each answer is for and when the connection is free again.
 *
 * <p>Owned by one server connection and used only on its loop. Its owner bounds its size: {@code
 * max_client_requests}.
 */
public final class Ledger {
    /*
     *  sent ──▶ [ EXECUTE | BIND | PARSE ] ◀── head: the request being answered
     *             tail                           │
     *                                            ├─ its last answer   → popped, Effect.succeeded
     *                                            ├─ error, extended   → popped, and every entry up
     *                                            │                      to the next SYNC is skipped
     *                                            └─ error, Query/Sync → stays until ReadyForQuery
     *
     * COPY IN ignores Flush and Sync until CopyDone or CopyFail. A Sync that was sent between the
     * Execute and the end of the COPY is therefore ignored if the COPY succeeds, and the batch it
     * was to end is open again; if the COPY fails, nobody can tell how many Syncs were ignored, and
     * the connection is `uncertain` from then on.
     *
     * A Query after an Execute of the same batch runs in the implicit transaction of the batch and,
     * since PostgreSQL 18, does not end it: ReadyForQuery says T, and the batch counts as open. If
     * no message that begins a command comes before the next Sync, its ReadyForQuery says I
     * although the transaction is still open, and whatever comes next fails with XX000:
     * `uncertain`.
     */

    /** The answers to the request are not for the client, except an error in a client's batch. */
    public static final int SWALLOWED = RequestRing.SWALLOWED;

    /** The request is outside the client's batches: its error is not for the client either. */
    public static final int PRIVATE = RequestRing.PRIVATE;

    /** The request is a Close sent instead of a Parse: its CloseComplete becomes ParseComplete. */
    public static final int ANSWERS_PARSE = RequestRing.ANSWERS_PARSE;

    private final RequestRing owed = new RequestRing();
    private final Progress progress = new Progress();
    private @Nullable RequestObserver observer;
    private int readyOwed;
    private int transactionsEnded;
    private byte status = 'I';
    private boolean batchOpen;
    private boolean skipping;
    private Copy copy = Copy.NONE;
    private boolean uncertain;
    private boolean headFailed;

    /** Tells {@code told} of the end of each request of the client that is sent from now on. */
    public void observe(RequestObserver told) {
        observer = told;
    }

    /** Whether there is an observer, so that {@link #answered} must be called. */
    public boolean isObserved() {
        return observer != null;
    }

    /**
     * Notes that a request was sent.
     *
     * @param flags any of {@link #SWALLOWED}, {@link #PRIVATE}, {@link #ANSWERS_PARSE}
     * @param text the text it runs or parses, for the observer; null if not known
     */
    public void sent(Request request, int flags, @Nullable Effect effect, @Nullable Text text) {
        RequestObserver told = observer;
        note(
                request,
                flags,
                told == null ? effect : ObservedRequest.around(effect, told, request, flags, text));
    }

    /** Notes a request that has no text. */
    public void sent(Request request, int flags, @Nullable Effect effect) {
        sent(request, flags, effect, null);
    }

    /** Notes a request of the client that has no effect and no text. */
    public void sent(Request request) {
        sent(request, 0, null, null);
    }

    private void note(Request request, int flags, @Nullable Effect effect) {
        if (uncertain) {
            if (effect instanceof ObservedRequest untold) {
                untold.lost();
            }
            return;
        }
        if (skipping && request != Request.SYNC) {
            skip(effect);
            return;
        }
        if (request.isExtended()) {
            batchOpen = true;
        } else if (request.endsReady()) {
            batchOpen = false;
            skipping = false;
            readyOwed++;
        } else if (owed.isEmpty()) {
            return; // a CopyDone with nothing before it: the server ignores it
        }
        owed.append(request, flags, effect);
    }

    /**
     * Tells the observer of a message of an answer; called before the message is received.
     *
     * @param bytes its size
     * @param rows the number of rows that it reports for its command
     */
    public void answered(long bytes, long rows) {
        if (headEffect() instanceof ObservedRequest observed) {
            observed.answered(bytes, rows);
        }
    }

    /**
     * Tells the observer that the connection has ended; effects are not told.
     *
     * @param sqlState of the error that ended it; null if there was none
     */
    public void lost(@Nullable String sqlState) {
        if (observer == null) {
            return;
        }
        observer = null;
        owed.lost(sqlState);
    }

    /**
     * Takes a message of the server other than ReadyForQuery and ErrorResponse.
     *
     * @throws ProtocolViolation if the request that is being answered cannot have this answer
     */
    public Verdict received(byte tag) {
        switch (tag) {
            case BackendTag.NOTICE_RESPONSE -> {
                return noticed();
            }
            case BackendTag.PARAMETER_STATUS, BackendTag.NOTIFICATION_RESPONSE -> {
                return Verdict.FORWARD;
            }
            default -> {}
        }
        if (uncertain) {
            return Verdict.FORWARD;
        }
        if (owed.isEmpty()) {
            throw owed.unexpected(tag);
        }
        Verdict verdict = owed.verdict(0);
        Request request = owed.request(0);
        switch (tag) {
            case BackendTag.DATA_ROW -> expect(request.runs(), tag);
            case BackendTag.COPY_DATA, BackendTag.COPY_DONE ->
                    expect(copy == Copy.OUT || copy == Copy.BOTH, tag);
            case BackendTag.COMMAND_COMPLETE -> completeCommand(request, tag);
            case BackendTag.EMPTY_QUERY_RESPONSE, BackendTag.PORTAL_SUSPENDED -> {
                expect(request.runs(), tag);
                progress.completes(owed.verdict(0) == Verdict.FORWARD);
                popIf(request == Request.EXECUTE);
            }
            case BackendTag.ROW_DESCRIPTION -> {
                expect(request == Request.QUERY || request.describes(), tag);
                popIf(request != Request.QUERY);
            }
            case BackendTag.NO_DATA -> popExpected(request.describes(), tag);
            case BackendTag.PARAMETER_DESCRIPTION ->
                    expect(request == Request.DESCRIBE_STATEMENT, tag);
            case BackendTag.PARSE_COMPLETE -> popExpected(request == Request.PARSE, tag);
            case BackendTag.BIND_COMPLETE -> popExpected(request == Request.BIND, tag);
            case BackendTag.CLOSE_COMPLETE -> popExpected(request == Request.CLOSE, tag);
            case BackendTag.COPY_IN_RESPONSE -> begin(Copy.IN, request, tag);
            case BackendTag.COPY_OUT_RESPONSE -> begin(Copy.OUT, request, tag);
            case BackendTag.COPY_BOTH_RESPONSE -> begin(Copy.BOTH, request, tag);
            case BackendTag.FUNCTION_CALL_RESPONSE -> expect(request == Request.FUNCTION_CALL, tag);
            default -> throw owed.unexpected(tag);
        }
        return verdict;
    }

    /** What the server says of what the client has not asked for is not for the client. */
    private Verdict noticed() {
        if (uncertain || owed.isEmpty()) {
            return Verdict.FORWARD;
        }
        Effect effect = owed.effect(0);
        if (effect != null) {
            effect.noticed();
        }
        return owed.verdict(0) == Verdict.SWALLOW ? Verdict.SWALLOW : Verdict.FORWARD;
    }

    /**
     * Takes ReadyForQuery.
     *
     * @param transactionStatus {@code I}, {@code T} or {@code E}
     */
    public Verdict receivedReady(byte transactionStatus) {
        if (transactionStatus != 'I' && transactionStatus != 'T' && transactionStatus != 'E') {
            throw new ProtocolViolation(
                    "transaction status: " + transactionStatus + " (expected: I, T or E)");
        }
        status = transactionStatus;
        if (uncertain) {
            return Verdict.FORWARD;
        }
        if (owed.isEmpty() || !owed.request(0).endsReady()) {
            throw owed.unexpected(BackendTag.READY_FOR_QUERY);
        }
        Verdict verdict = owed.verdict(0);
        boolean sync = owed.request(0) == Request.SYNC;
        boolean lost = progress.ready(sync, status);
        copy = Copy.NONE;
        transactionsEnded += verdict == Verdict.FORWARD && status == 'I' ? 1 : 0;
        pop();
        if (lost) {
            forget(); // a lone Sync does not end the transaction, though the server says so
        }
        return verdict;
    }

    /**
     * Takes an ErrorResponse that does not end the connection.
     *
     * @param sqlState what it says of the error, for the observer
     */
    public Verdict receivedError(String sqlState) {
        if (uncertain) {
            return Verdict.FORWARD;
        }
        if (owed.isEmpty()) {
            throw owed.unexpected(BackendTag.ERROR_RESPONSE);
        }
        boolean isPrivate = owed.isPrivate(0);
        blame(sqlState);
        if (copy == Copy.IN && owed.syncsInCopy() > 0) {
            forget();
            return Verdict.FORWARD;
        }
        copy = Copy.NONE;
        progress.fails(!isPrivate);
        if (owed.request(0).isExtended()) {
            failBatch();
        } else {
            headFailed = true;
        }
        return isPrivate ? Verdict.SWALLOW : Verdict.FORWARD;
    }

    /** How many commands of the current batch have been completed or suspended. */
    public int completed() {
        return progress.completed();
    }

    /** Whether the client has got an error for the current batch. */
    public boolean isTold() {
        return progress.isTold();
    }

    /** How many ReadyForQuery are owed to the client. */
    public int readyOwedToClient() {
        return owed.readyOfClient();
    }

    /** Whether a COPY IN is running that may have ignored an unknown number of Syncs. */
    public boolean hasSyncInCopy() {
        return copy == Copy.IN && owed.syncsInCopy() > 0;
    }

    /**
     * The connection has ended, and its client goes on without it: what is owed will never be
     * answered. Skips the effects of the client's own requests, newest first.
     */
    public void abandoned() {
        owed.abandon();
        readyOwed = 0;
    }

    /** Whether nothing is owed, no transaction or batch is open and no COPY runs. */
    public boolean isIdle() {
        return owed.isEmpty() && status == 'I' && isSettled();
    }

    /** Like {@link #isIdle}, but a transaction block may be open. */
    public boolean isQuiet() {
        return owed.isEmpty() && isSettled();
    }

    private boolean isSettled() {
        return !isBatchOpen() && !skipping && !uncertain && copy == Copy.NONE;
    }

    /** Whether an extended batch has been begun that no Sync or Query has ended yet. */
    public boolean isBatchOpen() {
        return batchOpen || progress.isCarried();
    }

    /** Whether the server is in the middle of something that can only be ended by more messages. */
    public boolean isUnended() {
        return isBatchOpen() || skipping || uncertain || awaitsCopyData();
    }

    /** Whether the server ignores everything up to the next Sync, which has not been sent yet. */
    public boolean isSkipping() {
        return skipping;
    }

    /**
     * Whether the server waits for COPY data from the client, the end of which has not been sent.
     */
    public boolean awaitsCopyData() {
        return (copy == Copy.IN || copy == Copy.BOTH) && !owed.hasCopyEnd();
    }

    /** Whether it is no longer known what is owed or open: never pool the connection again. */
    public boolean isUncertain() {
        return uncertain;
    }

    /** The status in the last ReadyForQuery: {@code I}, {@code T} or {@code E}. */
    public byte transactionStatus() {
        return status;
    }

    /** How many transactions of the client have ended since the last call. */
    public int takeTransactionsEnded() {
        int ended = transactionsEnded;
        transactionsEnded = 0;
        return ended;
    }

    /** How many ReadyForQuery are owed. */
    public int readyOwed() {
        return readyOwed;
    }

    /** How many requests are not answered yet. */
    public int outstanding() {
        return owed.size();
    }

    /** The effect of the request that is being answered. */
    public @Nullable Effect headEffect() {
        return owed.isEmpty() ? null : owed.effect(0);
    }

    /** Whether an answer to a request with an effect of this class is owed. */
    public boolean owes(Class<? extends Effect> kind) {
        return owed.has(kind);
    }

    /** Whether the request that is being answered is Weir's own, outside the client's batches. */
    public boolean isHeadPrivate() {
        return !owed.isEmpty() && owed.isPrivate(0);
    }

    /** Whether the request that is being answered is of this kind. */
    public boolean isHead(Request request) {
        return !owed.isEmpty() && owed.request(0) == request;
    }

    private void completeCommand(Request request, byte tag) {
        expect(request.runs(), tag);
        progress.completes(owed.verdict(0) == Verdict.FORWARD);
        boolean wasIn = copy == Copy.IN;
        copy = Copy.NONE;
        if (wasIn) {
            endCopy();
        }
        popIf(request == Request.EXECUTE);
    }

    private void begin(Copy kind, Request request, byte tag) {
        expect(request.runs(), tag);
        copy = kind;
    }

    /**
     * Notes the error for the observer. To a client, an error at a message of Weir's inside its
     * batch is one at the message after that.
     */
    private void blame(String sqlState) {
        if (observer != null && !isHeadPrivate()) {
            owed.blame(sqlState);
        }
    }

    /**
     * Drops the head and everything that the server will skip: the entries before the next Sync.
     */
    private void failBatch() {
        Effect failed = owed.effect(0);
        int last = 1;
        while (last < owed.size() && owed.request(last) != Request.SYNC) {
            last++;
        }
        skipping = last == owed.size();
        for (int i = last - 1; i > 0; i--) { // newest first, as an undo must be
            skip(owed.effect(i));
        }
        fail(failed);
        for (int i = 0; i < last; i++) {
            dropHead();
        }
    }

    private static void skip(@Nullable Effect effect) {
        if (effect != null) {
            effect.skipped();
        }
    }

    private static void fail(@Nullable Effect effect) {
        if (effect != null) {
            effect.failed();
        }
    }

    /**
     * After a COPY IN that succeeded: the server has ignored its Syncs, and has answered its
     * CopyDone. A batch whose only Sync was ignored is still open.
     */
    private void endCopy() {
        int end = owed.copyEnd();
        if (end < 0) {
            throw new ProtocolViolation("CommandComplete of a COPY that was not ended");
        }
        for (int i = 1; i <= end; i++) {
            skip(owed.effect(i));
        }
        owed.dropBehindFirst(end);
        readyOwed -= end - 1;
        if (owed.request(0).isExtended() && readyOwed == 0) {
            batchOpen = true;
        }
    }

    /** Nobody can tell any more what has become of the requests that are owed. */
    private void forget() {
        uncertain = true;
        copy = Copy.NONE;
        readyOwed = 0;
        owed.doubt();
    }

    private void popExpected(boolean legal, byte tag) {
        expect(legal, tag);
        pop();
    }

    private void popIf(boolean last) {
        if (last) {
            pop();
        }
    }

    private void pop() {
        Effect effect = owed.effect(0);
        progress.done(owed.request(0));
        boolean failed = headFailed;
        headFailed = false;
        dropHead();
        if (failed) {
            fail(effect);
        } else if (effect != null) {
            effect.succeeded();
        }
        while (!owed.isEmpty() && owed.request(0) == Request.COPY_END) {
            dropHead(); // outside a COPY the server ignores it
        }
    }

    private void dropHead() {
        if (owed.request(0).endsReady()) {
            readyOwed--;
        }
        owed.dropFirst();
    }

    private void expect(boolean legal, byte tag) {
        if (!legal) {
            throw owed.unexpected(tag);
        }
    }
}
