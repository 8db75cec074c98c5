package dev.weir.session;

import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.protocol.FrontendTag;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A transaction block that a client is in but that no server knows any more, since its connection
 * was lost: it is begun again elsewhere, or has failed until the client ends it.
 */
final class LostBlock {
    /*
     *          only its BEGIN had run          next batch
     *   NONE ───────────────────────▶ HELD ──────────────────▶ AHEAD ──────────┐
     *    ▲ │   its client is told             next batch                       │
     *    │ ├───────────────────────▶ FAILED ────────────────▶ AHEAD_FAILED ──┐ │
     *    │ │                        │   ▲ any batch                          │ │
     *    │ │   nobody had asked     │   │ but ROLLBACK, COMMIT               │ │
     *    │ └───────────────────────▶│ UNTOLD ──COMMIT──▶ NONE               │ │
     *    ├──a lone ROLLBACK, COMMIT─┘                                        │ │
     *    └──all is answered, or that connection is lost, too─────────────────┴─┘
     *
     * FAILED, AHEAD_FAILED: the server is made to fail the block before it gets the next batch, and
     * judges that like any other. If a database has several nodes, the Router has the states HELD,
     * FAILED and AHEAD.
     */
    private enum State {
        NONE,
        HELD,
        FAILED,
        UNTOLD,
        AHEAD,
        AHEAD_FAILED
    }

    /** Stands for a BEGIN whose block has failed anyway. */
    static final byte[] BEGIN = "BEGIN".getBytes(StandardCharsets.US_ASCII);

    private final Turn turn;
    private final Flow flow;
    private final ClientRun run;
    private final ClientTexts texts;
    private final @Nullable Routing routing;
    private State state = State.NONE;

    /** Null in NONE and UNTOLD. */
    private byte @Nullable [] begin;

    /** What the client is to be told; null unless UNTOLD. */
    private @Nullable Refusal why;

    LostBlock(Turn turn, Flow flow, ClientRun run, ClientTexts texts, @Nullable Routing routing) {
        this.turn = turn;
        this.flow = flow;
        this.run = run;
        this.texts = texts;
        this.routing = routing;
    }

    private void become(State next) {
        assert switch (next) {
                    case NONE -> true;
                    case HELD, UNTOLD -> state == State.NONE;
                    case FAILED -> state == State.NONE || state == State.UNTOLD;
                    case AHEAD -> state == State.HELD;
                    case AHEAD_FAILED -> state == State.FAILED;
                }
                : state + " to " + next;
        state = next;
    }

    // --- the loss -------------------------------------------------------------------------------

    /**
     * The block goes on elsewhere, after this BEGIN.
     *
     * @param fails whether it has failed
     */
    void carry(byte[] text, boolean fails) {
        if (routing != null) {
            routing.carry(text, fails);
        } else {
            begin = text;
            become(fails ? State.FAILED : State.HELD);
        }
    }

    /** The client was idle in the block; it is told with its next batch. */
    void untold(Refusal reason) {
        become(State.UNTOLD);
        why = reason;
    }

    /** The connection on which it was begun again is lost, or all is answered there. */
    void settled() {
        if (state == State.AHEAD || state == State.AHEAD_FAILED) {
            begin = null;
            become(State.NONE);
        }
    }

    /** The BEGIN that was sent ahead of the unanswered batch; null if there is none. */
    byte @Nullable [] ahead(Ledger ledger) {
        if (routing != null) {
            return routing.ahead(ledger);
        }
        return state == State.AHEAD ? begin : null;
    }

    /** Whether the client is in a block that no server knows. */
    boolean isOpen() {
        return state == State.HELD
                || state == State.FAILED
                || state == State.UNTOLD
                || routing != null && routing.hasDeferred();
    }

    /** The request that waited for a server was given up, and the client has been told. */
    void giveUp() {
        if (state == State.HELD) {
            become(State.NONE);
            become(State.FAILED);
        }
    }

    // --- the next batch -------------------------------------------------------------------------

    /** Takes the message at hand, which begins a batch, while no connection is held. */
    Step looks() {
        if (state != State.UNTOLD && state != State.FAILED) {
            return Step.GOES;
        }
        Work work = WorkScan.of(turn, texts, run.in(), run.at(), run.in().writerIndex());
        if (state == State.UNTOLD && !work.isLoneRollback()) {
            Refusal reason = Objects.requireNonNull(why);
            become(State.NONE);
            why = null;
            if (!work.isLoneEnd()) { // not a COMMIT: the block stays open
                carry(BEGIN, true);
            }
            flow.refuseSoon(reason);
            return Step.WAITS;
        } else if (state == State.UNTOLD) {
            why = null;
            become(State.NONE);
            carry(BEGIN, true);
        }
        if (state == State.FAILED && run.tag() == FrontendTag.QUERY && work.isLoneEnd()) {
            become(State.NONE);
            begin = null;
            run.drop((int) run.total());
            turn.answerAlone("ROLLBACK", (byte) 'I');
            return Step.DONE;
        }
        return Step.GOES;
    }

    /** A connection is held: sends the block's BEGIN ahead of the message at hand. */
    Step goesAhead() {
        if (state == State.HELD || state == State.FAILED) {
            OwnQueries.begin(turn, run, flow, Objects.requireNonNull(begin), state == State.FAILED);
            become(state == State.HELD ? State.AHEAD : State.AHEAD_FAILED);
        }
        return Step.GOES;
    }
}
