package dev.weir.session;

import org.jspecify.annotations.Nullable;

/** The BEGIN of a session's transaction, as long as another server may have to be told of it. */
final class LateBegin {
    /*
     *   a bare BEGIN alone ──▶ held ──next batch──▶ sent ahead of it ──▶ ahead
     *   BEGIN READ ONLY ─────▶ sent ──next batch──▶ ahead
     *
     * If what follows is given up before a server has it, the transaction has failed: the server
     * is told to fail it, too, before the next batch, and judges that as any other.
     *
     * If a replica refuses what follows, the transaction moves: what is ahead is held again.
     */

    /** A BEGIN that Weir has answered and no server knows of. */
    private byte @Nullable [] held;

    /** One that went to the server with the batch before this one. */
    private byte @Nullable [] sent;

    /** What came before the batch at hand, and nothing else did. */
    private byte @Nullable [] ahead;

    private boolean isFailed;

    /** The client was told that its transaction has begun. */
    void hold(byte[] text) {
        held = text;
    }

    /** The client was told that its transaction has failed; no server knows of it. */
    void fails() {
        assert held != null;
        isFailed = true;
    }

    /** Whether the transaction has failed on no server. */
    boolean isFailed() {
        return isFailed;
    }

    /** The client was told that it is over. */
    void drop() {
        held = null;
        isFailed = false;
    }

    /** Whether the client believes to be in a transaction that no server knows of yet. */
    boolean isHeld() {
        return held != null;
    }

    /** The first batch on a server goes: what must be sent ahead of it; null if nothing must. */
    byte @Nullable [] takeHeld() {
        ahead = held;
        held = null;
        return ahead;
    }

    /** The batch at hand is itself a BEGIN; null = it is none. */
    void sends(byte @Nullable [] text) {
        sent = text;
    }

    /** The next batch of the transaction goes to the same server. */
    void goOn() {
        ahead = sent;
        sent = null;
    }

    /** Whether the batch at hand is the first behind its BEGIN. */
    boolean isAhead() {
        return ahead != null;
    }

    /** The transaction begins anew, on another server. */
    void move() {
        held = ahead;
        ahead = null;
    }

    /** The transaction is over. */
    void ends() {
        ahead = null;
        sent = null;
        isFailed &= held != null;
    }
}
