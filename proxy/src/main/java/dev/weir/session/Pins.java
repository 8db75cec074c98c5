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
 * What ties a session to its server connection between transactions, for certain or perhaps. Texts
 * raise doubts; the server settles them (see {@link StateProbe}).
 */
final class Pins {
    private static final long DOUBTFUL =
            StatementFacts.PIN_CANDIDATES
                    | StatementFacts.PARAMETER_CHANGES
                    | StatementFacts.TOO_LONG
                    | StatementFacts.EXECUTES
                    | StatementFacts.DEALLOCATES_UNSEEN;

    /** How often the question is asked again that a timeout or a cancel has ended. */
    private static final int DISTURBANCES_MAX = 8;

    private static final long DOUBTFUL_WHERE_SOMETHING_IS = DOUBTFUL | StatementFacts.PIN_RELEASES;

    /** The facts of texts that may leave what a wipe does not remove. */
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

    /** Whether it listens by its pool's shared connection. */
    private boolean listens;

    /** The next text needs a place, and none is free. */
    private boolean awaitsPlace;

    private boolean isProbing;

    /** The doubts that the question in progress is about. */
    private long probed;

    private long unansweredBatch;
    private int sequenceUses;

    /** How often in a row a timeout or a cancel has ended the question. */
    private int disturbances;

    Pins(ClientShard shard) {
        this.shard = shard;
        this.pool = shard.pool();
    }

    /** The reason for which a text that is refused a pin would have been pinned. */
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

    /** Notes what a text may do to the session. Names are null if they are not known. */
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

    /** How many settings the client has, with those perhaps set since the last answer. */
    int settingsWith(ParameterSet desired) {
        int count = desired.size();
        if (custom != null) {
            for (String name : custom) {
                count += desired.get(name) == null ? 1 : 0;
            }
        }
        return count;
    }

    /** Whether a statement that pins the session may run; takes a place for it, and awaits none. */
    boolean mayPin() {
        awaitsPlace = false;
        if (!hasPermit && pool.places().tryTake()) {
            hasPermit = true;
        }
        return hasPermit;
    }

    /**
     * Whether a session that is pinned may stay so. If this became known only when the server was
     * asked, {@code max_pinned} may be exceeded, but no more sessions are pinned than the pool has
     * connections.
     */
    boolean mayStay() {
        if (!hasPermit) {
            hasPermit = pool.places().tryTakeAhead();
        }
        return hasPermit;
    }

    /** Makes the session wait for a place before it takes a connection again. */
    void awaitPlace() {
        awaitsPlace = true;
    }

    /** Whether it has to wait for a place now; takes one if it is free. */
    boolean mustWait() {
        return awaitsPlace && !mayPin();
    }

    /** A place that the session has waited for was taken for it. */
    void placed() {
        hasPermit = true;
    }

    /** Notes whether the session listens by its pool's shared connection. */
    void listens(boolean now) {
        listens = now;
    }

    /** The connection was opened for this session only. */
    void own() {
        pin(PinReason.STARTUP);
    }

    /** A text that is about to run may use a sequence, whose value must be remembered. */
    void pinSequence() {
        sequenceUses++;
        pin(PinReason.SEQUENCE);
    }

    /** How many texts that may use a sequence have been sent. */
    int sequenceUses() {
        return sequenceUses;
    }

    /**
     * The server has forgotten the values of all sequences.
     *
     * @param uses the number of {@link #sequenceUses} before that
     */
    void sequencesForgotten(int uses) {
        if (uses == sequenceUses) {
            unpin(PinReason.SEQUENCE);
        }
    }

    /** A text that is about to run may leave something that no wipe removes. */
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

    /** Gives the place back, since nothing pins this session any more. */
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
     * @param batch the connection's count of batches: a question that could not be answered is
     *     asked again after the next one
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
                        doubts, held, disturbances > 0, loginUser, pool.settings().bounds(), done);
        probed = doubts;
        doubts = 0;
        return probe;
    }

    /** The custom settings that may differ from the server's defaults, with those of two sets. */
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

    /**
     * One of the session's timeouts, or a cancel, ended the question. Without the timeouts, a short
     * one may still end it before it has suspended them.
     *
     * @return whether it is asked again
     */
    boolean disturbed() {
        if (disturbances == DISTURBANCES_MAX) {
            return false;
        }
        isProbing = false;
        disturbances++;
        doubts |= probed;
        return true;
    }

    /** The server could not answer: the session stays where it is until it can. */
    void unanswered(long batch) {
        isProbing = false;
        disturbances = 0;
        unansweredBatch = batch;
        pin(PinReason.UNKNOWN_STATE);
    }

    /** Takes the server's answer. */
    void answered(StateProbe probe) {
        isProbing = false;
        disturbances = 0;
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

    // --- state ----------------------------------------------------------------------------------

    boolean isPinned() {
        return reasons != null;
    }

    /** Whether there may be statements of PREPARE. */
    boolean mayHavePrepared() {
        return (doubts & StatementFacts.PREPARES) != 0 || has(PinReason.SQL_PREPARE);
    }

    /** Whether there may be temporary objects. */
    boolean mayHaveTemporary() {
        return (doubts & StatementFacts.CREATES_TEMPORARY) != 0 || has(PinReason.TEMPORARY_OBJECT);
    }

    boolean has(PinReason reason) {
        EnumSet<PinReason> now = reasons;
        return now != null && now.contains(reason);
    }

    /** Whether the connection may hold state of this session. */
    boolean mayLeaveSomething() {
        return reasons != null || doubts != 0 || isProbing;
    }

    /** Whether the connection may hold state that a wipe does not remove. */
    boolean mayOutliveWipe() {
        long open = isProbing ? doubts | probed : doubts;
        return (open & OUTLIVES_WIPE) != 0 || !WIPED.containsAll(reasons());
    }

    Set<PinReason> reasons() {
        return reasons == null ? Set.of() : Collections.unmodifiableSet(reasons);
    }

    /** What pins the session, since when, and what ends that; as told to its client. */
    String told(long nowNanos) {
        var text = new StringBuilder();
        for (PinReason reason : reasons()) {
            text.append(text.isEmpty() ? "Pinned: " : "; ");
            text.append(reason.because()).append(" (until ").append(reason.release()).append(')');
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nowNanos - sinceNanos);
        return text.append(". Since ").append(seconds).append(" s.").toString();
    }

    /** Since when it is pinned, on the clock of {@link ClientShard#nanoTime}; else meaningless. */
    long sinceNanos() {
        return sinceNanos;
    }
}
