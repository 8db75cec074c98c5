package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.login.ClientHello;
import dev.weir.metrics.Limit;
import dev.weir.net.LastBytes;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolKey;
import dev.weir.pool.Waiter;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one client after its login: it is welcomed, served by one {@link LeaseCycle}, and
 * closed by either side, by a timeout or by an operator.
 */
@LoopConfined
public final class Session implements LoopOwned, ClientEvents, Ending, Welcome.Guest {
    private static final Logger log = LoggerFactory.getLogger(Session.class);

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
    private Life life = Life.OPEN;

    /** Null once the client has been welcomed. */
    private @Nullable Welcome welcome;

    private int cancelProcessId;

    /** Creates the session of the client of {@code port}, which was counted in at the shard. */
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
        this.turn = new Turn(hello, shard, times, new Answers(port), context.catalog(shard.pool()));
        this.cycle = new LeaseCycle(context, turn, port, this);
        this.welcome = new Welcome(context, turn, port, this, this);
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    /**
     * Welcomes the client; it is read from then on.
     *
     * @param early what it has sent already; taken over
     */
    void start(@Nullable ByteBuf early) {
        turn.countKept(); // a startup packet may set much
        guard(() -> {
            if (early != null) {
                cycle.early(early);
            }
            Objects.requireNonNull(welcome).start(cycle::welcomeFrom);
        });
    }

    @Override
    public void welcomed(int cancelKeyProcessId) {
        assertInLoop();
        cancelProcessId = cancelKeyProcessId;
        turn.processId(cancelKeyProcessId);
        welcome = null;
        cycle.welcomed();
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
        cycle.relay().clientWritabilityChanged();
    }

    @Override
    public void clientEnds() {
        assertInLoop();
        if (life == Life.OPEN) {
            cycle.clientEnds();
        }
    }

    @Override
    public void clientGone() {
        assertInLoop();
        if (life == Life.OPEN) {
            cycle.clientGone();
        }
        if (life == Life.CLOSED) {
            cycle.relay().gone();
        }
    }

    @Override
    public void cancel(Runnable done) {
        loop().execute(new Cancel(done));
    }

    /** A cancel on its way to the session's loop. */
    private final class Cancel implements Runnable {
        private final Runnable done;

        Cancel(Runnable done) {
            this.done = done;
        }

        @Override
        public void run() {
            cycle.cancel(
                    new CancelRequest(context.cancelSender(), context.cancelWaitMillis(), done));
        }
    }

    // --- timeouts -------------------------------------------------------------------------------

    /** Ends the session if a timeout has expired, or if it must end and may. */
    void expire(SessionLimits limits) {
        try {
            check(limits);
        } catch (OutOfDirectMemoryError e) {
            outOfMemory(e);
        }
    }

    private void check(SessionLimits limits) {
        cycle.relay().recount();
        ServerConnection server = turn.serverOrNull();
        Ledger ledger = server == null ? null : server.ledger();
        PoolSettings settings = turn.pool().settings();
        ProxyError error =
                welcome == null
                        ? turn.times().expired(settings, limits.write(), cycle.isIdle(), ledger)
                        : turn.times().entering(settings);
        if (error == null && (ledger == null || ledger.isIdle())) {
            error = mustGo(limits, server);
        }
        if (error == null && turn.shard().letsGo() && mayGo(ledger)) {
            error = ProxyError.ADMIN_SHUTDOWN;
        }
        if (error != null) {
            fail(error);
        }
    }

    /** Whether it has no transaction open and waits for none, or has not even been welcomed. */
    private boolean mayGo(@Nullable Ledger ledger) {
        return welcome != null || cycle.isIdle() || ledger != null && ledger.isIdle();
    }

    /** Why the session must end between transactions; null if it need not. */
    private @Nullable ProxyError mustGo(SessionLimits limits, @Nullable ServerConnection server) {
        if (turn.pool().isRemoved()) {
            return ProxyError.DATABASE_REMOVED;
        } else if (welcome != null && turn.times().isOlderThan(limits.login())) {
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
        cycle.releaseReady();
        Lease held = turn.takeLease();
        if (held == null || !held.server().hasHandedPart()) {
            turn.answers().refuseLast(why);
        } // otherwise the client would take it for the rest of the message
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
    public void outOfMemory() {
        assertInLoop();
        fail(ProxyError.OUT_OF_BUFFER_MEMORY);
    }

    @Override
    public void outOfMemory(OutOfDirectMemoryError what) {
        assertInLoop();
        log.warn("{} out_of_buffer_memory what=\"{}\"", logName(), what.toString());
        outOfMemory();
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
        turn.keepNothing();
        turn.pins().freePlace();
        if (welcome == null) {
            context.cancels().remove(cancelProcessId, this);
        } else {
            welcome.end();
        }
        context.closed(turn.hello(), reason, nanoTime() - turn.times().startedNanos());
        closed.closed(this, reason);
        if (cycle.relay().holdsTooMuch()) {
            port.abort(); // what it has not read takes the memory of others
            cycle.relay().gone(); // at once, or others would have to go, too
            return;
        }
        // a client that leaves by itself still gets its answers
        port.close(cycle.hasTakenLeave() ? context.limits().write() : LastBytes.LINGER_MAX);
    }

    // --- SUSPEND --------------------------------------------------------------------------------

    /** Stops reading from the client, or resumes. */
    void suspend(boolean on) {
        port.suspend(on);
    }

    boolean isFlushed() {
        return port.pendingBytes() == 0;
    }

    // --- for the console ----------------------------------------------------------------------

    ClientHello hello() {
        return turn.hello();
    }

    @Override
    public String logName() {
        assertInLoop();
        return turn.hello().logName();
    }

    /** The shard that it leases from. */
    ClientShard shard() {
        return turn.shard();
    }

    /** The pool that it leases from. */
    PoolKey poolKey() {
        return turn.pool().key();
    }

    /** The waiter that represents it in the line of its pool. */
    Waiter waiter() {
        Waiter first = welcome;
        return first == null ? cycle : first;
    }

    boolean isLeased() {
        return turn.isLeased();
    }

    private List<String> channels() {
        Notifications listening = turn.notifications();
        return listening == null ? List.of() : listening.shownNames();
    }

    /** Reports how much it uses of each limit of a client. */
    void uses(ObjLongConsumer<Limit> told) {
        ServerConnection server = turn.serverOrNull();
        told.accept(Limit.CLIENT_STATEMENTS, turn.statements().size());
        told.accept(Limit.CLIENT_STATEMENT_MEMORY, turn.statements().bytes());
        told.accept(Limit.CLIENT_PARAMETERS, turn.parameters().desired().size());
        told.accept(Limit.CLIENT_PARAMETER_MEMORY, turn.parameters().desired().characters());
        Notifications listening = turn.notifications();
        told.accept(
                Limit.CLIENT_NOTIFICATION_MEMORY, listening == null ? 0 : listening.waitingBytes());
        told.accept(Limit.CLIENT_CHANNELS, listening == null ? 0 : listening.channels());
        told.accept(Limit.CLIENT_REQUESTS, server == null ? 0 : server.ledger().outstanding());
    }

    /**
     * A snapshot.
     *
     * @param waitNanos how long it has waited for a server connection; 0 if it does not wait
     */
    ClientSnapshot snapshot(long waitNanos) {
        assertInLoop();
        boolean readsTexts = turn.mode() != PoolMode.SESSION && turn.facts() >= 0;
        String name = turn.parameters().applicationName();
        return new ClientSnapshot(
                hello().id(),
                hello().user(),
                hello().database(),
                poolKey().user(),
                null,
                cycle.stateName(),
                port.snapshot(hello(), cycle.heldBytes()),
                name == null ? "" : name,
                turn.parameters().told(),
                turn.times().snapshot(waitNanos, nanoTime()),
                ClientSnapshot.Server.of(turn.serverOrNull()),
                turn.statements().size(),
                readsTexts ? StatementFacts.words(turn.facts()) : null,
                List.copyOf(turn.pins().reasons()),
                channels(),
                turn.pins().sinceNanos());
    }
}
