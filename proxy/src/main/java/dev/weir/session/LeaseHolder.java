package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Effect;
import dev.weir.exchange.InjectedCall;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Channels;
import dev.weir.pool.Lease;
import dev.weir.session.LeasePhase.Phase;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import org.jspecify.annotations.Nullable;

/** Receives what a leased server connection reports: its answers, its parameters, its end. */
@LoopConfined
final class LeaseHolder implements LoopOwned, ServerEvents {
    private final Turn turn;
    private final LeasePhase phase;
    private final Ending ending;
    private final Frontend frontend;
    private final Relay relay;
    private final @Nullable Routing routing;
    private final Settlement settlement;
    private final LostServer lost;

    /** A cancel that must not hit what runs now; null if there is none. */
    private @Nullable CancelRequest heldCancel;

    LeaseHolder(
            Turn turn,
            LeasePhase phase,
            Ending ending,
            Frontend frontend,
            Relay relay,
            @Nullable Routing routing,
            Settlement settlement,
            LostServer lost) {
        this.turn = turn;
        this.phase = phase;
        this.ending = ending;
        this.frontend = frontend;
        this.relay = relay;
        this.routing = routing;
        this.settlement = settlement;
        this.lost = lost;
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        try {
            relay.answer(run);
        } catch (OutOfDirectMemoryError e) {
            ending.outOfMemory(e);
        }
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        try {
            turnEnds();
        } catch (OutOfDirectMemoryError e) { // of this session, which may hold another server now
            ending.outOfMemory(e);
        }
    }

    private void turnEnds() {
        relay.serverTurnEnds();
        if (lost.said() != null) {
            serverLost(lost.said(), null);
            return;
        }
        if (!phase.is(Phase.PREPARING)) {
            cancelHeld(); // while preparing, the client's query is still to be sent
        }
        settlement.settle();
    }

    /** Carries out a cancel that was held, unless it must still wait. */
    void cancelHeld() {
        assertInLoop();
        CancelRequest held = heldCancel;
        if (held != null) {
            heldCancel = null;
            cancel(held);
        }
    }

    /**
     * Cancels what the server runs for the client. While that is a query of Weir's own, the cancel
     * is held: the client's query may follow in the same write, and if the parameters or the BEGIN
     * ahead of it failed, it would run with another client's parameters, or outside a transaction
     * block.
     */
    void cancel(CancelRequest request) {
        assertInLoop();
        ServerConnection server = turn.serverOrNull();
        CancelRequest before = heldCancel;
        if (server == null || server.ledger().outstanding() == 0) {
            request.done().run();
        } else if (isOwn(server.ledger().headEffect())) {
            heldCancel = before == null ? request : request.with(before);
        } else {
            server.cancel(request.sender(), request.waitMillis(), request.done());
        }
    }

    /** Whether it belongs to a request that the client's own may follow in the same write. */
    private static boolean isOwn(@Nullable Effect head) {
        return head instanceof InjectedQuery
                || head instanceof InjectedCall call && call.failsRequest();
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop();
        relay.readClient();
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return turn.parameters().changed(name, value, injected);
    }

    @Override
    public boolean takesNotification(ByteBuf in, int at, int length) {
        assertInLoop();
        ServerConnection server = turn.serverOrNull();
        if (server != null && Channels.processId(in, at) == server.processId()) {
            Channels.processId(in, at, turn.processId());
        }
        Notifications listening = turn.notifications();
        return listening != null && listening.takes(in, at, length);
    }

    @Override
    public void statementsDiscarded() {
        assertInLoop();
        turn.statements().clear();
    }

    // --- a switchover ---------------------------------------------------------------------------

    @Override
    public Tie tie() {
        assertInLoop();
        ServerConnection server = turn.serverOrNull();
        Belongings own = turn.belongings();
        if (own != null && server != null) {
            return own.tie(server);
        }
        return turn.isWholeSession() || turn.pins().isPinned() ? Tie.BOUND : Tie.NONE;
    }

    @Override
    public void vacate() {
        assertInLoop();
        Belongings own = turn.belongings();
        if (own != null) {
            own.wanted();
            ending.guard(settlement::settle);
        }
    }

    // --- a batch that runs again ----------------------------------------------------------------

    @Override
    public boolean refusedStale() {
        assertInLoop();
        return settlement.repeatsStale();
    }

    @Override
    public boolean mayRunElsewhere() {
        assertInLoop();
        return routing != null && !frontend.isMidMessage();
    }

    @Override
    public boolean refuses(String sqlState, boolean ends) {
        assertInLoop();
        if (routing == null || !routing.refuses(sqlState, ends)) {
            return false;
        }
        phase.hold();
        return true;
    }

    @Override
    public After ends(ServerFailure why) {
        assertInLoop();
        return lost.ends(why);
    }

    @Override
    public void outOfMemory() {
        assertInLoop();
        ending.fail(ProxyError.OUT_OF_BUFFER_MEMORY);
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        Lease held = turn.takeLease();
        if (held == null) {
            return;
        }
        Notifications listening = turn.notifications();
        if (listening != null) {
            listening.serverGone();
        }
        if (routing != null) {
            routing.counts(held.server());
        }
        boolean isCut = held.server().hasHandedPart();
        boolean isExpected = held.server().isInputEnded();
        Refusal cutOff = held.server().cutOff();
        boolean isUntold = lost.said() != null;
        held.discard(isExpected ? EndReason.UNFINISHED.words() : EndReason.SERVER_CRASHED.words());
        if (isExpected) {
            ending.close(EndReason.CLIENT_EOF.words());
        } else if (violation == null && survives(held.server(), failure)) {
            phase.become(Phase.IDLE);
            relay.proceed();
        } else if (violation == null && lost.goesOn(held, failure, isCut)) {
            cancelGone();
        } else if (isUntold && failure != null) {
            ending.fail(failure.refusal());
        } else if (isCut) {
            ending.close(
                    EndReason.SERVER_CRASHED.words()); // an error would fall into the cut message
        } else if (cutOff != null) {
            ending.fail(cutOff);
        } else {
            ending.serverLost(failure, violation);
        }
    }

    /** What was to be cancelled is gone. */
    void cancelGone() {
        assertInLoop();
        CancelRequest held = heldCancel;
        if (held != null) {
            heldCancel = null;
            held.done().run();
        }
    }

    /** Whether what was in progress is run on the primary next. */
    private boolean survives(ServerConnection server, @Nullable ServerFailure failure) {
        String sqlState = failure == null ? null : failure.sqlState();
        if (lost.said() != null
                || routing == null
                || !mayRunElsewhere()
                || !routing.survives(sqlState)) {
            return false;
        }
        server.ledger().abandoned(); // what is sent again must find the names as before
        frontend.repeat(routing.takeAgain());
        routing.released();
        return true;
    }
}
