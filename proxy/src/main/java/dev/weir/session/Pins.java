package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.sql.StatementFacts;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What ties a session to its server connection between transactions, and what may have come to tie
 * it. Texts raise doubts; the server settles them (see {@link StateProbe}).
 */
final class Pins {
    private static final long DOUBTFUL =
            StatementFacts.PIN_CANDIDATES
                    | StatementFacts.PARAMETER_CHANGES
                    | StatementFacts.TOO_LONG
                    | StatementFacts.EXECUTES
                    | StatementFacts.DEALLOCATES_UNSEEN;

    private static final long DOUBTFUL_WHERE_SOMETHING_IS = DOUBTFUL | StatementFacts.PIN_RELEASES;

    /** What may have been left that is still there when the connection was wiped. */
    private static final long OUTLIVES_WIPE =
            StatementFacts.PREPARES
                    | StatementFacts.EXECUTES
                    | StatementFacts.LOADS
                    | StatementFacts.TOO_LONG
                    | StatementFacts.DEALLOCATES_UNSEEN;

    private static final Set<PinReason> WIPED =
            EnumSet.of(
                    PinReason.LISTEN,
                    PinReason.TEMPORARY_OBJECT,
                    PinReason.ADVISORY_LOCK,
                    PinReason.HOLD_CURSOR,
                    PinReason.SEQUENCE);

    private final ClientShard shard;
    private final ClientPool pool;
    private long doubts;
    private @Nullable Set<String> custom;
    private @Nullable EnumSet<PinReason> reasons;
    private long sinceNanos;
    private boolean hasPermit;

    /** Whether it listens by the connection that its pool shares. */
    private boolean listens;

    /** The next text needs a place, and none was free. */
    private boolean awaitsPlace;

    private boolean isProbing;

    /** What the question under way is about. */
    private long probed;

    private long unansweredBatch;
    private int sequenceUses;

    /** Whether a timeout, or a cancel, has ended the last question. */
    private boolean wasDisturbed;

    Pins(ClientShard shard) {
        this.shard = shard;
        this.pool = shard.pool();
    }

    /** What a text that is refused a pin would have been pinned for. */
    static PinReason reasonOf(long flags) {
        if ((flags & StatementFacts.LISTENS) != 0) {
            return PinReason.LISTEN;
        } else if ((flags & StatementFacts.CREATES_TEMPORARY) != 0) {
            return PinReason.TEMPORARY_OBJECT;
        } else if ((flags & StatementFacts.SESSION_LOCK) != 0) {
            return PinReason.ADVISORY_LOCK;
        } else if ((flags & StatementFacts.HOLDS_CURSOR) != 0) {
            return PinReason.HOLD_CURSOR;
        } else if ((flags & StatementFacts.PREPARES) != 0) {
            return PinReason.SQL_PREPARE;
        } else if ((flags & StatementFacts.LOADS) != 0) {
            return PinReason.LOADED_LIBRARY;
        }
        return PinReason.SEQUENCE;
    }

    // --- from texts -----------------------------------------------------------------------------

    /** Notes what a text may do to the session. Names are null where they are not known. */
    void note(long flags, @Nullable List<String> names) {
        boolean something = reasons != null || doubts != 0 || listens;
        doubts |= flags & (something ? DOUBTFUL_WHERE_SOMETHING_IS : DOUBTFUL);
        if ((flags & StatementFacts.LOADS) != 0) {
            pin(PinReason.LOADED_LIBRARY);
        }
        if (names != null) {
            noteNames(names);
        }
    }

    /** Notes the names of settings that a text may change. */
    void noteNames(List<String> names) {
        for (String name : names) {
            if (ParameterSet.isCustom(name)) {
                Set<String> known = custom;
                if (known == null) {
                    custom = known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
                }
                known.add(name);
            }
        }
    }

    /**
     * How many settings the client has if all were set that may have been since the last answer.
     */
    int settingsWith(ParameterSet desired) {
        int count = desired.size();
        if (custom != null) {
            for (String name : custom) {
                count += desired.get(name) == null ? 1 : 0;
            }
        }
        return count;
    }

    /**
     * Whether a statement that pins the session may run; takes the place for it. Without one, what
     * was awaited before is awaited no more.
     */
    boolean mayPin() {
        awaitsPlace = false;
        if (!hasPermit && pool.places().tryTake()) {
            hasPermit = true;
        }
        return hasPermit;
    }

    /**
     * Whether a session that is pinned may stay so. What turned out to pin it only when the server
     * was asked may exceed {@code max_pinned}, but leaves no more sessions pinned than the pool has
     * connections.
     */
    boolean mayStay() {
        if (!hasPermit) {
            hasPermit = pool.places().tryTakeAhead();
        }
        return hasPermit;
    }

    /** The session is to wait for a place before it takes a connection again. */
    void awaitPlace() {
        awaitsPlace = true;
    }

    /** Whether it has to wait for a place now; asked once. */
    boolean mustWait() {
        return awaitsPlace && !mayPin();
    }

    /** A place was taken for the session, for which it has waited. */
    void placed() {
        hasPermit = true;
    }

    /** Whether the session listens by the connection that its pool shares. */
    void listens(boolean now) {
        listens = now;
    }

    /** The connection was opened for this session alone. */
    void own() {
        pin(PinReason.STARTUP);
    }

    /** What is about to run may use a sequence, whose value is to be remembered. */
    void pinSequence() {
        sequenceUses++;
        pin(PinReason.SEQUENCE);
    }

    /** How often a text was about to run that may use a sequence. */
    int sequenceUses() {
        return sequenceUses;
    }

    /**
     * The server has forgotten the values of all sequences.
     *
     * @param uses the number of uses that there had been before
     */
    void sequencesForgotten(int uses) {
        if (uses == sequenceUses) {
            unpin(PinReason.SEQUENCE);
        }
    }

    /** What is about to run may leave something that no wipe takes away. */
    void taint() {
        pin(PinReason.TAINTED);
    }

    boolean pinIfPossible(PinReason reason) {
        if (mayPin()) {
            pin(reason);
            return true;
        }
        return false;
    }

    private void pin(PinReason reason) {
        EnumSet<PinReason> now = reasons;
        if (now == null) {
            reasons = EnumSet.of(reason);
            sinceNanos = shard.nanoTime();
        } else {
            now.add(reason);
        }
    }

    void unpin(PinReason reason) {
        EnumSet<PinReason> now = reasons;
        if (now != null && now.remove(reason) && now.isEmpty()) {
            reasons = null;
        }
    }

    /** Lets another session be pinned; nothing ties this one any more. */
    void freePlace() {
        if (hasPermit) {
            hasPermit = false;
            pool.places().free();
        }
    }

    // --- from the server ------------------------------------------------------------------------

    /**
     * The question to ask now that a transaction is over; null if nothing is in doubt.
     *
     * @param batch the connection's count of batches: what could not be answered is asked again
     *     after the next
     */
    @Nullable StateProbe question(long batch, String loginUser, StateProbe.Done done) {
        if (has(PinReason.UNKNOWN_STATE) && batch != unansweredBatch) {
            doubts |= StatementFacts.TOO_LONG;
        }
        if (doubts == 0) {
            return null;
        }
        EnumSet<PinReason> held = EnumSet.noneOf(PinReason.class);
        held.addAll(reasons());
        if (listens) {
            held.add(PinReason.LISTEN);
        }
        StateProbe probe =
                StateProbe.of(
                        doubts, held, wasDisturbed, loginUser, pool.settings().bounds(), done);
        probed = doubts;
        doubts = 0;
        return probe;
    }

    /** The custom settings that may differ from the server's defaults, with those of two maps. */
    Set<String> customNames(ParameterSet desired, ParameterSet given) {
        var names = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER);
        if (custom != null) {
            names.addAll(custom);
        }
        for (ParameterSet map : List.of(desired, given)) {
            for (String name : map.names()) {
                if (ParameterSet.isCustom(name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    void asking() {
        isProbing = true;
    }

    /** A timeout of the session's, or a cancel, has ended the question: it is asked once more. */
    void disturbed() {
        isProbing = false;
        wasDisturbed = true;
        doubts |= probed;
    }

    /** The server could not answer: the session stays where it is until it can. */
    void unanswered(long batch) {
        isProbing = false;
        wasDisturbed = false;
        unansweredBatch = batch;
        pin(PinReason.UNKNOWN_STATE);
    }

    /** Takes the server's word. */
    void answered(StateProbe probe) {
        isProbing = false;
        wasDisturbed = false;
        if (probe.asksSettings()) {
            custom = null;
        }
        EnumSet<PinReason> left = EnumSet.noneOf(PinReason.class);
        left.addAll(reasons());
        left.removeAll(probe.asked());
        left.remove(PinReason.UNKNOWN_STATE);
        left.addAll(probe.pins());
        if (reasons == null) {
            sinceNanos = shard.nanoTime();
        }
        reasons = left.isEmpty() ? null : left;
    }

    // --- what is --------------------------------------------------------------------------------

    boolean isPinned() {
        return reasons != null;
    }

    /** Whether there are statements of PREPARE, or may be. */
    boolean mayHavePrepared() {
        return (doubts & StatementFacts.PREPARES) != 0 || has(PinReason.SQL_PREPARE);
    }

    /** Whether there are temporary objects, or may be. */
    boolean mayHaveTemporary() {
        return (doubts & StatementFacts.CREATES_TEMPORARY) != 0 || has(PinReason.TEMPORARY_OBJECT);
    }

    boolean has(PinReason reason) {
        EnumSet<PinReason> now = reasons;
        return now != null && now.contains(reason);
    }

    /** Whether the connection may hold something of this session's. */
    boolean mayLeaveSomething() {
        return reasons != null || doubts != 0 || isProbing;
    }

    /** Whether what the connection may hold stays there when it is wiped. */
    boolean mayOutliveWipe() {
        long open = isProbing ? doubts | probed : doubts;
        return (open & OUTLIVES_WIPE) != 0 || !WIPED.containsAll(reasons());
    }

    Set<PinReason> reasons() {
        return reasons == null ? Set.of() : Collections.unmodifiableSet(reasons);
    }

    /** What pins the session, since when, and what releases it: for its client. */
    String told(long nowNanos) {
        var text = new StringBuilder();
        for (PinReason reason : reasons()) {
            text.append(text.isEmpty() ? "Pinned: " : "; ");
            text.append(reason.because()).append(" (until ").append(reason.release()).append(')');
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nowNanos - sinceNanos);
        return text.append(". Since ").append(seconds).append(" s.").toString();
    }

    /** Since when, on the clock of {@link ClientShard#nanoTime}; meaningless if nothing pins. */
    long sinceNanos() {
        return sinceNanos;
    }
}
