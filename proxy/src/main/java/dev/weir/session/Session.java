package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.login.ClientHello;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Waiter;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The life of one client after its login: welcomed, served by one {@link LeaseCycle}, closed by
 * either side, by a timeout or by an operator.
 */
@LoopConfined
public final class Session implements LoopOwned, ClientEvents, Ending {
    /*
     *   OPEN ──the client leaves, or is told why it must──▶ CLOSED
     */
    private enum Life {
        OPEN,
        CLOSED
    }

    /** Told once, when a session has ended. */
    interface Closed {
        void closed(Session session, String reason);
    }

    private final SessionContext context;
    private final ClientPort port;
    private final Closed closed;
    private final Turn turn;
    private final LeaseCycle cycle;
    private final Welcome welcome;
    private Life life = Life.OPEN;

    /** A session of a client that {@code port} leads to and that was counted in at the shard. */
    Session(
            SessionContext context,
            ClientPort port,
            ClientHello hello,
            ClientShard shard,
            Closed closed) {
        this.context = context;
        this.port = port;
        this.closed = closed;
        var times = new SessionTimes(context.onLoop(shard.loop()).clock());
        this.turn = new Turn(hello, shard, times, new Answers(port));
        this.cycle = new LeaseCycle(context, turn, port, this);
        this.welcome = new Welcome(context, turn, port, this, this::cancel, cycle::welcomed);
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    /**
     * Welcomes the client; it is read from then on.
     *
     * @param early what it sent before; taken over
     */
    void start(@Nullable ByteBuf early) {
        if (early != null) {
            cycle.early(early);
        }
        welcome.start(cycle.welcomeFrom());
    }

    public boolean isClosed() {
        assertInLoop();
        return life == Life.CLOSED;
    }

    // --- from the client ------------------------------------------------------------------------

    @Override
    public void clientBytes(ByteBuf bytes) {
        assertInLoop();
        if (life == Life.CLOSED) {
            bytes.release();
        } else {
            cycle.clientBytes(bytes);
        }
    }

    @Override
    public void clientTurnEnds() {
        assertInLoop();
        if (life == Life.OPEN) {
            cycle.clientTurnEnds();
        }
    }

    @Override
    public void clientWritabilityChanged() {
        assertInLoop();
        cycle.clientWritabilityChanged();
    }

    @Override
    public void clientGone() {
        assertInLoop();
        close("client unexpected eof");
    }

    /** Cancels what the session waits for or runs; called from any thread. */
    public void cancel() {
        loop().execute(this::cancelHere);
    }

    private void cancelHere() {
        cycle.cancel(context.cancelSender(), context.cancelWaitMillis());
    }

    // --- its times ------------------------------------------------------------------------------

    /** Ends the session if one of its times is up, or if it is to go and may. */
    void expire(SessionLimits limits) {
        ServerConnection server = turn.serverOrNull();
        Ledger ledger = server == null ? null : server.ledger();
        ProxyError error =
                turn.times()
                        .expired(turn.pool().settings(), limits.write(), cycle.isIdle(), ledger);
        if (error == null && (ledger == null || ledger.isIdle())) {
            error = mustGo(limits, server);
        }
        if (error != null) {
            fail(error);
        }
    }

    /** Why the session ends between transactions; null if it does not. */
    private @Nullable ProxyError mustGo(SessionLimits limits, @Nullable ServerConnection server) {
        if (turn.pool().isRemoved()) {
            return ProxyError.DATABASE_REMOVED;
        } else if (!welcome.isSaid() && turn.times().isOlderThan(limits.login())) {
            return ProxyError.LOGIN_TIMEOUT_SERVER_DOWN;
        } else if (limits.fastClose()
                && turn.mode() == PoolMode.SESSION
                && server != null
                && server.closeNeeded()) {
            return ProxyError.DATABASE_CHANGED;
        }
        return null;
    }

    // --- the end --------------------------------------------------------------------------------

    /** Closes the session from outside, with an error. */
    public void kill(ProxyError error) {
        assertInLoop();
        fail(error);
    }

    @Override
    public void fail(Refusal why) {
        assertInLoop();
        if (life == Life.CLOSED) {
            return;
        }
        context.failed(turn.hello(), why);
        Lease held = turn.takeLease();
        if (held == null || !held.server().hasHandedPart()) {
            turn.answers().refuse(why);
        } // else it would be taken for the rest of the message
        if (held != null) {
            held.discard(why.text());
        }
        close(why.text());
    }

    @Override
    public void serverLost(@Nullable ServerFailure said, @Nullable String violation) {
        assertInLoop();
        if (said != null) {
            port.flush();
            close("server said " + said.sqlState());
        } else if (violation != null) {
            fail(ProxyError.SERVER_PROTOCOL_VIOLATION, violation);
        } else {
            fail(ProxyError.SERVER_LOST);
        }
    }

    @Override
    public void broken() {
        assertInLoop();
        if (life == Life.CLOSED) {
            port.abort();
        } else {
            fail(ProxyError.INTERNAL);
        }
    }

    @Override
    public void close(String reason) {
        assertInLoop();
        if (life == Life.CLOSED) {
            return;
        }
        life = Life.CLOSED;
        cycle.end();
        turn.statements().clear();
        turn.pins().freePlace();
        welcome.end();
        context.closed(turn.hello(), reason, nanoTime() - turn.times().startedNanos());
        closed.closed(this, reason);
        port.close();
    }

    // --- SUSPEND --------------------------------------------------------------------------------

    /** Reads nothing more from the client, or goes on. */
    void suspend(boolean on) {
        port.suspend(on);
    }

    boolean isFlushed() {
        return port.pendingBytes() == 0;
    }

    // --- for the console ------------------------------------------------------------------------

    public ClientHello hello() {
        assertInLoop();
        return turn.hello();
    }

    @Override
    public String logName() {
        assertInLoop();
        return turn.hello().logName();
    }

    /** Where it leases from. */
    ClientShard shard() {
        return turn.shard();
    }

    /** The pool that it leases from. */
    public PoolKey poolKey() {
        assertInLoop();
        return turn.pool().key();
    }

    /** When it began, on the clock of {@link #nanoTime}. */
    public long startedNanos() {
        assertInLoop();
        return turn.times().startedNanos();
    }

    /** When the client last asked for something, on the clock of {@link #nanoTime}. */
    public long requestNanos() {
        assertInLoop();
        return turn.times().requestNanos();
    }

    /** How long the query runs that is not answered yet; 0 = none. */
    public long queryNanos() {
        assertInLoop();
        return turn.times().queryNanos(nanoTime());
    }

    /** How long the transaction lasts that has not ended yet; 0 = none. */
    public long transactionNanos() {
        assertInLoop();
        return turn.times().transactionNanos(nanoTime());
    }

    /** The number of its file; -1 where the transport has none. */
    public int fileDescriptor() {
        assertInLoop();
        return port.fileDescriptor();
    }

    /** The last value that the client was told of a reported parameter; null if none. */
    public @Nullable String told(String parameter) {
        assertInLoop();
        return turn.parameters().told().get(parameter);
    }

    /** How many bytes of the client's wait here, and how many for the client. */
    public long[] pendingBytes() {
        assertInLoop();
        return new long[] {cycle.heldBytes(), port.pendingBytes()};
    }

    /** Since when it keeps its server connection; meaningless if nothing pins it. */
    public long pinnedSinceNanos() {
        assertInLoop();
        return turn.pins().sinceNanos();
    }

    /** Our end of the client's socket; null once it is closed. */
    public @Nullable SocketAddress localAddress() {
        assertInLoop();
        return port.localAddress();
    }

    /** Where the client is, whatever proxy is between; null once a Unix socket is closed. */
    public @Nullable SocketAddress remoteAddress() {
        assertInLoop();
        SocketAddress real = turn.hello().origin().address();
        return real == null ? port.remoteAddress() : real;
    }

    /** Its application_name: the last that the client was told of, or asked for. */
    public @Nullable String applicationName() {
        assertInLoop();
        return turn.parameters().applicationName();
    }

    /** What the session does: idle, active, waiting. */
    public String stateName() {
        assertInLoop();
        return cycle.stateName();
    }

    /**
     * The class of the text that ran last, in words; null where Weir does not read texts, or before
     * the first.
     */
    public @Nullable String statementClass() {
        assertInLoop();
        long facts = turn.facts();
        return turn.mode() == PoolMode.SESSION || facts < 0 ? null : StatementFacts.words(facts);
    }

    public Set<PinReason> pinReasons() {
        assertInLoop();
        return turn.pins().reasons();
    }

    public int preparedStatements() {
        assertInLoop();
        return turn.statements().size();
    }

    /** What stands for it in the queue of a pool. */
    public Waiter waiter() {
        assertInLoop();
        return welcome.isSaid() ? cycle : welcome;
    }

    /** The lease it holds now. */
    public @Nullable Lease currentLease() {
        assertInLoop();
        return turn.lease();
    }
}
