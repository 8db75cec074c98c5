package dev.weir.exchange;

import dev.weir.protocol.BackendTag;
import dev.weir.protocol.ProtocolViolation;
import org.jspecify.annotations.Nullable;

/**
 * What a server connection still owes: one entry per request, oldest first, each answered in order.
 *
 * <p>The sender reports every message with {@link #sent}, the reader every message from the server
 * with {@link #received}, {@link #receivedReady} or {@link #receivedError}; the ledger says whose
 * each answer is and when the connection is free again.
 *
 * <p>Owned by one server connection and used only on its loop. It holds at most what its owner lets
 * be sent: see {@link #OUTSTANDING_MAX}.
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
     * COPY IN eats Flush and Sync until CopyDone or CopyFail. A Sync that was sent between the
     * Execute and the end of the COPY is therefore swallowed if the COPY succeeds, and the batch it
     * was to end is open again; if the COPY fails, nobody can tell how many Syncs were swallowed,
     * and the connection is `uncertain` from then on.
     *
     * A Query behind an Execute of the same batch runs in the batch's implicit transaction, and from
     * PostgreSQL 18 on does not end it: ReadyForQuery says T, and the batch counts as open. If the
     * next Sync comes with nothing before it that begins a command, its ReadyForQuery says I, but
     * the transaction is still there, and whatever comes next fails with XX000: `uncertain`.
     */

    /** How many requests may be outstanding before their sender has to pause. */
    public static final int OUTSTANDING_MAX = 65_536;

    /** The answers to the request are not the client's. An error in a client's batch still is. */
    public static final int SWALLOWED = 1;

    /** The request stands alone, outside the client's batches: its error is swallowed as well. */
    public static final int PRIVATE = 2;

    /** The request is a Close that stands for a Parse: its CloseComplete becomes ParseComplete. */
    public static final int ANSWERS_PARSE = 4;

    private static final int KIND_BITS = 4;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;

    private byte[] slots = new byte[16];
    private @Nullable Effect[] effects = new Effect[16];
    private int head;
    private int size;
    private int readyOwed;
    private int transactionsEnded;

    private byte status = 'I';
    private boolean batchOpen;
    private boolean skipping;
    private boolean copyingIn;
    private boolean copyingOut;
    private boolean uncertain;
    private boolean headFailed;

    /** A command was begun since the last ReadyForQuery. */
    private boolean begun;

    /** The last Query may have left the implicit transaction of its batch open. */
    private boolean carried;

    /**
     * Notes that a request was sent.
     *
     * @param flags any of {@link #SWALLOWED}, {@link #PRIVATE}, {@link #ANSWERS_PARSE}
     */
    public void sent(Request request, int flags, @Nullable Effect effect) {
        if (uncertain) {
            return;
        }
        if (skipping && request != Request.SYNC) {
            if (effect != null) {
                effect.skipped();
            }
            return;
        }
        if (request.isExtended()) {
            batchOpen = true;
        } else if (request.endsReady()) {
            batchOpen = false;
            skipping = false;
            readyOwed++;
        } else if (size == 0) {
            return; // a CopyDone with nothing before it: the server ignores it
        }
        append((byte) (request.code() | flags << KIND_BITS), effect);
    }

    /** {@link #sent(Request, int, Effect)} for a request of the client without an effect. */
    public void sent(Request request) {
        sent(request, 0, null);
    }

    /**
     * Takes a message of the server other than ReadyForQuery and ErrorResponse.
     *
     * @throws ProtocolViolation if no request that is being answered can have this answer
     */
    public Verdict received(byte tag) {
        switch (tag) {
            case BackendTag.NOTICE_RESPONSE -> {
                return size > 0 && swallowsErrors(headSlot()) ? Verdict.SWALLOW : Verdict.FORWARD;
            }
            case BackendTag.PARAMETER_STATUS, BackendTag.NOTIFICATION_RESPONSE -> {
                return Verdict.FORWARD;
            }
            default -> {}
        }
        if (uncertain) {
            return Verdict.FORWARD;
        }
        if (size == 0) {
            throw unexpected(tag);
        }
        int slot = headSlot();
        Verdict verdict = verdict(slot);
        Request request = request(slot);
        switch (tag) {
            case BackendTag.DATA_ROW -> expect(isRunning(request), tag);
            case BackendTag.COPY_DATA, BackendTag.COPY_DONE -> expect(copyingOut, tag);
            case BackendTag.COMMAND_COMPLETE -> completeCommand(request, tag);
            case BackendTag.EMPTY_QUERY_RESPONSE, BackendTag.PORTAL_SUSPENDED -> {
                expect(isRunning(request), tag);
                popIf(request == Request.EXECUTE);
            }
            case BackendTag.ROW_DESCRIPTION -> {
                expect(request == Request.QUERY || isDescribe(request), tag);
                popIf(request != Request.QUERY);
            }
            case BackendTag.NO_DATA -> popExpected(isDescribe(request), tag);
            case BackendTag.PARAMETER_DESCRIPTION ->
                    expect(request == Request.DESCRIBE_STATEMENT, tag);
            case BackendTag.PARSE_COMPLETE -> popExpected(request == Request.PARSE, tag);
            case BackendTag.BIND_COMPLETE -> popExpected(request == Request.BIND, tag);
            case BackendTag.CLOSE_COMPLETE -> popExpected(request == Request.CLOSE, tag);
            case BackendTag.COPY_IN_RESPONSE -> {
                expect(isRunning(request), tag);
                copyingIn = true;
            }
            case BackendTag.COPY_OUT_RESPONSE, BackendTag.COPY_BOTH_RESPONSE -> {
                expect(isRunning(request), tag);
                copyingOut = true;
            }
            case BackendTag.FUNCTION_CALL_RESPONSE -> expect(request == Request.FUNCTION_CALL, tag);
            default -> throw unexpected(tag);
        }
        return verdict;
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
        if (size == 0 || !request(headSlot()).endsReady()) {
            throw unexpected(BackendTag.READY_FOR_QUERY);
        }
        Verdict verdict = verdict(headSlot());
        boolean sync = request(headSlot()) == Request.SYNC;
        boolean lost = carried && sync && !begun && status == 'I';
        carried = !sync && status == 'T' && (carried || begun);
        begun = false;
        copyingIn = false;
        copyingOut = false;
        transactionsEnded += verdict == Verdict.FORWARD && status == 'I' ? 1 : 0;
        pop();
        if (lost) {
            forget(); // a lone Sync ends no transaction: the server only says so
        }
        return verdict;
    }

    /** Takes an ErrorResponse that does not end the connection. */
    public Verdict receivedError() {
        if (uncertain) {
            return Verdict.FORWARD;
        }
        if (size == 0) {
            throw unexpected(BackendTag.ERROR_RESPONSE);
        }
        int slot = headSlot();
        if (copyingIn && syncsInsideCopy() > 0) {
            forget();
            return Verdict.FORWARD;
        }
        copyingIn = false;
        copyingOut = false;
        begun = true; // and ended: an error ends any implicit transaction
        if (request(slot).isExtended()) {
            failBatch();
        } else {
            headFailed = true;
        }
        return swallowsErrors(slot) ? Verdict.SWALLOW : Verdict.FORWARD;
    }

    /** Whether nothing is owed, no transaction or batch is open and no COPY runs. */
    public boolean isIdle() {
        return size == 0 && status == 'I' && isSettled();
    }

    /** As {@link #isIdle}, but a transaction block may be open. */
    public boolean isQuiet() {
        return size == 0 && isSettled();
    }

    private boolean isSettled() {
        return !isBatchOpen() && !skipping && !uncertain && !copyingIn && !copyingOut;
    }

    /** Whether messages of an extended batch were sent that no Sync or Query has ended yet. */
    public boolean isBatchOpen() {
        return batchOpen || carried;
    }

    /** Whether the server ignores everything up to the next Sync, which is not sent yet. */
    public boolean isSkipping() {
        return skipping;
    }

    /** Whether the server waits for CopyData. */
    public boolean isCopyingIn() {
        return copyingIn;
    }

    /** Whether nobody can tell any more what is owed or what is open: never pool it again. */
    public boolean isUncertain() {
        return uncertain;
    }

    /** The status in the last ReadyForQuery: {@code I}, {@code T} or {@code E}. */
    public byte transactionStatus() {
        return status;
    }

    /** How many transactions of the client's have ended since this was asked last. */
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
        return size;
    }

    /** The effect of the request that is being answered. */
    public @Nullable Effect headEffect() {
        return size == 0 ? null : effects[head];
    }

    /** Whether the request that is being answered is Weir's own and stands alone. */
    public boolean isHeadPrivate() {
        return size > 0 && swallowsErrors(headSlot());
    }

    /** Whether the request that is being answered is of this kind. */
    public boolean isHead(Request request) {
        return size > 0 && request(headSlot()) == request;
    }

    private void completeCommand(Request request, byte tag) {
        expect(isRunning(request), tag);
        copyingOut = false;
        if (copyingIn) {
            copyingIn = false;
            endCopy();
        }
        popIf(request == Request.EXECUTE);
    }

    /**
     * Drops the head and all that the server will not look at: the entries before the next Sync.
     */
    private void failBatch() {
        Effect failed = effects[head];
        int last = 1;
        while (last < size && request(slots[index(last)]) != Request.SYNC) {
            last++;
        }
        skipping = last == size;
        for (int i = last - 1; i > 0; i--) { // newest first, as an undo must be
            Effect skipped = effects[index(i)];
            if (skipped != null) {
                skipped.skipped();
            }
        }
        if (failed != null) {
            failed.failed();
        }
        for (int i = 0; i < last; i++) {
            dropHead();
        }
    }

    private int syncsInsideCopy() {
        int syncs = 0;
        for (int i = 1; i < size && request(slots[index(i)]) != Request.COPY_END; i++) {
            syncs += request(slots[index(i)]) == Request.SYNC ? 1 : 0;
        }
        return syncs;
    }

    /**
     * After a COPY IN that succeeded: the server has ignored its Syncs, and its CopyDone is
     * answered. A batch whose only Sync was ignored is still open.
     */
    private void endCopy() {
        int end = 1;
        while (end < size && request(slots[index(end)]) == Request.SYNC) {
            end++;
        }
        if (end == size || request(slots[index(end)]) != Request.COPY_END) {
            throw new ProtocolViolation("CommandComplete of a COPY that was not ended");
        }
        for (int i = 1; i <= end; i++) {
            Effect ignored = effects[index(i)];
            if (ignored != null) {
                ignored.skipped();
            }
        }
        byte running = slots[head];
        Effect effect = effects[head];
        for (int i = 0; i < end; i++) { // the running request moves to the place of the COPY_END
            effects[index(i)] = null;
        }
        head = index(end);
        size -= end;
        readyOwed -= end - 1;
        slots[head] = running;
        effects[head] = effect;
        if (request(running).isExtended() && readyOwed == 0) {
            batchOpen = true;
        }
    }

    /** The running COPY failed; what became of the requests behind it, nobody can tell. */
    private void forget() {
        uncertain = true;
        copyingIn = false;
        readyOwed = 0;
        while (size > 0) {
            int last = index(--size);
            Effect effect = effects[last];
            effects[last] = null;
            if (effect != null && size > 0) {
                effect.skipped();
            } else if (effect != null) {
                effect.failed();
            }
        }
    }

    private void append(byte slot, @Nullable Effect effect) {
        if (size == slots.length) {
            grow();
        }
        int at = index(size++);
        slots[at] = slot;
        effects[at] = effect;
    }

    private void grow() {
        byte[] moreSlots = new byte[slots.length * 2];
        @Nullable Effect[] moreEffects = new Effect[slots.length * 2];
        for (int i = 0; i < size; i++) {
            moreSlots[i] = slots[index(i)];
            moreEffects[i] = effects[index(i)];
        }
        slots = moreSlots;
        effects = moreEffects;
        head = 0;
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
        Effect effect = effects[head];
        begun |= request(headSlot()).begins();
        boolean failed = headFailed;
        headFailed = false;
        dropHead();
        if (effect != null) {
            if (failed) {
                effect.failed();
            } else {
                effect.succeeded();
            }
        }
        while (size > 0 && request(headSlot()) == Request.COPY_END) {
            dropHead(); // outside a COPY the server ignores it
        }
    }

    private void dropHead() {
        if (request(headSlot()).endsReady()) {
            readyOwed--;
        }
        effects[head] = null;
        head = head + 1 & slots.length - 1;
        size--;
    }

    private int index(int position) {
        return head + position & slots.length - 1;
    }

    private int headSlot() {
        return slots[head];
    }

    private static Request request(int slot) {
        return Request.VALUES[slot & KIND_MASK];
    }

    private static Verdict verdict(int slot) {
        int flags = slot >> KIND_BITS;
        if ((flags & (SWALLOWED | PRIVATE)) != 0) {
            return Verdict.SWALLOW;
        }
        return (flags & ANSWERS_PARSE) != 0 ? Verdict.AS_PARSE_COMPLETE : Verdict.FORWARD;
    }

    private static boolean swallowsErrors(int slot) {
        return (slot >> KIND_BITS & PRIVATE) != 0;
    }

    private static boolean isRunning(Request request) {
        return request == Request.EXECUTE || request == Request.QUERY;
    }

    private static boolean isDescribe(Request request) {
        return request == Request.DESCRIBE_STATEMENT || request == Request.DESCRIBE_PORTAL;
    }

    private void expect(boolean legal, byte tag) {
        if (!legal) {
            throw unexpected(tag);
        }
    }

    private ProtocolViolation unexpected(byte tag) {
        String owed = size == 0 ? "nothing" : "the answer to " + request(headSlot());
        return new ProtocolViolation(
                "unexpected " + BackendTag.name(tag) + " from the server (expected: " + owed + ')');
    }
}
