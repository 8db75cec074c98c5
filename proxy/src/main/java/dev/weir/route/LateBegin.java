package dev.weir.route;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The BEGIN of a session's transaction, for as long as it may have to be sent to another server:
 * since a replica may refuse what follows, or since the server that knew of it is lost.
 */
public final class LateBegin {
    /*
     *          a bare BEGIN alone                    next batch
     *   NONE ─────────────────────▶ HELD ───────────────────────────▶ AHEAD ──┐ next
     *    ▲                           │ ▲                               │  ▲   │ batch,
     *    │                           │ └──────────moves elsewhere──────┘  │   │ after a BEGIN
     *    │                 given up  ▼                                    └───┘ READ ONLY
     *    ├──────COMMIT, ROLLBACK── FAILED ───next batch──▶ AHEAD_FAILED
     *    │                           ▲                        │
     *    │                           └────moves elsewhere─────┘
     *    └── any other batch, or the transaction is over
     *
     *   NONE, AHEAD ──a batch ends the transaction on a replica and goes on──▶ HELD, or FAILED
     *
     * FAILED: what followed was given up before a server had it, so the client was told that its
     * transaction has failed. The server is told to fail it, too, before the next batch, and judges
     * that as any other.
     *
     * AHEAD: the batch at hand is the first after its BEGIN. If a replica refuses it, the
     * transaction moves: its BEGIN is held again.
     */
    private enum State {
        NONE,
        HELD,
        FAILED,
        AHEAD,
        AHEAD_FAILED
    }

    private static final byte[] READ_ONLY = "BEGIN READ ONLY".getBytes(StandardCharsets.US_ASCII);

    private State state = State.NONE;

    /** The BEGIN; null in NONE. */
    private byte @Nullable [] text;

    /** The batch at hand if that is itself a BEGIN READ ONLY: it will be ahead of the next. */
    private byte @Nullable [] next;

    private void become(State to) {
        assert switch (to) {
                    case NONE -> true;
                    case HELD -> state == State.NONE || state == State.AHEAD;
                    case FAILED -> isHeld() || state == State.AHEAD_FAILED;
                    case AHEAD -> state != State.FAILED && state != State.AHEAD_FAILED;
                    case AHEAD_FAILED -> state == State.FAILED;
                }
                : state + " to " + to;
        state = to;
    }

    /** The client was told that its transaction has begun. */
    public void hold(byte[] begin) {
        become(State.HELD);
        text = begin;
    }

    /** Whether the client believes that it is in a transaction of which no server knows yet. */
    public boolean isHeld() {
        return state == State.HELD || state == State.FAILED;
    }

    /** The client was told that its transaction has failed; no server knows of it. */
    public void fail() {
        become(State.FAILED);
    }

    /** Whether the transaction has failed on no server. */
    public boolean isFailed() {
        return state == State.FAILED;
    }

    /** The client was told that its failed transaction is over. */
    void drop() {
        assert state == State.FAILED : state;
        become(State.NONE);
        text = null;
    }

    /** What was held goes to a server, ahead of the batch at hand. */
    public byte[] takeHeld() {
        become(state == State.FAILED ? State.AHEAD_FAILED : State.AHEAD);
        return Objects.requireNonNull(text);
    }

    /** Whether the server must fail the transaction before it gets the batch at hand. */
    public boolean mustFail() {
        return state == State.AHEAD_FAILED;
    }

    /** The batch at hand is itself a BEGIN; null if it is not. */
    void sends(byte @Nullable [] begin) {
        next = begin;
    }

    /** The next batch of the transaction goes to the same server. */
    void stays() {
        if (!isHeld()) {
            text = next;
            become(State.NONE);
            if (next != null) {
                become(State.AHEAD);
            }
        }
        next = null;
    }

    /** The BEGIN that went ahead of the batch at hand; null if the transaction has failed. */
    public byte @Nullable [] ahead() {
        return state == State.AHEAD ? text : null;
    }

    /** Whether the batch at hand is the first after its BEGIN. */
    boolean isAhead() {
        return state == State.AHEAD || state == State.AHEAD_FAILED;
    }

    /** The transaction starts again, on another server. */
    void move() {
        if (isAhead()) {
            become(state == State.AHEAD ? State.HELD : State.FAILED);
        }
        next = null;
    }

    /**
     * The transaction has ended on its replica, but the batch at hand is to end it: it does so
     * elsewhere, after a BEGIN.
     *
     * @param failed whether the transaction had failed
     */
    void endsElsewhere(boolean failed) {
        if (state == State.NONE) {
            text = READ_ONLY;
        }
        next = null;
        if (state != State.AHEAD_FAILED) {
            become(State.HELD);
        }
        if (failed) {
            become(State.FAILED);
        }
    }

    /** The transaction, or as much of it as ran, is over. */
    void end() {
        next = null;
        if (!isHeld()) {
            text = null;
            become(State.NONE);
        }
    }
}
