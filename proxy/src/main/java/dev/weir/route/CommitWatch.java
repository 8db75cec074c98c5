package dev.weir.route;

import dev.weir.cluster.Lsn;
import dev.weir.exchange.InjectedCall;
import dev.weir.sql.Access;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes sure that the token knows of each commit that a session sends to the primary. */
public final class CommitWatch {
    /*
     *            a batch that        a batch that may
     *             may write         end the transaction
     *   CLEAN ───────────────▶ WRITTEN ──────────┬────▶ ENDING ──┐
     *     ▲                    ▲ │  ▲            ├────▶ COMMITS ─┤ a later batch
     *     ├─────a lone ROLLBACK┼─┘  │            └────▶ SURE ────┘ decides anew
     *     │                    │    └─all answered, and a block is open─┤
     *     └──── the question is asked: behind a SURE batch, else when ──┘
     *           all is answered and no block is open
     *
     * ENDING: if a block is open when all is answered, nothing was committed.
     * COMMITS: even then something may have been, as by COMMIT AND CHAIN. A question would begin to
     *     read in that block: then the position counts as lost.
     * SURE: the batch surely ends the transaction and starts no COPY.
     *
     * The token has a ticket from ENDING, COMMITS or SURE until the question is answered.
     */
    private enum State {
        CLEAN,
        WRITTEN,
        ENDING,
        COMMITS,
        SURE
    }

    private final CausalToken token;
    private final LongSupplier nanos;
    private State state = State.CLEAN;

    /** Of the commit that was sent: from ENDING on. */
    private int ticket;

    private @Nullable Question asked;

    /** Reads the time from {@code nanos}, on the clock of the topology. */
    CommitWatch(CausalToken token, LongSupplier nanos) {
        this.token = token;
        this.nanos = nanos;
    }

    private void become(State next) {
        assert switch (next) {
                    case CLEAN -> true;
                    case WRITTEN -> state == State.CLEAN || isSent();
                    case ENDING -> state == State.WRITTEN;
                    case COMMITS, SURE -> isSent();
                }
                : state + " to " + next;
        state = next;
    }

    private boolean isSent() {
        return state.compareTo(State.ENDING) >= 0;
    }

    /**
     * A batch is about to be sent.
     *
     * @param mustKnow whether its LSN counts even though it only reads
     * @param at where the connection is before the batch
     */
    void batch(Demand demand, boolean mustKnow, Standing at) {
        Access.Kind last = demand.last().kind();
        if (state == State.WRITTEN
                && at.isSettled()
                && last == Access.Kind.ROLLBACK
                && demand.isLone()) {
            become(State.CLEAN);
        }
        if (state == State.CLEAN && (demand.mayWrite() || mustKnow)) {
            become(State.WRITTEN);
        }
        boolean staysOpen = at.isInBlock() && !demand.controls();
        if (state == State.CLEAN || state == State.WRITTEN && staysOpen) {
            return;
        }
        if (state == State.WRITTEN) {
            ticket = token.sending();
            become(State.ENDING);
        }
        boolean ends =
                at.isInBlock() ? last == Access.Kind.COMMIT && demand.isLone() : !demand.controls();
        if (at.isSettled() && ends && demand.isComplete()) {
            become(State.SURE);
        } else if (state != State.ENDING || !at.isSettled() || demand.mayCommit()) {
            become(State.COMMITS);
        }
    }

    /** Whether to ask the question right after the batch, which has been sent. */
    boolean isSure() {
        return state == State.SURE;
    }

    /** Whether to ask the question once everything is answered and no transaction is open. */
    boolean isDue() {
        return state != State.CLEAN;
    }

    /**
     * The question is asked now.
     *
     * @param timeline that of the server, 0 = not known
     */
    Question ask(int segmentBytes, int timeline) {
        if (state == State.WRITTEN) {
            ticket = token.sending();
        }
        var question = new Question(ticket, segmentBytes, timeline);
        asked = question;
        become(State.CLEAN);
        return question;
    }

    /**
     * Everything is answered, and a transaction block is open.
     *
     * @return whether to poll the primary soon, since the end of its log is unknown
     */
    boolean staysOpen() {
        if (!isSent()) {
            return false;
        }
        boolean isLost = state != State.ENDING;
        if (isLost) {
            token.lost(ticket, nanos.getAsLong());
        } else {
            token.sentNothing(ticket);
        }
        become(State.WRITTEN);
        return isLost;
    }

    /**
     * Where the log ended after everything was committed.
     *
     * @return {@link Long#MAX_VALUE} if that was not asked, or is not answered
     */
    long behindAll() {
        Question last = asked;
        return state == State.CLEAN && last != null && last.lsn >= 0 ? last.lsn : Long.MAX_VALUE;
    }

    /** The connection is gone, or is no longer this session's. */
    void lost() {
        if (isSent()) {
            token.lost(ticket, nanos.getAsLong());
        }
        become(State.CLEAN);
        Question open = asked;
        if (open != null) {
            asked = null;
            open.lost();
        }
    }

    /** The question where the primary's log ends: a function call that follows a commit. */
    public final class Question implements InjectedCall {
        private final int ticketOfCommit;
        private final int segmentBytes;
        private final int timeline;
        private long lsn = -1;
        private boolean over;

        private Question(int ticketOfCommit, int segmentBytes, int timeline) {
            this.ticketOfCommit = ticketOfCommit;
            this.segmentBytes = segmentBytes;
            this.timeline = timeline;
        }

        @Override
        public void result(long value) {
            lsn = Lsn.normalised(value, segmentBytes);
        }

        @Override
        public void succeeded() {
            if (lsn < 0) {
                lost();
            } else if (!over) {
                over = true;
                token.sent(ticketOfCommit, lsn, timeline, nanos.getAsLong());
            }
        }

        /** The transaction is still open, or has failed: then it has committed nothing. */
        @Override
        public void failed() {
            lost();
        }

        private void lost() {
            if (!over) {
                over = true;
                token.lost(ticketOfCommit, nanos.getAsLong());
            }
        }
    }
}
