package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.config.PoolMode;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.metrics.Limit;
import dev.weir.net.ClientIdentity;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Allowance;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Waiter;
import dev.weir.session.LeasePhase.Phase;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's server connections, one after the other: leased when it sends a request, given its
 * parameters, settled when all is answered, and returned.
 */
@LoopConfined
final class LeaseCycle implements LoopOwned, Waiter, Flow {
    private static final String WAITS =
            "No server connection available in postgres backend, client being queued";

    private final Turn turn;
    private final ClientPort port;
    private final Ending ending;
    private final @Nullable Routing routing;
    private final Frontend frontend;
    private final Relay relay;

    private final LeasePhase phase = new LeasePhase();
    private final LostServer lost;
    private final LeaseHolder holder;
    private final LeaseBeginning beginning;
    private final Settlement settlement;

    /** Why the waiting message is about to be refused; null if it is not. */
    private @Nullable Refusal refusal;

    LeaseCycle(SessionContext context, Turn turn, ClientPort port, Ending ending) {
        this.turn = turn;
        this.port = port;
        this.ending = ending;
        var run = new ClientRun(turn);
        var texts = context.texts(turn);
        this.routing = context.routing(turn, this, run, texts);
        var block = new LostBlock(turn, this, run, texts, routing);
        BooleanSupplier refusesSimple = context.refusesSimpleQuery();
        var doubt = new DoubtfulCommit(turn, this, run, block);
        this.frontend = new Frontend(turn, this, run, routing, texts, block, doubt, refusesSimple);
        this.relay = new Relay(turn, phase, port, frontend);
        this.lost =
                new LostServer(turn, phase, this, frontend, relay, texts, block, doubt, routing);
        this.settlement =
                new Settlement(turn, phase, this, frontend, relay, routing, lost, port, context);
        this.holder =
                new LeaseHolder(turn, phase, ending, frontend, relay, routing, settlement, lost);
        this.beginning =
                new LeaseBeginning(turn, phase, this, ending, frontend, relay, routing, holder);
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    // --- what it does ---------------------------------------------------------------------------

    @Override
    public boolean mayForward() {
        assertInLoop();
        return phase.mayForward() || phase.is(Phase.HOLDING) && turn.feedsCopy();
    }

    @Override
    public boolean isHolding() {
        assertInLoop();
        return phase.is(Phase.HOLDING);
    }

    @Override
    public boolean isClosed() {
        assertInLoop();
        return phase.is(Phase.ENDED);
    }

    /** Whether the client neither holds a server connection nor waits for one. */
    boolean isIdle() {
        return phase.is(Phase.IDLE);
    }

    /** The client's state in the console's words, which are PgBouncer's. */
    String stateName() {
        return phase.name(turn.isLeased());
    }

    /** How many of the client's bytes are held here. */
    int heldBytes() {
        return frontend.heldBytes();
    }

    // --- the welcome ----------------------------------------------------------------------------

    /** Keeps what the client sent before its welcome. Takes over {@code bytes}. */
    void early(ByteBuf bytes) {
        assert phase.is(Phase.UNWELCOME) : phase.now();
        frontend.readEarly(bytes);
    }

    /** The node that the client is welcomed from. */
    int welcomeFrom() {
        return routing == null ? ClientShard.PRIMARY : routing.welcome();
    }

    /** The client has been welcomed, and may send requests. */
    void welcomed() {
        phase.become(Phase.IDLE);
        relay.proceed();
    }

    // --- leasing --------------------------------------------------------------------------------

    @Override
    public boolean lease() {
        assertInLoop();
        phase.become(Phase.WAITING);
        waitFor(ClientShard.PRIMARY);
        return phase.is(Phase.SERVING);
    }

    private void waitFor(int node) {
        if (turn.dedicated() != null && turn.pool().mode() != PoolMode.SESSION) {
            turn.pins().awaitPlace();
        }
        if (turn.pins().mustWait()) {
            turn.shard().leasePinned(this, node);
        } else {
            turn.shard().lease(this, node);
        }
    }

    @Override
    public void leaseFrom(int node) {
        assertInLoop();
        waits();
        waitFor(node);
    }

    @Override
    public void waitAside() {
        assertInLoop();
        waits();
    }

    /** Makes the client wait, unless it waits already. */
    private void waits() {
        if (!phase.is(Phase.WAITING)) {
            phase.become(Phase.WAITING);
            refusal = null;
        }
    }

    @Override
    public boolean accepts(ServerConnection connection) {
        assertInLoop();
        return turn.accepts(connection);
    }

    @Override
    public boolean prefers(ServerConnection connection) {
        assertInLoop();
        return turn.prefers(connection);
    }

    @Override
    public ParameterSet resetValues() {
        assertInLoop();
        return turn.parameters().resetValues();
    }

    @Override
    public long client() {
        assertInLoop();
        return turn.hello().id();
    }

    @Override
    public boolean isForClient() {
        assertInLoop();
        return true;
    }

    @Override
    public ClientIdentity identity() {
        assertInLoop();
        return turn.hello();
    }

    @Override
    public @Nullable String applicationName() {
        assertInLoop();
        return turn.parameters().applicationName();
    }

    @Override
    public void quiet(boolean on) {
        assertInLoop();
        port.quiet(on);
    }

    @Override
    public boolean hasStained() {
        assertInLoop();
        return turn.hasStained();
    }

    @Override
    public @Nullable Map<String, String> dedicated() {
        assertInLoop();
        return turn.dedicated();
    }

    @Override
    public boolean isWholeSession() {
        assertInLoop();
        return turn.isWholeSession();
    }

    @Override
    public boolean isForBlock() {
        assertInLoop();
        return isWholeSession() || routing != null && routing.isForBlock();
    }

    @Override
    public void placed() {
        assertInLoop();
        turn.pins().placed();
    }

    @Override
    public void stillWaits() {
        assertInLoop();
        ending.guard(() -> turn.answers().noticeNow(WAITS));
    }

    @Override
    public void leased(Lease granted) {
        assertInLoop();
        turn.leased(granted);
        turn.times().leased();
        if (turn.dedicated() != null) {
            turn.pins().own();
        }
        if (turn.stainsAlways()) {
            turn.stain();
        }
        ServerConnection server = granted.server();
        server.holder(holder);
        if (!port.isWritable()) {
            server.reading(false);
        }
        try {
            beginning.of(granted);
        } catch (OutOfDirectMemoryError e) {
            ending.outOfMemory(e);
        }
    }

    @Override
    public void refused(Refusal why) {
        assertInLoop();
        ending.guard(() -> goOnWithout(why));
    }

    private void goOnWithout(Refusal why) {
        if (lost.isInDoubt()) {
            refuseSoon(why); // the COMMIT may be at hand just now
        } else if (routing != null && routing.fallsBack()) {
            phase.become(Phase.IDLE);
            retrySoon();
        } else {
            ending.fail(why);
        }
    }

    @Override
    public void retrySoon() {
        assertInLoop();
        loop().execute(() -> ending.guard(this::retry));
    }

    private void retry() {
        if (phase.is(Phase.IDLE)) { // otherwise something else has continued
            relay.proceed();
        }
    }

    // --- a halt ---------------------------------------------------------------------------------

    @Override
    public void holdUntilAnswered() {
        assertInLoop();
        phase.become(Phase.HOLDING);
    }

    @Override
    public void waitForPin() {
        assertInLoop();
        turn.pins().awaitPlace();
        holdUntilAnswered();
        loop().execute(() -> ending.guard(settlement::settle)); // in case nothing is to be answered
    }

    @Override
    public void endTransaction(String command) {
        assertInLoop();
        holdUntilAnswered();
        settlement.endTransaction(turn.server(), command);
    }

    // --- from the client ------------------------------------------------------------------------

    /** Takes what the client sent. Takes over {@code bytes}. */
    void clientBytes(ByteBuf bytes) {
        turn.times().readClock();
        frontend.readInTurn(bytes);
        relay.clientBytesTaken();
    }

    void clientTurnEnds() {
        frontend.turnEnds();
        frontend.flush();
        turn.times().active();
        ServerConnection server = turn.serverOrNull();
        if (server == null ? phase.is(Phase.WAITING) : server.ledger().outstanding() > 0) {
            turn.times().asked();
        } else if (server != null && phase.is(Phase.SERVING) && server.ledger().isIdle()) {
            // the server ignored what came too late: no answer will end the lease
            settlement.settle();
        }
        relay.count();
        if (phase.is(Phase.WAITING) && relay.isRefused()) {
            Allowance allowance = turn.pool().allowance();
            allowance.meters().refuses(Limit.BUFFER_MEMORY);
            refuseRequest(ProxyError.BUFFER_MEMORY_FULL, allowance.buffers().limit());
            relay.count();
        }
        relay.readClient();
    }

    @Override
    public boolean holdsMore() {
        assertInLoop();
        relay.count();
        return relay.isMemoryFull();
    }

    /** What passes between the client and its server, and is held for either. */
    Relay relay() {
        return relay;
    }

    /** Cancels what the client waits for or runs. */
    void cancel(CancelRequest request) {
        if (phase.is(Phase.WAITING)) {
            ending.guard(() -> refuseRequest(ProxyError.QUERY_CANCELED));
            request.done().run();
            return;
        }
        holder.cancel(request);
    }

    @Override
    public void refuseSoon(Refusal why) {
        assertInLoop();
        waits();
        refusal = why;
        turn.loop()
                .execute(() -> {
                    if (refusal == why && phase.is(Phase.WAITING)) {
                        ending.guard(() -> refuseRequest(why));
                    }
                });
    }

    @Override
    public void refuseRequest(Refusal why) {
        assertInLoop();
        refusal = null;
        Refusal told = lost.givenUp(why);
        turn.shard().forget(this);
        turn.pins().freePlace();
        if (routing != null) {
            routing.giveUp();
        }
        phase.become(Phase.IDLE);
        byte status = frontend.statusWithoutServer();
        turn.times().answered(turn.meters(), status == 'I');
        if (frontend.dropWaitingRequest()) {
            turn.answers().sendRefusalAndReady(told, status);
        } else {
            turn.answers().sendRefusal(told);
        }
        relay.proceed();
    }

    // --- the end --------------------------------------------------------------------------------

    @Override
    public void fail(ProxyError error, Object... blanks) {
        assertInLoop();
        ending.fail(error, blanks);
    }

    @Override
    public void ended(EndReason reason) {
        assertInLoop();
        ending.close(reason.words());
    }

    /** The client sends nothing more: what it has sent is carried out, and answered, first. */
    void clientEnds() {
        leaves(true);
    }

    /** Whether the client has announced its end. */
    boolean hasTakenLeave() {
        return frontend.hasTakenLeave(false);
    }

    /** Nothing reaches the client any more: nobody waits for the answers. */
    void clientGone() {
        leaves(false);
        if (!isClosed() && frontend.heldBytes() == 0) {
            ending.close(EndReason.CLIENT_EOF.words());
        } else if (!isClosed()) {
            relay.clientWritabilityChanged();
        }
    }

    /**
     * What still waits for a server connection is dropped, unless the client's end came in the same
     * read: for a client that has given up, it would only keep others waiting.
     */
    private void leaves(boolean isFin) {
        boolean waits = phase.is(Phase.WAITING) || phase.is(Phase.UNWELCOME);
        boolean isGivenUp = waits && !frontend.hasTakenLeave(isFin);
        if (isGivenUp && !(isFin && turn.shard().isServedSoon(this))) {
            ending.close(EndReason.CLIENT_EOF.words());
        } else {
            frontend.end();
        }
    }

    @Override
    public void broken() {
        assertInLoop();
        ending.broken();
    }

    /** Sends the client a ReadyForQuery that is kept back. */
    void releaseReady() {
        Notifications listening = turn.notifications();
        if (listening != null) {
            listening.releaseReady();
        }
    }

    /** The session has ended: leaves the server connection, and releases what waits here. */
    void end() {
        boolean waiting = phase.is(Phase.WAITING);
        phase.become(Phase.ENDED);
        if (waiting) {
            lost.givenUp(ProxyError.ADMIN_SHUTDOWN.refusal());
            turn.shard().forget(this);
        }
        if (routing != null) {
            routing.close();
        }
        settlement.leave();
        holder.cancelGone();
        Notifications listening = turn.notifications();
        if (listening != null) {
            listening.end();
        }
        frontend.release();
        relay.end();
    }
}
