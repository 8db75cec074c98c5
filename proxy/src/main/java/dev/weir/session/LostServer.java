package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.pool.Lease;
import dev.weir.pool.Losses;
import dev.weir.session.LeasePhase.Phase;
import dev.weir.sql.Functions;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a session go on whose server connection has ended, if it needs nothing that was on it: what
 * was in progress runs again, or the client is told what has become of it.
 */
final class LostServer {
    /*
     *  FATAL, or the end ──▶ Loss ──▶ has done nothing ──────────────────────────▶ runs again
     *                                 rolled back, the first ──▶ is the server
     *                                                            away? ──yes─────▶ runs again
     *                                                              │ no
     *                                 rolled back ─────────────────┴─────────────▶ 40001
     *                                 in doubt ──────────────────────────────────▶ 08007
     */
    private static final Logger log = LoggerFactory.getLogger(LostServer.class);

    /** How often in a row a batch that has done nothing is sent again. */
    private static final int AGAIN_MAX = 3;

    private final Turn turn;
    private final LeasePhase phase;
    private final Flow flow;
    private final Frontend frontend;
    private final Relay relay;
    private final ClientTexts texts;
    private final LostBlock block;
    private final DoubtfulCommit doubt;
    private final @Nullable Routing routing;

    /** What was in progress when the server sent FATAL; null if it has not. */
    private @Nullable Loss loss;

    /** The FATAL error that the server sent; null if it has not. */
    private @Nullable ServerFailure said;

    /** When the last connection was lost. */
    private long lostNanos;

    /** How often in a row something was sent again. */
    private int again;

    /** What the client is told if its server is not away; null unless that is being found out. */
    private @Nullable Refusal ifThere;

    LostServer(
            Turn turn,
            LeasePhase phase,
            Flow flow,
            Frontend frontend,
            Relay relay,
            ClientTexts texts,
            LostBlock block,
            DoubtfulCommit doubt,
            @Nullable Routing routing) {
        this.turn = turn;
        this.phase = phase;
        this.flow = flow;
        this.frontend = frontend;
        this.relay = relay;
        this.texts = texts;
        this.block = block;
        this.doubt = doubt;
        this.routing = routing;
    }

    /**
     * All is answered: a later loss is another matter.
     *
     * @param isOver whether no transaction is open
     */
    void settled(boolean isOver) {
        again = 0;
        block.settled();
        doubt.settled(isOver);
    }

    // --- what is known --------------------------------------------------------------------------

    /** The server ends the connection with this error. */
    ServerEvents.After ends(ServerFailure why) {
        ServerConnection server = turn.serverOrNull();
        if (server == null || !why.isTermination() || !mayGoOn(server)) {
            return ServerEvents.After.END;
        }
        Loss now = loss(server, why.isOrderly());
        loss = now;
        said = why;
        phase.hold();
        // what is answered in the same read as the error must not be dropped
        Owed owed = Owed.of(server.ledger());
        return mayRepeat(now, owed) || question(now, owed) != null
                ? ServerEvents.After.REPEAT
                : ServerEvents.After.GO_ON;
    }

    /** The FATAL error that the client was not told, since its session goes on; or null. */
    @Nullable ServerFailure said() {
        return said;
    }

    /** Whether the session needs nothing from the connection, and it is known what is owed. */
    private boolean mayGoOn(ServerConnection server) {
        Ledger ledger = server.ledger();
        return hasNothing()
                && !turn.pins().mayLeaveSomething()
                && !server.isInputEnded()
                && !ledger.isUncertain()
                && !ledger.hasSyncInCopy();
    }

    /** Whether it keeps nothing on its connection by being there, or nothing yet. */
    private boolean hasNothing() {
        Belongings own = turn.belongings();
        return turn.mode() != PoolMode.SESSION
                || own != null && own.isAway() && phase.is(Phase.PREPARING);
    }

    private Loss loss(ServerConnection server, boolean isOrderly) {
        Ledger ledger = server.ledger();
        InFlight sent = turn.inFlight();
        if (Owed.of(ledger).isNothing()) { // in the same read
            sent.answered(ledger.transactionStatus(), turn.facts());
        }
        Work work = sent.work(this::scan);
        byte before = ledger.transactionStatus();
        if (ledger.owes(OwnQueries.MustFail.class)) {
            before = 'E';
        } else if (ledger.owes(OwnQueries.MustBegin.class)) { // perhaps behind parameters
            before = 'T';
        }
        return new Loss(
                work,
                before,
                before == 'I' || begin(ledger) != null,
                isOrderly,
                sent.isOpen(),
                !(isOrderly && ledger.isHeadPrivate()),
                ledger.isTold(),
                sent.isShown(),
                ledger.completed());
    }

    private Work scan(ByteBuf in, int from, int end) {
        Functions functions = routing == null ? null : routing.functions();
        return WorkScan.of(turn, texts, functions, in, from, end);
    }

    /** The BEGIN of a block in which nothing ran before the batch at hand; null if none. */
    private byte @Nullable [] begin(Ledger ledger) {
        byte[] first = turn.inFlight().begin();
        return first == null && turn.inFlight().isKept() ? block.ahead(ledger) : first;
    }

    // --- what becomes of it ---------------------------------------------------------------------

    /**
     * The connection is lost; returns whether the session goes on, which this has taken care of.
     *
     * @param held has been taken from the session and discarded
     * @param failure with which the server ended the connection; null if it sent none
     * @param isCut whether the client has got a part of a message whose rest is lost
     */
    boolean goesOn(Lease held, @Nullable ServerFailure failure, boolean isCut) {
        ServerConnection server = held.server();
        boolean isUnseen = failure != null && loss == null; // the client was told
        if (isCut || isUnseen || !mayGoOn(server)) {
            return false;
        } else if (phase.is(Phase.PREPARING)) {
            return preparesAnew();
        }
        Loss now = loss == null ? loss(server, false) : loss;
        ServerFailure why = said;
        lostNanos = turn.shard().nanoTime();
        loss = null;
        said = null;
        byte[] begin = begin(server.ledger());
        Owed owed = Owed.of(server.ledger());
        CommitQuestion question = question(now, owed);
        server.ledger().abandoned();
        block.settled();
        doubt.settled(true);
        turn.statements().takeToClose();
        turn.batch().forget();
        turn.pins().freePlace();
        turn.transactionEnds();
        if (routing != null) {
            routing.lost();
        }
        if (question == null) {
            carryOut(now, why, owed, begin, held);
        } else {
            asks(question, refusal(now, why));
        }
        return true;
    }

    /** Leases again: only parameters were sent, or nothing. */
    private boolean preparesAnew() {
        if (++again > AGAIN_MAX) {
            return false;
        }
        loss = null;
        said = null;
        if (routing != null) {
            routing.decidesAgain();
        }
        phase.become(Phase.IDLE);
        flow.retrySoon();
        return true;
    }

    /** Whether what was in progress may be sent again. */
    private boolean mayRepeat(Loss now, Owed owed) {
        return now.again() != Loss.Again.NO && isAlone(owed);
    }

    /** The question by which its outcome can be found out; null if there is none. */
    private @Nullable CommitQuestion question(Loss now, Owed owed) {
        return isAlone(owed) ? doubt.question(now) : null;
    }

    /** Whether it was a single batch, and nothing else was sent. */
    private boolean isAlone(Owed owed) {
        return turn.inFlight().isKept()
                && !turn.inFlight().isFollowed()
                && owed.ready() == 1
                && !owed.isOpen()
                && !frontend.isMidMessage();
    }

    private void carryOut(
            Loss now, @Nullable ServerFailure why, Owed owed, byte @Nullable [] begin, Lease held) {
        Loss.Again how = mayRepeat(now, owed) ? now.again() : Loss.Again.NO;
        Refusal refusal = refusal(now, why);
        phase.become(Phase.IDLE);
        if (how == Loss.Again.NO || ++again > AGAIN_MAX) {
            tell(now, owed, begin, refusal);
            relay.proceed();
            return;
        }
        waitsAgain();
        if (now.before() != 'I') {
            boolean fails = now.before() == 'E' || begin == null;
            block.carry(begin == null ? LostBlock.BEGIN : begin, fails);
        }
        if (how == Loss.Again.YES) {
            turn.lossEnds(Losses.End.RETRIED, lostNanos);
            flow.retrySoon();
        } else if (again > 1) {
            flow.waitAside();
            refuse(now, refusal);
        } else {
            flow.waitAside();
            ifThere = refusal;
            held.examine(isAway -> examined(now, isAway));
        }
    }

    /** Makes what was in progress wait again, ahead of everything that is held. */
    private void waitsAgain() {
        ByteBuf bytes = turn.inFlight().copy();
        turn.statements().forgetParsed(bytes);
        turn.inFlight().forget();
        frontend.repeat(bytes);
    }

    /** Asks the server that is there now about the outcome of the COMMIT that was in progress. */
    private void asks(CommitQuestion question, Refusal refusal) {
        phase.become(Phase.IDLE);
        waitsAgain();
        doubt.begin(question, refusal, lostNanos);
        flow.retrySoon();
    }

    /** It is known now whether the server whose connection was lost is away. */
    private void examined(Loss now, boolean isAway) {
        Refusal refusal = ifThere;
        ifThere = null;
        if (refusal == null || !phase.is(Phase.WAITING)) {
            return; // the client has given up
        } else if (isAway) {
            turn.lossEnds(Losses.End.RETRIED, lostNanos);
            phase.become(Phase.IDLE);
            relay.proceed();
        } else {
            refuse(now, refusal);
        }
    }

    /** Refuses what waits to be sent again. */
    private void refuse(Loss now, Refusal refusal) {
        count(now);
        flow.refuseRequest(refusal);
    }

    /** Whether the outcome of a COMMIT is still to be found out. */
    boolean isInDoubt() {
        return doubt.isOpen();
    }

    /**
     * What waits is given up.
     *
     * @return what the client is told: {@code why}, unless a COMMIT waits
     */
    Refusal givenUp(Refusal why) {
        ifThere = null;
        block.giveUp();
        return doubt.givenUp(why);
    }

    private void tell(Loss now, Owed owed, byte @Nullable [] begin, Refusal refusal) {
        turn.inFlight().forget();
        frontend.lost(owed.isOpen());
        if (owed.isNothing()) {
            tellLater(now, begin, refusal);
            return;
        }
        count(now);
        byte status = now.statusAfter();
        turn.times().answered(turn.meters(), status == 'I');
        if (status == 'E') {
            block.carry(LostBlock.BEGIN, true);
        }
        Refusal next = now.isOrderly() ? ProxyError.SERVER_LOST_ROLLED_BACK.refusal() : refusal;
        owed.tell(turn.answers(), now.isTold(), refusal, next, status);
    }

    /** The client had sent no request: it was idle in a block, or in no transaction. */
    private void tellLater(Loss now, byte @Nullable [] begin, Refusal refusal) {
        if (begin != null) {
            block.carry(begin, false);
        } else if (now.before() == 'E') {
            block.carry(LostBlock.BEGIN, true);
        } else if (now.before() == 'T') {
            count(now);
            block.untold(refusal);
        }
    }

    private void count(Loss now) {
        boolean isKnown = now.resolution() != Loss.Resolution.UNKNOWN;
        turn.lossEnds(isKnown ? Losses.End.ROLLED_BACK : Losses.End.IN_DOUBT, lostNanos);
        if (!isKnown) {
            log.warn("{} transaction_in_doubt", turn.hello().logName());
        }
    }

    private static Refusal refusal(Loss now, @Nullable ServerFailure why) {
        String server = why == null ? "" : " The server said: " + why.message() + ".";
        boolean isKnown = now.resolution() != Loss.Resolution.UNKNOWN;
        return isKnown
                ? ProxyError.SERVER_LOST_ROLLED_BACK
                        .refusal()
                        .withDetail("The transaction has been rolled back." + server)
                : ProxyError.SERVER_LOST_IN_DOUBT
                        .refusal()
                        .withDetail(
                                "The connection ended before the server had confirmed the end of"
                                        + " the transaction."
                                        + server);
    }

    /**
     * The answers that the client is owed.
     *
     * @param ready how many ReadyForQuery
     * @param isOpen whether a batch, which its Sync will end, is open after those
     */
    record Owed(int ready, boolean isOpen) {
        static Owed of(Ledger ledger) {
            return new Owed(
                    ledger.readyOwedToClient(), ledger.isBatchOpen() || ledger.isSkipping());
        }

        boolean isNothing() {
            return ready == 0 && !isOpen;
        }

        /**
         * Answers all of them.
         *
         * @param isTold whether the first request has been answered with an error already
         * @param first the error for the first request otherwise
         * @param next the error for the others
         */
        void tell(Answers answers, boolean isTold, Refusal first, Refusal next, byte status) {
            for (int i = 0; i < ready; i++) {
                if (i > 0) {
                    answers.sendRefusalAndReady(next, status);
                } else if (isTold) {
                    answers.ready(status);
                } else {
                    answers.sendRefusalAndReady(first, status);
                }
            }
            if (isOpen && ready > 0) {
                answers.sendRefusal(next);
            } else if (isOpen && !isTold) {
                answers.sendRefusal(first);
            }
        }
    }
}
