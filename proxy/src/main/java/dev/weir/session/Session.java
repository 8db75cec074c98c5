package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.cluster.Cluster;
import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.login.ClientHello;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolKey;
import dev.weir.pool.PoolShard;
import dev.weir.pool.Waiter;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.FrontendMessages;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client after its login: leases a server connection when it has something to ask, and relays.
 */
@LoopConfined
public final class Session implements LoopOwned, Waiter, ServerEvents, Flow {
    /*
     *  WELCOMING ─────▶ IDLE ──message──▶ WAITING ──leased──▶ PREPARING ──▶ ACTIVE ◀──▶ HOLDING
     *  (first client      ▲                                  (parameters)     │    (all must be
     *   with these        └───────────────────────────────────────────────────┘     answered first)
     *   parameters)              transaction over, nothing pinned
     *
     *  any ──▶ CLOSED
     *
     * Client messages move in ACTIVE only; in all other states they are held, at most
     * HELD_BYTES_MAX and the rest of one read.
     */
    private enum State {
        WELCOMING,
        IDLE,
        WAITING,
        PREPARING,
        ACTIVE,
        HOLDING,
        CLOSED
    }

    /** So much of a waiting client's input is kept; then it is not read. */
    private static final int HELD_BYTES_MAX = 8_192;

    private static final String WAITS =
            "No server connection available in postgres backend, client being queued";

    private final Sessions services;
    private final ClientPort port;
    private final ClientHello hello;
    private final PoolShard shard;
    private final Turn turn;
    private final Answers answers;
    private final @Nullable Routing routing;
    private final Frontend frontend;

    private State state = State.WELCOMING;
    private PoolShard leasingFrom;
    private int cancelProcessId;
    private @Nullable ByteBuf repeating;

    Session(Sessions services, ClientPort port, ClientHello hello, PoolShard shard) {
        this.services = services;
        this.port = port;
        this.hello = hello;
        this.shard = shard;
        this.leasingFrom = shard;
        this.answers = new Answers(port);
        this.turn =
                new Turn(
                        shard,
                        new ClientParameters(hello.startup()),
                        new SessionTimes(services.clock(shard.loop())),
                        answers);
        var run = new ClientRun(turn);
        Cluster cluster = services.cluster(shard.pool().key().database());
        this.routing =
                cluster == null
                        ? null
                        : new Routing(
                                turn,
                                this,
                                cluster,
                                services.routes(shard.loop()),
                                services.token(shard.pool()),
                                run);
        this.frontend =
                new Frontend(
                        turn,
                        this,
                        run,
                        routing,
                        services.facts(shard.loop()),
                        services::refusesSimpleQuery);
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    // --- for the parts of the session ---------------------------------------------------------

    Pool pool() {
        return turn.pool();
    }

    PoolShard shard() {
        return shard;
    }

    @Override
    public boolean mayForward() {
        assertInLoop();
        return state == State.ACTIVE || state == State.IDLE;
    }

    @Override
    public boolean isClosed() {
        assertInLoop();
        return state == State.CLOSED;
    }

    private void become(State next) {
        assert switch (next) {
                    case WELCOMING -> false;
                    case IDLE ->
                            state == State.WELCOMING
                                    || state == State.ACTIVE
                                    || state == State.HOLDING
                                    || state == State.WAITING;
                    case WAITING -> state == State.IDLE || state == State.WELCOMING;
                    case PREPARING -> state == State.WAITING;
                    case ACTIVE ->
                            state == State.PREPARING
                                    || state == State.HOLDING
                                    || state == State.WAITING;
                    case HOLDING -> state == State.ACTIVE;
                    case CLOSED -> state != State.CLOSED;
                }
                : state + " to " + next;
        state = next;
    }

    // --- start --------------------------------------------------------------------------------

    /** Starts the session, on its loop and with auto-read off. */
    void start(@Nullable ByteBuf early) {
        assertInLoop();
        if (early != null) {
            frontend.read(early);
        }
        cancelProcessId = -1;
        ParameterSet welcome = pool().welcome(turn.parameters().welcomeKey());
        if (welcome != null) {
            become(State.IDLE);
            welcome(welcome);
            proceed();
            return;
        }
        become(State.WAITING);
        leasingFrom = routing == null ? shard : routing.welcome();
        leasingFrom.lease(this);
    }

    /** Tells the client what its server would, and lets it speak. */
    private void welcome(ParameterSet reported) {
        CancelKey key = services.cancels().register(this, hello.protocolMinor(), services.peerId());
        cancelProcessId = key.processId();
        ByteBuf out = port.alloc().buffer(512);
        turn.parameters().welcome(reported, out);
        BackendMessages.backendKeyData(out, key);
        String greeting = services.loginNotice();
        if (!greeting.isEmpty()) {
            BackendMessages.notice(out, "NOTICE", "00000", greeting, null, null);
        }
        BackendMessages.readyForQuery(out, (byte) 'I');
        port.send(out);
        turn.meters().increment(Metric.LOGINS);
        port.reading(true);
    }

    // --- leasing ------------------------------------------------------------------------------

    /** Leases a server connection; false if the client has to wait for it. */
    @Override
    public boolean lease() {
        assertInLoop();
        become(State.WAITING);
        shard.lease(this);
        return state == State.ACTIVE;
    }

    /** Leases from one of the nodes, now or, after a wait for a replica, later. */
    @Override
    public void leaseFrom(PoolShard from) {
        assertInLoop();
        if (state != State.WAITING) {
            become(State.WAITING);
        }
        leasingFrom = from;
        from.lease(this);
    }

    @Override
    public void waitForReplica() {
        assertInLoop();
        if (state != State.WAITING) {
            become(State.WAITING);
        }
    }

    @Override
    public boolean accepts(ServerConnection connection) {
        assertInLoop();
        return connection.given().canBecome(turn.parameters().desired());
    }

    @Override
    public boolean isWholeSession() {
        assertInLoop();
        return turn.mode() == PoolMode.SESSION;
    }

    @Override
    public void stillWaits() {
        assertInLoop();
        if (cancelProcessId >= 0) {
            answers.noticeNow(WAITS);
        }
    }

    @Override
    public void leased(Lease granted) {
        assertInLoop();
        turn.leased(granted);
        turn.times().leased();
        ServerConnection server = granted.server();
        server.holder(this);
        if (!port.isWritable()) {
            server.reading(false);
        }
        boolean welcoming = cancelProcessId < 0;
        String difference = turn.parameters().difference(server);
        if (difference == null) {
            if (welcoming) {
                become(State.PREPARING);
                become(State.ACTIVE);
                learnWelcome();
            } else {
                become(State.ACTIVE);
                tellReported(server);
                proceed();
            }
            return;
        }
        become(State.PREPARING);
        server.inject(difference, new Preparing(server));
        if (!welcoming && server.given().changesSafelyTo(turn.parameters().desired())) {
            become(State.ACTIVE);
            frontend.wroteToServer(); // leaves in one write with the client's own
            proceed();
        } else {
            server.flush();
        }
    }

    private void proceed() {
        frontend.resume();
        frontend.flush();
        readIfRoom();
    }

    /** The client's parameters on their way to the server. */
    private final class Preparing implements InjectedQuery {
        private final ServerConnection server;
        private final ParameterSet target = turn.parameters().desired();

        Preparing(ServerConnection server) {
            this.server = server;
        }

        @Override
        public void succeeded() {
            server.given(target);
            loop().execute(() -> prepared(server));
        }

        @Override
        public void failed() {
            ServerFailure why = server.privateError();
            loop().execute(() -> refuseSetting(why));
        }
    }

    private void prepared(ServerConnection server) {
        Lease held = turn.lease();
        if (state == State.CLOSED || held == null || held.server() != server) {
            return; // or the batch runs elsewhere already
        }
        tellReported(held.server());
        if (state == State.PREPARING) {
            become(State.ACTIVE);
            if (cancelProcessId < 0) {
                learnWelcome();
            } else {
                proceed();
            }
        }
    }

    private void learnWelcome() {
        ServerConnection server = turn.server();
        if (!server.closeNeeded()) {
            pool().learnWelcome(turn.parameters().welcomeKey(), server.reported());
        }
        welcome(server.reported());
        release();
    }

    private void refuseSetting(@Nullable ServerFailure why) {
        if (state != State.CLOSED) {
            if (why == null) {
                fail(ProxyError.SETTING_REFUSED, "the server refused the session's settings");
            } else {
                fail(why.refusal());
            }
        }
    }

    /** Tells the client of reported parameters that are not what it was told last. */
    private void tellReported(ServerConnection server) {
        if (cancelProcessId >= 0 && !turn.parameters().isTold(server)) {
            ByteBuf out = port.alloc().buffer();
            turn.parameters().tell(server, out);
            port.write(out);
        }
    }

    @Override
    public void refused(Refusal why) {
        assertInLoop();
        if (routing != null && routing.fallsBack()) {
            become(State.IDLE);
            loop().execute(this::retry);
            return;
        }
        fail(why);
    }

    /** Goes on with what is held, unless something else did. */
    private void retry() {
        if (state == State.IDLE) {
            proceed();
        }
    }

    /** Gives the server connection back. */
    private void release() {
        Lease held = Objects.requireNonNull(turn.takeLease());
        become(State.IDLE);
        if (routing != null) {
            routing.released();
        }
        held.close();
        readIfRoom();
        frontend.resume();
        frontend.flush();
    }

    @Override
    public void holdUntilAnswered() {
        assertInLoop();
        become(State.HOLDING);
    }

    // --- from the server ------------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        if (routing != null) {
            if (routing.holdsBack(run)) {
                return;
            }
            ByteBuf before = routing.kept();
            if (before != null) {
                port.write(before);
            }
        }
        frontend.answered();
        turn.meters().add(Metric.BYTES_SENT, run.readableBytes());
        port.write(run);
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        port.flush();
        turn.times().happening();
        turn.times().active();
        if (!port.isWritable()) {
            stalled();
        }
        settle();
    }

    private void stalled() {
        ServerConnection server = turn.serverOrNull();
        if (server != null && !port.isWritable()) {
            turn.times().stalled();
            server.reading(false);
        }
    }

    /** Sees what is finished: a hold, a transaction, a lease. */
    private void settle() {
        Lease held = turn.lease();
        if (held == null || state == State.CLOSED || state == State.PREPARING) {
            return;
        }
        Ledger ledger = held.server().ledger();
        if (!held.server().isOpen() || ledger.outstanding() > 0 || frontend.isMidMessage()) {
            return;
        }
        turn.times().answered(turn.meters(), ledger);
        if (routing != null && routing.hasFailed()) {
            runElsewhere(routing, held, ledger);
            return;
        }
        ByteBuf again = repeating;
        if (again != null) {
            repeating = null;
            frontend.repeat(again);
        } else if (ledger.isQuiet() && settleQuiet(held, ledger)) {
            return;
        }
        if (state == State.HOLDING) {
            become(State.ACTIVE);
            proceed();
        }
    }

    /** Nothing is owed and no batch is open; true if that is not all. */
    private boolean settleQuiet(Lease held, Ledger ledger) {
        if (turn.hasNamesToClose()) {
            closeNames(held.server(), ledger);
            return true;
        }
        if (turn.mode() == PoolMode.SESSION) {
            return false;
        }
        if (ledger.transactionStatus() != 'I') {
            if (turn.mode() == PoolMode.STATEMENT) {
                fail(ProxyError.TRANSACTION_IN_STATEMENT_MODE);
                return true;
            }
            if (routing != null) {
                routing.staysOpen();
            }
            return false;
        }
        if (routing != null && routing.asksNow()) {
            if (state == State.ACTIVE) {
                become(State.HOLDING);
            }
            return true;
        }
        if (probe(held.server())) {
            return true;
        }
        keepUnnamed(held.server());
        if (turn.pins().isPinned()) {
            return false;
        }
        turn.pins().freePlace();
        release();
        return true;
    }

    /** A replica has refused the batch: the primary runs it next. */
    private void runElsewhere(Routing routes, Lease held, Ledger ledger) {
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        if (ledger.transactionStatus() != 'I') {
            held.server().inject("ROLLBACK", new OwnQueries.MustSucceed(turn.server()));
            held.server().flush();
        } else {
            frontend.repeat(routes.takeAgain());
            release();
        }
    }

    /** Ends the transaction on the replica, for it to begin elsewhere. */
    @Override
    public void rollBack() {
        assertInLoop();
        holdUntilAnswered();
        turn.server().inject("ROLLBACK", new OwnQueries.MustSucceed(turn.server()));
        turn.server().flush();
    }

    /**
     * An unnamed statement too large to be kept lives on the connection, if its client may stay.
     */
    private void keepUnnamed(ServerConnection server) {
        if (turn.unnamed().state() != UnnamedStatement.State.LOST) {
            turn.pins().unpin(PinReason.UNNAMED_STATEMENT);
        } else if (!turn.pins().has(PinReason.UNNAMED_STATEMENT)
                && !turn.pins().pinIfPossible(PinReason.UNNAMED_STATEMENT)) {
            turn.unnamed().gone();
            server.unnamed(null);
        }
    }

    private void closeNames(ServerConnection server, Ledger ledger) {
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        ByteBuf out = server.buffer(128);
        for (byte[] name : turn.takeNamesToClose()) {
            FrontendMessages.close(out, (byte) 'S', name);
            ledger.sent(Request.CLOSE, Ledger.PRIVATE, null);
        }
        FrontendMessages.sync(out);
        ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
        server.batchEnded();
        server.write(out);
        server.flush();
    }

    /** Asks what the transaction left behind, if it may have; false if it cannot have. */
    private boolean probe(ServerConnection server) {
        StateProbe probe =
                turn.pins().question(server.batch(), server.target().user(), this::probed);
        if (probe == null) {
            return false;
        }
        String sql =
                probe.sql(turn.pins().customNames(turn.parameters().desired(), server.given()));
        if (sql == null) {
            settle();
            return true;
        }
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        turn.pins().asking();
        server.inject(sql, probe);
        server.flush();
        return true;
    }

    /** Takes the server's word for what the session is now. */
    private void probed(StateProbe probe, boolean answered) {
        ServerConnection server = turn.serverOrNull();
        if (server == null || state == State.CLOSED) {
            return;
        }
        if (!answered) {
            turn.pins().unanswered(server.batch());
            return;
        }
        if (probe.asksSettings()) {
            ParameterSet now = probe.settings();
            server.given(now);
            turn.parameters().learned(now);
        }
        turn.pins().answered(probe);
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return cancelProcessId >= 0 && turn.parameters().changed(name, value, injected);
    }

    @Override
    public boolean refusedStale() {
        assertInLoop();
        Lease held = turn.lease();
        byte[] name = frontend.record().name();
        ClientStatements.Entry entry = name == null ? null : turn.statements().find(name);
        if (entry != null) {
            shard.statements().retire(entry.statement());
        }
        if (held == null
                || entry == null
                || !frontend.record().isRepeatable()
                || held.server().ledger().readyOwed() != 1) {
            return false;
        }
        turn.statements().remove(entry);
        repeating = frontend.record().take();
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        return true;
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
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        return true;
    }

    @Override
    public void statementsDiscarded() {
        assertInLoop();
        turn.statements().clear();
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop();
        readIfRoom();
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        Lease held = turn.takeLease();
        if (held == null) {
            return;
        }
        held.discard("server conn crashed?");
        if (routing != null && violation == null && mayRunElsewhere()) {
            if (routing.survives(failure == null ? null : failure.sqlState())) {
                become(State.IDLE);
                frontend.repeat(routing.takeAgain());
                routing.released();
                proceed();
                return;
            }
        }
        if (failure != null) {
            port.flush(); // its error was forwarded
            close("server said " + failure.sqlState());
        } else if (violation != null) {
            fail(ProxyError.SERVER_PROTOCOL_VIOLATION, violation);
        } else {
            fail(ProxyError.SERVER_LOST);
        }
    }

    // --- from the client ------------------------------------------------------------------------

    /** Takes what the client sent. Takes over {@code bytes}. */
    void clientBytes(ByteBuf bytes) {
        turn.times().happening();
        if (state == State.CLOSED) {
            bytes.release();
        } else {
            frontend.readInTurn(bytes);
        }
    }

    void clientTurnEnd() {
        frontend.turnEnds();
        frontend.flush();
        turn.times().active();
        ServerConnection server = turn.serverOrNull();
        if (server == null ? state == State.WAITING : server.ledger().outstanding() > 0) {
            turn.times().asked();
        } else if (server != null && state == State.ACTIVE && server.ledger().isIdle()) {
            settle(); // what the server ignores came too late: no answer will end the lease
        }
        readIfRoom();
    }

    /** Reads the client unless its server is not writable or too much of it is held already. */
    private void readIfRoom() {
        if (state == State.CLOSED) {
            return;
        }
        ServerConnection server = turn.serverOrNull();
        boolean full = !mayForward() && frontend.heldBytes() >= HELD_BYTES_MAX;
        boolean blocked = server != null && !server.isWritable();
        port.reading(!full && !blocked && cancelProcessId >= 0);
    }

    void clientWritabilityChanged() {
        if (!port.isWritable()) {
            stalled();
            return;
        }
        turn.times().flowing();
        ServerConnection server = turn.serverOrNull();
        if (server != null) {
            server.reading(true);
        }
    }

    /** Ends the session if one of its times is up, or if it is to go and may. */
    void expire(SessionLimits limits) {
        ServerConnection server = turn.serverOrNull();
        Ledger ledger = server == null ? null : server.ledger();
        boolean isIdle = state == State.IDLE;
        ProxyError error = turn.times().expired(pool().settings(), limits.write(), isIdle, ledger);
        if (error == null && (ledger == null || ledger.isIdle())) {
            error = mustGo(limits, server);
        }
        if (error != null) {
            fail(error);
        }
    }

    /** Why the session ends between transactions; null if it does not. */
    private @Nullable ProxyError mustGo(SessionLimits limits, @Nullable ServerConnection server) {
        if (pool().isRemoved()) {
            return ProxyError.DATABASE_REMOVED;
        } else if (cancelProcessId < 0 && turn.times().isOlderThan(limits.login())) {
            return ProxyError.LOGIN_TIMEOUT_SERVER_DOWN;
        } else if (limits.fastClose()
                && turn.mode() == PoolMode.SESSION
                && server != null
                && server.closeNeeded()) {
            return ProxyError.DATABASE_CHANGED;
        }
        return null;
    }

    /** The client said Terminate. */
    @Override
    public void terminated() {
        assertInLoop();
        close("client close request");
    }

    void clientGone() {
        if (state != State.CLOSED) {
            close("client unexpected eof");
        }
    }

    /** Something of Weir's own went wrong: nobody knows any more what either side was told. */
    @Override
    public void broken() {
        assertInLoop();
        if (state == State.CLOSED) {
            port.abort();
        } else {
            fail(ProxyError.INTERNAL);
        }
    }

    // --- cancel -------------------------------------------------------------------------------

    /** Cancels what the session waits for or runs; called from any thread. */
    public void cancel() {
        loop().execute(this::cancelHere);
    }

    private void cancelHere() {
        if (state == State.WAITING && cancelProcessId >= 0) {
            refuseRequest(ProxyError.QUERY_CANCELED);
            return;
        }
        ServerConnection server = turn.serverOrNull();
        if (server != null && server.ledger().outstanding() > 0) {
            server.cancel(services.cancelSender(), services.cancelWaitMillis());
        }
    }

    /** Answers the request that waits for a server with an error, and goes on with the next. */
    @Override
    public void refuseRequest(ProxyError error, Object... blanks) {
        assertInLoop();
        leasingFrom.forget(this);
        if (routing != null) {
            routing.stopWaiting();
            if (routing.hasDeferred()) {
                routing.failDeferred();
            }
        }
        become(State.IDLE);
        turn.times().answered(turn.meters(), frontend.statusWithoutServer() == 'I');
        if (frontend.dropWaitingRequest()) {
            answers.sendRefusalAndReady(error.refusal(blanks), frontend.statusWithoutServer());
        } else {
            answers.sendRefusal(error.refusal(blanks));
        }
        frontend.resume();
        frontend.flush();
        readIfRoom();
    }

    // --- the end ------------------------------------------------------------------------------

    @Override
    public void fail(ProxyError error, Object... blanks) {
        assertInLoop();
        fail(error.refusal(blanks));
    }

    /** Tells the client why, and closes both ends: what was to be sent can no longer be. */
    private void fail(Refusal why) {
        if (state == State.CLOSED) {
            return;
        }
        services.failed(hello, why);
        answers.refuse(why);
        Lease held = turn.takeLease();
        if (held != null) {
            held.discard(why.text());
        }
        close(why.text());
    }

    /** Ends the session: the client is gone, or is to go. */
    private void close(String reason) {
        boolean waiting = state == State.WAITING;
        become(State.CLOSED);
        if (waiting) {
            leasingFrom.forget(this);
        }
        if (routing != null) {
            routing.close();
        }
        leave();
        if (repeating != null) {
            repeating.release();
            repeating = null;
        }
        frontend.release();
        turn.statements().clear();
        turn.pins().freePlace();
        if (cancelProcessId >= 0) {
            services.cancels().remove(cancelProcessId, this);
        }
        services.closed(this, hello, reason);
        port.close();
    }

    /** Leaves the server connection: clean to the next client, else to be cleaned or closed. */
    private void leave() {
        Lease held = turn.takeLease();
        if (held == null) {
            return;
        }
        ServerConnection server = held.server();
        server.flush();
        if (frontend.isMidMessage()) {
            held.discard("its client left in the middle of a message");
        } else if (turn.pins().mayLeaveSomething() || turn.hasNamesToClose()) {
            held.discard("its client left something behind");
        } else if (!server.isOpen()) {
            held.discard("server conn crashed?");
        } else if (server.ledger().isIdle()) {
            held.close();
        } else {
            held.abandon();
        }
    }

    /** Closes the session from outside, with an error. */
    public void kill(ProxyError error) {
        assertInLoop();
        fail(error);
    }

    /** Reads nothing more from the client, or goes on: SUSPEND. */
    void suspend(boolean on) {
        port.suspend(on);
    }

    boolean isFlushed() {
        return port.pendingBytes() == 0;
    }

    // --- for the console ----------------------------------------------------------------------

    public ClientHello hello() {
        assertInLoop();
        return hello;
    }

    /** The pool that it leases from. */
    public PoolKey poolKey() {
        assertInLoop();
        return pool().key();
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
        return new long[] {frontend.heldBytes(), port.pendingBytes()};
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
        SocketAddress real = hello.origin().address();
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
        return switch (state) {
            case WELCOMING, WAITING -> "waiting";
            case IDLE -> "idle";
            case PREPARING, ACTIVE, HOLDING -> "active";
            case CLOSED -> "closed";
        };
    }

    /**
     * The class of the text that ran last, in words; null where Weir does not read texts, or before
     * the first.
     */
    public @Nullable String statementClass() {
        assertInLoop();
        return turn.mode() == PoolMode.SESSION || turn.facts() < 0
                ? null
                : StatementFacts.words(turn.facts());
    }

    public Set<PinReason> pinReasons() {
        assertInLoop();
        return turn.pins().reasons();
    }

    public int preparedStatements() {
        assertInLoop();
        return turn.statements().size();
    }

    /** The lease it holds now. */
    public @Nullable Lease currentLease() {
        assertInLoop();
        return turn.lease();
    }
}
