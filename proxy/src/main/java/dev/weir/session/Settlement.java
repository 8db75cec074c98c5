package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.config.PoolMode;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.pool.Lease;
import dev.weir.session.LeasePhase.Phase;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ends what is finished once a server has answered everything: a halt, a transaction, a lease. */
final class Settlement {
    /*
     * All is answered:
     *
     *   a replica has refused the batch ──▶ ROLLBACK, then the primary runs it
     *   it is to be sent once more ──▶ it goes ahead of what is held
     *   no block is open ──▶ something is to be asked of the server? ──yes──▶ wait for that
     *                          │ no
     *                          ▼
     *                        nothing ties the client to it? ──▶ give the connection back
     *   else ──▶ what was held goes on
     */
    private final Turn turn;
    private final LeasePhase phase;
    private final Flow flow;
    private final Frontend frontend;
    private final Relay relay;
    private final @Nullable Routing routing;
    private final LostServer lost;
    private final Leftovers leftovers;
    private final ClientPort port;
    private final SessionContext context;

    Settlement(
            Turn turn,
            LeasePhase phase,
            Flow flow,
            Frontend frontend,
            Relay relay,
            @Nullable Routing routing,
            LostServer lost,
            ClientPort port,
            SessionContext context) {
        this.port = port;
        this.context = context;
        this.turn = turn;
        this.phase = phase;
        this.flow = flow;
        this.frontend = frontend;
        this.relay = relay;
        this.routing = routing;
        this.lost = lost;
        this.leftovers = new Leftovers(turn, this::listening);
    }

    /** Ends what is finished, if anything is. */
    void settle() {
        ServerConnection server = turn.serverOrNull();
        if (server == null || phase.is(Phase.PREPARING)) {
            return;
        }
        Ledger ledger = server.ledger();
        if (!server.isOpen() || ledger.outstanding() > 0 || frontend.isMidMessage()) {
            return;
        }
        counted(turn.times().answered(turn.meters(), ledger));
        if (turn.batch().isRefused() || turn.batch().isStale()) {
            turn.inFlight().forget(); // it is sent again
        } else {
            turn.inFlight().answered(ledger.transactionStatus(), turn.facts());
        }
        lost.settled(ledger.transactionStatus() == 'I');
        if (routing != null && turn.batch().isRefused()) {
            runElsewhere(routing, server);
            return;
        }
        if (turn.batch().isStale()) {
            frontend.repeat(turn.batch().take());
        } else if (ledger.isQuiet() && settleQuiet(server)) {
            return;
        }
        if (phase.is(Phase.HOLDING)) {
            phase.become(Phase.SERVING);
            relay.proceed();
        }
    }

    private void counted(long nanos) {
        Lease lease = turn.lease();
        if (lease != null && nanos != SessionTimes.NONE) {
            lease.counted(nanos);
        }
    }

    /** All is answered and no batch is open; true if what is held must still wait. */
    private boolean settleQuiet(ServerConnection server) {
        turn.circumstances().settled(server);
        if (leftovers.closeNames(server)) {
            phase.hold();
            return true;
        }
        boolean isOver = server.ledger().transactionStatus() == 'I';
        if (turn.mode() == PoolMode.SESSION) {
            committed(isOver, server);
            return isOver && (leaves() || moves(server));
        }
        if (isOver) {
            turn.transactionEnds();
        }
        return isOver ? settleTransaction(server) : staysOpen();
    }

    private boolean staysOpen() {
        if (turn.mode() == PoolMode.STATEMENT) {
            flow.fail(ProxyError.TRANSACTION_IN_STATEMENT_MODE);
            return true;
        }
        if (routing != null) {
            routing.staysOpen();
        }
        return false;
    }

    private boolean settleTransaction(ServerConnection server) {
        if (routing != null && routing.asksNow()) {
            phase.hold();
            return true;
        }
        committed(true, server);
        if (leftovers.ask(server) || HistoryQuestion.behind(turn, server)) {
            phase.hold();
            return true;
        }
        Notifications listening = turn.notifications();
        if (listening != null && listening.settles(server)) {
            phase.hold();
            return true;
        }
        leftovers.keepUnnamed(server);
        if (turn.pins().isPinned()) {
            return leaves() || !staysPinned();
        }
        turn.pins().freePlace();
        giveBack();
        if (!leaves()) {
            relay.proceed();
        }
        return true;
    }

    /**
     * A client that keeps its connection gives it back, if it is to get another one instead.
     *
     * @return whether what it sends must wait
     */
    private boolean moves(ServerConnection server) {
        Belongings own = turn.belongings();
        Belongings.Step step = own == null ? Belongings.Step.STAYS : own.look(server);
        switch (step) {
            case STAYS -> {}
            case ASKED -> phase.hold();
            case LEAVES -> {
                Lease held = Objects.requireNonNull(turn.takeLease());
                Objects.requireNonNull(own).left();
                phase.become(Phase.IDLE);
                if (routing != null) {
                    routing.moved();
                }
                held.close();
                relay.proceed();
            }
        }
        return step != Belongings.Step.STAYS;
    }

    private void committed(boolean isOver, ServerConnection server) {
        if (isOver && routing != null) {
            routing.committed(server);
        }
    }

    private Notifications listening() {
        Notifications known = turn.notifications();
        if (known == null) {
            known = new Listening(turn, port, flow, this::settle);
            turn.notifications(known);
        }
        return known;
    }

    /**
     * The client has no transaction open: disconnects it if it is to leave, whatever it has sent
     * since. Returns whether it did.
     */
    private boolean leaves() {
        boolean leaves = turn.shard().letsGo();
        if (leaves) {
            flow.fail(ProxyError.ADMIN_SHUTDOWN);
        }
        return leaves;
    }

    private boolean staysPinned() {
        Pins pins = turn.pins();
        if (pins.mayStay()) {
            return true;
        }
        int most = turn.pool().settings().poolSize();
        flow.fail(ProxyError.ALL_PINNED, most, pins.reasons().iterator().next().name());
        return false;
    }

    /** Returns the server connection to the pool. */
    private void giveBack() {
        Lease held = Objects.requireNonNull(turn.takeLease());
        phase.become(Phase.IDLE);
        if (routing != null) {
            routing.released();
        }
        boolean isFree = frontend.heldBytes() == 0; // else the client would wait for that
        if (!isFree || !turn.isCatalogDue() || !context.lendsForCatalog(turn, held)) {
            held.close();
        }
    }

    // --- a batch that runs again ----------------------------------------------------------------

    /** A replica has refused the batch: the primary runs it next. */
    private void runElsewhere(Routing routes, ServerConnection server) {
        phase.hold();
        if (server.ledger().transactionStatus() != 'I') {
            endTransaction(server, "ROLLBACK");
        } else {
            frontend.repeat(routes.takeAgain());
            giveBack();
            relay.proceed();
        }
    }

    void endTransaction(ServerConnection server, String command) {
        server.inject(command, new OwnQueries.MustSucceed(server));
        server.flush();
    }

    /**
     * The server refuses a Bind because a table has changed since its statement was parsed.
     *
     * @return whether the batch is sent again, with its Parse
     */
    boolean repeatsStale() {
        ServerConnection server = turn.serverOrNull();
        Batch batch = turn.batch();
        byte[] name = batch.statement();
        ClientStatements.Entry entry = name == null ? null : turn.statements().find(name);
        if (entry == null) {
            return false;
        }
        turn.shard().statements().retire(entry.statement());
        if (server == null || !batch.isRepeatable() || server.ledger().readyOwed() != 1) {
            return false;
        }
        turn.statements().remove(entry);
        batch.stale();
        phase.hold();
        return true;
    }

    // --- the end --------------------------------------------------------------------------------

    /** Leaves the server connection: to the next client if clean, else to be cleaned or closed. */
    void leave() {
        turn.batch().forget();
        turn.inFlight().forget();
        Lease held = turn.takeLease();
        if (held != null) {
            held.server().flush();
            if (leftovers.mayBe() || turn.stainsAlways()) {
                held.orphan();
            }
            leave(held);
        }
        if (turn.hasStained()) {
            turn.shard().clientLeft(turn.hello().id());
        }
    }

    private void leave(Lease held) {
        Duration queryMax = turn.pool().settings().queryTimeout();
        if (!held.server().isOpen()) {
            held.discard(EndReason.SERVER_CRASHED.words());
        } else if (frontend.isMidMessage() || held.server().ledger().isUnended()) {
            held.part(EndReason.UNFINISHED.words(), !frontend.isMidMessage(), queryMax);
        } else if (leftovers.mayOutliveWipe()) {
            held.part(EndReason.LEFT_BEHIND.words(), true, queryMax);
        } else if (held.server().ledger().isIdle()) {
            held.close();
        } else {
            held.abandon(queryMax);
        }
    }
}
