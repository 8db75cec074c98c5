package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Ledger;
import dev.weir.net.LoopClock;
import dev.weir.route.CausalToken;
import dev.weir.sql.Access;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Sees to it that the token knows of each commit that a session sends to the primary. */
final class CommitWatch {
    /*
     *  CLEAN ──a batch that may write──▶ WRITTEN ──its commit is sent──▶ SENDING
     *    ▲                                                                │
     *    ├──── the question went behind it, in the same write ◀──safe─────┤
     *    └──── all is answered, the question goes now ◀──────not safe─────┘
     *
     * Safe: the message surely ends the transaction and starts no COPY. If all is answered and a
     * transaction is open, as after COMMIT AND CHAIN, a question would begin to read in it: then
     * the position counts as lost, if there can have been a commit.
     */

    private final ClientRun run;
    private final CausalToken token;
    private final LoopClock clock;
    private boolean written;
    private boolean sending;
    private boolean safe;

    /** Of the commit that is sent, as long as {@link #sending}. */
    private int ticket;

    /** Something of what was sent since {@link #sending} may have been committed. */
    private boolean committed;

    private @Nullable CommitLsn asked;

    CommitWatch(ClientRun run, CausalToken token, LoopClock clock) {
        this.run = run;
        this.token = token;
        this.clock = clock;
    }

    /**
     * A batch is about to be sent.
     *
     * @param mustKnow whether its LSN counts even though it only reads
     * @param block whether a transaction block is open for certain; else none is if nothing is owed
     */
    void batch(BatchScan scan, Ledger ledger, boolean mustKnow, boolean block) {
        boolean quiet = ledger.outstanding() == 0 || block;
        boolean inBlock = block || ledger.transactionStatus() != 'I';
        Access.Kind last = scan.last().kind();
        if (last == Access.Kind.ROLLBACK && scan.isLone() && quiet) {
            written = false;
        }
        written |= scan.mayWrite() || mustKnow;
        boolean commits = inBlock ? last == Access.Kind.COMMIT && scan.isLone() : !scan.controls();
        safe = quiet && commits && scan.isComplete();
        boolean staysOpen = quiet && inBlock && !scan.controls();
        if (written && !staysOpen && !sending) {
            sending = true;
            committed = false;
            ticket = token.sending();
        }
        committed |= !quiet || scan.mayCommit();
    }

    /** The message that ends the batch is in the run as a whole: asks right behind it. */
    void batchEnds(ServerConnection server, int segmentBytes, int timeline) {
        if (written && sending && safe) {
            run.emitRun();
            var question = new CommitLsn(server, token, ticket, segmentBytes, timeline);
            question.write(run.out(CommitLsn.BYTES + HEADER_BYTES));
            server.batchEnded();
            asked(question);
        }
    }

    /** All is answered and no transaction is open; true if the question is only asked now. */
    boolean asksNow(ServerConnection server, int segmentBytes, int timeline) {
        if (!written) {
            return false;
        }
        if (!sending) {
            ticket = token.sending();
        }
        var question = new CommitLsn(server, token, ticket, segmentBytes, timeline);
        ByteBuf out = server.buffer(CommitLsn.BYTES);
        question.write(out);
        server.batchEnded();
        server.write(out);
        server.flush();
        asked(question);
        return true;
    }

    private void asked(CommitLsn question) {
        asked = question;
        written = false;
        sending = false;
        safe = false;
    }

    /**
     * All is answered, and a transaction block is open.
     *
     * @return whether the primary is to be asked soon, since nobody knows where its log was
     */
    boolean staysOpen() {
        boolean isLost = sending && committed;
        if (isLost) {
            token.lost(ticket, clock.exactNanos());
        } else if (sending) {
            token.sentNothing(ticket);
        }
        sending = false;
        return isLost;
    }

    /** The connection is gone, or left behind. */
    void lost() {
        if (sending) {
            token.lost(ticket, clock.exactNanos());
        }
        if (asked != null) {
            asked.lost();
        }
        written = false;
        sending = false;
        asked = null;
    }
}
