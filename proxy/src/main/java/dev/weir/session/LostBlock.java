package dev.weir.session;

import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.LateBegin;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A transaction block that a client is in but that no server knows any more, since its connection
 * was lost: it is begun again elsewhere, or has failed until the client ends it.
 */
final class LostBlock {
    /*
     *   NONE ──nothing was under way──▶ UNTOLD ──COMMIT──▶ NONE
     *    │                               │
     *    └──carried──▶ BEGUN AGAIN ◀─────┘ any other batch
     *
     * BEGUN AGAIN: its BEGIN goes ahead of the next batch. If the database has several nodes, the
     * Router sends it.
     */

    /** Stands for a BEGIN whose block has failed anyway. */
    static final byte[] BEGIN = "BEGIN".getBytes(StandardCharsets.US_ASCII);

    private final Turn turn;
    private final Flow flow;
    private final ClientRun run;
    private final ClientTexts texts;
    private final @Nullable Routing routing;

    /** Null unless a block is begun again here and not by the Router. */
    private @Nullable LateBegin begin;

    /** What the client must still be told; null if nothing. */
    private @Nullable Refusal untold;

    LostBlock(Turn turn, Flow flow, ClientRun run, ClientTexts texts, @Nullable Routing routing) {
        this.turn = turn;
        this.flow = flow;
        this.run = run;
        this.texts = texts;
        this.routing = routing;
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
            return;
        }
        assert !isOpen();
        var again = new LateBegin();
        again.hold(text);
        if (fails) {
            again.fail();
        }
        begin = again;
    }

    /** The client was idle in the block; it is told with its next batch. */
    void untold(Refusal reason) {
        assert !isOpen();
        untold = reason;
    }

    /** The connection on which it was begun again is lost, or all is answered there. */
    void settled() {
        if (begin != null && !begin.isHeld()) {
            begin = null;
        }
    }

    /** The BEGIN that was sent ahead of the unanswered batch; null if there is none. */
    byte @Nullable [] ahead(Ledger ledger) {
        if (routing != null) {
            return routing.ahead(ledger);
        }
        return begin == null ? null : begin.ahead();
    }

    /** Whether the client is in a block that no server knows. */
    boolean isOpen() {
        return untold != null
                || begin != null && begin.isHeld()
                || routing != null && routing.hasDeferred();
    }

    /** Whether the block has failed, and the client has been told so. */
    private boolean isFailed() {
        return begin != null && begin.isFailed();
    }

    /** The request that waited for a server was given up, and the client has been told. */
    void giveUp() {
        if (begin != null && begin.isHeld()) {
            begin.fail();
        }
    }

    // --- the next batch -------------------------------------------------------------------------

    /** Takes the message at hand, which begins a batch, while no connection is held. */
    Step looks() {
        Refusal reason = untold;
        if (reason == null && !isFailed()) {
            return Step.GOES;
        }
        Work work = WorkScan.of(turn, texts, null, run.in(), run.at(), run.in().writerIndex());
        untold = null;
        if (reason != null) {
            if (!work.isLoneEnd() || work.isLoneRollback()) { // a COMMIT ends the block
                carry(BEGIN, true);
            }
            if (!work.isLoneRollback()) {
                flow.refuseSoon(reason);
                return Step.WAITS;
            }
        }
        if (isFailed() && run.tag() == FrontendTag.QUERY && work.isLoneEnd()) {
            begin = null;
            run.drop((int) run.total());
            turn.answerAlone("ROLLBACK", (byte) 'I');
            return Step.DONE;
        }
        return Step.GOES;
    }

    /** A connection is held: sends the block's BEGIN ahead of the message at hand. */
    Step goesAhead() {
        LateBegin late = begin;
        if (late != null && late.isHeld()) {
            byte[] text = late.takeHeld();
            OwnQueries.begin(turn, run, flow, text, late.mustFail());
        }
        return Step.GOES;
    }
}
