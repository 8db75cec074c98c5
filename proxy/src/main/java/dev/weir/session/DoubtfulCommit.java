package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.LogHistory;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.WriteTrace;
import dev.weir.config.CommitCertainty;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Losses;
import dev.weir.protocol.FrontendTag;
import dev.weir.session.CommitQuestion.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A COMMIT whose answer was lost with its server connection. Once a transaction has changed
 * something, the server is asked for its ID and log position ahead of the next message; if the
 * COMMIT is not answered, the server that is there now is asked about the outcome, before anything
 * else from the client.
 */
final class DoubtfulCommit {
    /*
     *          the connection is lost             a connection is leased
     *   NONE ────────────────────────▶ OPEN ───────────────────────────────▶ ASKED
     *    ▲                             ▲  └────── it is lost, too ◀────────────┤
     *    │                             └──────── its server is still at it ────┤
     *    │  the client has the answer of its COMMIT, or is told that it is     │
     *    └──────── rolled back, or in doubt ◀───── KNOWN ◀─────────────────────┘
     *
     * OPEN, ASKED and KNOWN: the COMMIT waits as the first message that is held. If it was carried
     * out, it is run again after a BEGIN: so the client gets the server's own answer.
     */
    private enum State {
        NONE,
        OPEN,
        ASKED,
        KNOWN
    }

    /**
     * Precedes a COMMIT that has already been carried out, if a COMMIT waits for a standby. It
     * writes to the log, so that the answer waits until the standby has that record, and with it
     * the earlier COMMIT.
     */
    private static final byte[] BEGIN_AND_WRITE =
            "BEGIN;SELECT pg_catalog.pg_logical_emit_message(true, 'weir', '')"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final Logger log = LoggerFactory.getLogger(DoubtfulCommit.class);

    private final Turn turn;
    private final Flow flow;
    private final ClientRun run;
    private final LostBlock block;
    private State state = State.NONE;

    /** Created for the first transaction that needs it. */
    private @Nullable CommitMark mark;

    /** Null in NONE. */
    private @Nullable CommitQuestion question;

    /** What the client is told if the outcome is unknown; null in NONE. */
    private @Nullable Refusal unknown;

    private long lostNanos;
    private Outcome outcome = Outcome.UNKNOWN;
    private boolean mustWait;
    private int tries;

    DoubtfulCommit(Turn turn, Flow flow, ClientRun run, LostBlock block) {
        this.turn = turn;
        this.flow = flow;
        this.run = run;
        this.block = block;
    }

    private void become(State next) {
        assert switch (next) {
                    case NONE -> true;
                    case OPEN -> state == State.NONE || state == State.ASKED;
                    case ASKED -> state == State.OPEN;
                    case KNOWN -> state == State.ASKED;
                }
                : state + " to " + next;
        state = next;
    }

    /** Whether a COMMIT waits whose outcome is to be found out. */
    boolean isOpen() {
        return state != State.NONE;
    }

    // --- before the loss ------------------------------------------------------------------------

    /** Asks for what must be known later, ahead of the message at hand, if that begins a batch. */
    void ahead(byte tag) {
        ServerConnection server = turn.server();
        WriteTrace writes = server.writes();
        LogHistory history = writes.history();
        if (writes.hasChanged()
                && history != null
                && FrontendTag.beginsBatch(tag)
                && isDue(server.ledger())) {
            CommitMark known = mark;
            if (known == null) {
                mark = known = new CommitMark();
            }
            run.emitRun();
            known.ask(
                    run.out(CommitMark.BYTES),
                    server,
                    history,
                    HistoryQuestion.certainty(turn) == CommitCertainty.FULL);
        }
    }

    private boolean isDue(Ledger ledger) {
        return (mark == null || !mark.isAsked())
                && ledger.transactionStatus() == 'T'
                && ledger.isQuiet()
                && HistoryQuestion.isWanted(turn);
    }

    // --- the loss -------------------------------------------------------------------------------

    /**
     * All is answered on the held connection, or it is lost.
     *
     * @param isOver whether no transaction is open
     */
    void settled(boolean isOver) {
        CommitMark known = mark;
        if (known != null && isOver) {
            known.forget();
        }
        if (state == State.ASKED) {
            become(State.OPEN);
        }
    }

    /**
     * The question about what was lost; null if it is not just a COMMIT, or too little is known.
     */
    @Nullable CommitQuestion question(Loss loss) {
        boolean isCommit =
                loss.resolution() == Loss.Resolution.UNKNOWN
                        && loss.before() == 'T'
                        && loss.work().isLoneEnd()
                        && !loss.work().isLoneRollback()
                        && !loss.isShown()
                        && !loss.isTold();
        return mark == null || !isCommit ? null : mark.question();
    }

    /**
     * The COMMIT waits, as the first message that is held, until its outcome is known.
     *
     * @param refusal what the client is told if the outcome is unknown
     * @param atNanos when the connection was lost
     */
    void begin(CommitQuestion asked, Refusal refusal, long atNanos) {
        become(State.OPEN);
        question = asked;
        unknown = refusal;
        lostNanos = atNanos;
        tries = 0;
    }

    // --- the question ---------------------------------------------------------------------------

    /** Takes the next step for the COMMIT, which is the message at hand. */
    Step step() {
        return switch (state) {
            case OPEN -> asks();
            case ASKED -> Step.WAITS;
            case KNOWN -> concludes();
            case NONE -> Step.GOES;
        };
    }

    private Step asks() {
        if (!turn.isLeased()) {
            flow.leaseFrom(ClientShard.PRIMARY);
        }
        if (turn.isLeased() && flow.mayForward()) {
            become(State.ASKED);
            ServerConnection server = turn.server();
            server.inject(Objects.requireNonNull(question).sql(tries++), new Asked());
            server.flush();
            flow.holdUntilAnswered();
        }
        return Step.WAITS;
    }

    /** The question to the server that is there now. */
    private final class Asked implements InjectedQuery {
        private Outcome answer = Outcome.UNKNOWN;

        @Override
        public void row(List<@Nullable String> values) {
            if (CommitQuestion.isAnswer(values)) {
                answer = Objects.requireNonNull(question).outcome(values);
                mustWait = CommitQuestion.hasSynchronousStandbys(values);
            }
        }

        @Override
        public void succeeded() {
            if (answer == Outcome.RUNNING && tries < CommitQuestion.TRIES_MAX) {
                become(State.OPEN);
            } else {
                outcome = answer == Outcome.RUNNING ? Outcome.UNKNOWN : answer;
                become(State.KNOWN);
            }
        }

        @Override
        public void failed() {
            if (state == State.ASKED) {
                outcome = Outcome.UNKNOWN;
                become(State.KNOWN);
            }
        }
    }

    private Step concludes() {
        if (outcome == Outcome.COMMITTED) {
            turn.lossEnds(Losses.End.RESOLVED, lostNanos);
            turn.lossEnds(Losses.End.COMMITTED, lostNanos);
            tellLog();
            close();
            block.carry(mustWait ? BEGIN_AND_WRITE : LostBlock.BEGIN, false);
            return Step.GOES;
        }
        flow.refuseSoon(ProxyError.SERVER_LOST_IN_DOUBT.refusal());
        return Step.WAITS;
    }

    /**
     * The COMMIT is given up, for this reason or because its outcome is known.
     *
     * @return what the client is told
     */
    Refusal givenUp(Refusal why) {
        if (state == State.NONE) {
            return why;
        }
        boolean isRolledBack = state == State.KNOWN && outcome == Outcome.ROLLED_BACK;
        Refusal told =
                isRolledBack
                        ? ProxyError.SERVER_LOST_ROLLED_BACK
                                .refusal()
                                .withDetail("The transaction has been rolled back.")
                        : Objects.requireNonNull(unknown).withHint(hint());
        turn.lossEnds(isRolledBack ? Losses.End.ROLLED_BACK : Losses.End.IN_DOUBT, lostNanos);
        if (isRolledBack) {
            turn.lossEnds(Losses.End.RESOLVED, lostNanos);
        }
        tellLog();
        close();
        return told;
    }

    private String hint() {
        CommitQuestion of = Objects.requireNonNull(question);
        return "Its number was %s, and the log of its server stood at %s. See what it has changed before you run it again."
                .formatted(Long.toString(of.xid()), of.positionText());
    }

    private void tellLog() {
        boolean isKnown = outcome != Outcome.UNKNOWN && state == State.KNOWN;
        CommitQuestion of = Objects.requireNonNull(question);
        log.atLevel(isKnown ? Level.INFO : Level.WARN)
                .log(
                        "{} {} xid={} lsn={} outcome={}",
                        turn.hello().logName(),
                        isKnown ? "transaction_resolved" : "transaction_in_doubt",
                        of.xid(),
                        of.positionText(),
                        isKnown ? outcome.name().toLowerCase(Locale.ROOT) : "unknown");
    }

    private void close() {
        become(State.NONE);
        question = null;
        unknown = null;
        outcome = Outcome.UNKNOWN;
    }
}
