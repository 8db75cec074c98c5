package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.cluster.Cluster;
import dev.weir.config.PoolMode;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.login.ClientHello;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
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
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client after its login: leases a server connection when it has something to ask, and relays.
 */
@LoopConfined
public final class Session implements LoopOwned, Waiter, ServerEvents {
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
    private final Channel channel;
    private final ClientHello hello;
    private final PoolShard shard;
    private final PoolMode mode;
    private final Frontend frontend;
    private final ClientStatements statements;
    private final UnnamedStatement unnamed = new UnnamedStatement();

    private final ClientParameters parameters;
    private final Pins pins;
    private final SessionTimes times;

    private State state = State.WELCOMING;
    private @Nullable Routing routing;
    private PoolShard leasingFrom;
    private @Nullable Lease lease;
    private int cancelProcessId;

    /** The facts of the text that ran last; negative before the first. */
    private long facts = -1;

    private @Nullable List<byte[]> closeLater;
    private @Nullable ByteBuf repeating;

    Session(Sessions services, Channel channel, ClientHello hello, PoolShard shard) {
        this.services = services;
        this.channel = channel;
        this.hello = hello;
        this.shard = shard;
        this.leasingFrom = shard;
        this.mode = shard.pool().mode();
        this.parameters = new ClientParameters(hello.startup());
        this.pins = new Pins(shard);
        this.times = new SessionTimes(services.clock(shard.loop()));
        this.statements = new ClientStatements(shard.statements());
        this.frontend = new Frontend(this, services.facts(shard.loop()));
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    // --- for the frontend ---------------------------------------------------------------------

    Pool pool() {
        return shard.pool();
    }

    /** The mode at its start: a RELOAD changes that of sessions to come. */
    PoolMode mode() {
        return mode;
    }

    PoolShard shard() {
        return shard;
    }

    LoopMeters meters() {
        return shard.meters();
    }

    ClientStatements statements() {
        return statements;
    }

    ClientParameters parameters() {
        return parameters;
    }

    Pins pins() {
        return pins;
    }

    @Nullable Routing routing() {
        return routing;
    }

    /** Routes, if the database has several nodes. */
    @Nullable Routing startRouting(ClientRun run) {
        Cluster cluster = services.cluster(pool().key().database());
        if (cluster != null) {
            LoopRoutes routes = services.routes(shard.loop());
            routing = new Routing(this, cluster, routes, services.token(pool()), run);
        }
        return routing;
    }

    UnnamedStatement unnamed() {
        return unnamed;
    }

    ServerConnection server() {
        return Objects.requireNonNull(lease).server();
    }

    @Nullable ServerConnection serverOrNull() {
        Lease held = lease;
        return held == null ? null : held.server();
    }

    boolean isLeased() {
        return lease != null;
    }

    boolean mayForward() {
        return state == State.ACTIVE || state == State.IDLE;
    }

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
        ParameterSet welcome = pool().welcome(parameters.welcomeKey());
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
        ByteBuf out = channel.alloc().buffer(512);
        parameters.welcome(reported, out);
        BackendMessages.backendKeyData(out, key);
        String greeting = services.loginNotice();
        if (!greeting.isEmpty()) {
            BackendMessages.notice(out, "NOTICE", "00000", greeting, null, null);
        }
        BackendMessages.readyForQuery(out, (byte) 'I');
        channel.writeAndFlush(out, channel.voidPromise());
        shard.meters().increment(Metric.LOGINS);
        Reading.set(channel, true);
    }

    // --- leasing ------------------------------------------------------------------------------

    /** Leases a server connection; false if the client has to wait for it. */
    boolean lease() {
        become(State.WAITING);
        shard.lease(this);
        return state == State.ACTIVE;
    }

    /** Leases from one of the nodes, now or, after a wait for a replica, later. */
    void leaseFrom(PoolShard from) {
        if (state != State.WAITING) {
            become(State.WAITING);
        }
        leasingFrom = from;
        from.lease(this);
    }

    void waitForReplica() {
        if (state != State.WAITING) {
            become(State.WAITING);
        }
    }

    @Override
    public boolean accepts(ServerConnection connection) {
        assertInLoop();
        return connection.given().canBecome(parameters.desired());
    }

    @Override
    public boolean isWholeSession() {
        assertInLoop();
        return mode == PoolMode.SESSION;
    }

    @Override
    public void stillWaits() {
        assertInLoop();
        if (cancelProcessId >= 0) {
            ByteBuf out = channel.alloc().buffer(128);
            BackendMessages.notice(out, "NOTICE", "00000", WAITS, null, null);
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    @Override
    public void leased(Lease granted) {
        assertInLoop();
        lease = granted;
        times.leased();
        ServerConnection server = granted.server();
        server.holder(this);
        if (!channel.isWritable()) {
            server.reading(false);
        }
        boolean welcoming = cancelProcessId < 0;
        String difference = parameters.difference(server);
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
        if (!welcoming && server.given().changesSafelyTo(parameters.desired())) {
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
        private final ParameterSet target = parameters.desired();

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
        Lease held = lease;
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
        ServerConnection server = server();
        if (!server.closeNeeded()) {
            pool().learnWelcome(parameters.welcomeKey(), server.reported());
        }
        welcome(server.reported());
        release();
    }

    private void refuseSetting(@Nullable ServerFailure why) {
        if (state != State.CLOSED) {
            if (why == null) {
                fail(ProxyError.SETTING_REFUSED, "the server refused the session's settings");
            } else {
                fail(new ServerFailure("FATAL", why.sqlState(), why.message()));
            }
        }
    }

    /** Tells the client of reported parameters that are not what it was told last. */
    private void tellReported(ServerConnection server) {
        if (cancelProcessId >= 0 && !parameters.isTold(server)) {
            ByteBuf out = channel.alloc().buffer();
            parameters.tell(server, out);
            channel.write(out, channel.voidPromise());
        }
    }

    @Override
    public void refused(ServerFailure failure) {
        assertInLoop();
        if (routing != null && routing.fallsBack()) {
            become(State.IDLE);
            loop().execute(this::retry);
            return;
        }
        fail(failure);
    }

    /** Goes on with what is held, unless something else did. */
    private void retry() {
        if (state == State.IDLE) {
            proceed();
        }
    }

    /** Gives the server connection back. */
    private void release() {
        Lease held = Objects.requireNonNull(lease);
        lease = null;
        become(State.IDLE);
        if (routing != null) {
            routing.released();
        }
        held.close();
        readIfRoom();
        frontend.resume();
        frontend.flush();
    }

    // --- what the session leaves behind ---------------------------------------------------------

    /** Ends the session, since a batch cannot go on without what it may not have. */
    void refusePin(PinReason reason) {
        fail(ProxyError.TOO_MANY_PINNED_BATCH, pool().pinnedMax(), reason.name());
    }

    boolean refusesSimpleQuery() {
        if (services.refusesSimpleQuery()) {
            fail(ProxyError.SIMPLE_QUERY_DISABLED);
            return true;
        }
        return false;
    }

    boolean refusesTransaction(long flags) {
        if ((flags & StatementFacts.BEGIN) != 0 && mode == PoolMode.STATEMENT) {
            fail(ProxyError.TRANSACTION_IN_STATEMENT_MODE);
            return true;
        }
        return false;
    }

    /** Closes a name of the client's on the server once its batch is over. */
    void closeLater(byte[] name) {
        List<byte[]> names = closeLater;
        if (names == null) {
            closeLater = names = new ArrayList<>();
        }
        names.add(name);
    }

    void deallocated(byte[] name) {
        ClientStatements.Entry entry = statements.find(name);
        ServerConnection server = serverOrNull();
        if (entry != null && server != null) {
            server.statements().removing(entry.statement());
            statements.remove(entry);
        }
    }

    /** The effect of a query of Weir's own without which the connection is not what it must be. */
    InjectedQuery mustSucceed() {
        ServerConnection server = server();
        return new InjectedQuery() {
            @Override
            public void succeeded() {}

            @Override
            public void failed() {
                server.markCloseNeeded();
            }
        };
    }

    /** The effect of a query whose error puts the connection into the state that it must be in. */
    InjectedQuery mustFail() {
        return new InjectedQuery() {
            @Override
            public void succeeded() {
                broken();
            }

            @Override
            public void failed() {}
        };
    }

    /** The effect of one of two queries that change parameters for a moment, there and back. */
    Effect thereAndBack() {
        ServerConnection server = server();
        return new InjectedQuery() {
            @Override
            public boolean isTemporary() {
                return true;
            }

            @Override
            public void succeeded() {}

            @Override
            public void failed() {
                server.markCloseNeeded();
            }
        };
    }

    void holdUntilAnswered() {
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
                channel.write(before, channel.voidPromise());
            }
        }
        frontend.answered();
        shard.meters().add(Metric.BYTES_SENT, run.readableBytes());
        channel.write(run, channel.voidPromise());
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        channel.flush();
        times.happening();
        times.active();
        if (!channel.isWritable()) {
            stalled();
        }
        settle();
    }

    private void stalled() {
        ServerConnection server = serverOrNull();
        if (server != null && !channel.isWritable()) {
            times.stalled();
            server.reading(false);
        }
    }

    /** Sees what is finished: a hold, a transaction, a lease. */
    private void settle() {
        Lease held = lease;
        if (held == null || state == State.CLOSED || state == State.PREPARING) {
            return;
        }
        Ledger ledger = held.server().ledger();
        if (!held.server().isOpen() || ledger.outstanding() > 0 || frontend.isMidMessage()) {
            return;
        }
        times.answered(shard.meters(), ledger);
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
        if (closeLater != null) {
            closeNames(held.server(), ledger);
            return true;
        }
        if (mode == PoolMode.SESSION) {
            return false;
        }
        if (ledger.transactionStatus() != 'I') {
            if (mode == PoolMode.STATEMENT) {
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
        if (pins.isPinned()) {
            return false;
        }
        pins.freePlace();
        release();
        return true;
    }

    /** A replica has refused the batch: the primary runs it next. */
    private void runElsewhere(Routing routes, Lease held, Ledger ledger) {
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        if (ledger.transactionStatus() != 'I') {
            held.server().inject("ROLLBACK", mustSucceed());
            held.server().flush();
        } else {
            frontend.repeat(routes.takeAgain());
            release();
        }
    }

    /** Ends the transaction on the replica, for it to begin elsewhere. */
    void rollBack() {
        holdUntilAnswered();
        server().inject("ROLLBACK", mustSucceed());
        server().flush();
    }

    /**
     * An unnamed statement too large to be kept lives on the connection, if its client may stay.
     */
    private void keepUnnamed(ServerConnection server) {
        if (unnamed.state() != UnnamedStatement.State.LOST) {
            pins.unpin(PinReason.UNNAMED_STATEMENT);
        } else if (!pins.has(PinReason.UNNAMED_STATEMENT)
                && !pins.pinIfPossible(PinReason.UNNAMED_STATEMENT)) {
            unnamed.gone();
            server.unnamed(null);
        }
    }

    private void closeNames(ServerConnection server, Ledger ledger) {
        List<byte[]> names = closeLater == null ? List.of() : closeLater;
        closeLater = null;
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        ByteBuf out = server.buffer(128);
        for (byte[] name : names) {
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
        StateProbe probe = pins.question(server.batch(), server.target().user(), this::probed);
        if (probe == null) {
            return false;
        }
        String sql = probe.sql(pins.customNames(parameters.desired(), server.given()));
        if (sql == null) {
            settle();
            return true;
        }
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        pins.asking();
        server.inject(sql, probe);
        server.flush();
        return true;
    }

    /** Takes the server's word for what the session is now. */
    private void probed(StateProbe probe, boolean answered) {
        ServerConnection server = serverOrNull();
        if (server == null || state == State.CLOSED) {
            return;
        }
        if (!answered) {
            pins.unanswered(server.batch());
            return;
        }
        if (probe.asksSettings()) {
            ParameterSet now = probe.settings();
            server.given(now);
            parameters.learned(now);
        }
        pins.answered(probe);
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return cancelProcessId >= 0 && parameters.changed(name, value, injected);
    }

    @Override
    public boolean refusedStale() {
        assertInLoop();
        Lease held = lease;
        byte[] name = frontend.record().name();
        ClientStatements.Entry entry = name == null ? null : statements.find(name);
        if (entry != null) {
            shard.statements().retire(entry.statement());
        }
        if (held == null
                || entry == null
                || !frontend.record().isRepeatable()
                || held.server().ledger().readyOwed() != 1) {
            return false;
        }
        statements.remove(entry);
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
        statements.clear();
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop();
        readIfRoom();
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        Lease held = lease;
        if (held == null) {
            return;
        }
        lease = null;
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
            channel.flush(); // its error was forwarded
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
        times.happening();
        if (state == State.CLOSED) {
            bytes.release();
        } else {
            frontend.readInTurn(bytes);
        }
    }

    void clientTurnEnd() {
        frontend.turnEnds();
        frontend.flush();
        times.active();
        ServerConnection server = serverOrNull();
        if (server == null ? state == State.WAITING : server.ledger().outstanding() > 0) {
            times.asked();
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
        ServerConnection server = serverOrNull();
        boolean full = !mayForward() && frontend.heldBytes() >= HELD_BYTES_MAX;
        boolean blocked = server != null && !server.isWritable();
        boolean reads = !full && !blocked && cancelProcessId >= 0;
        Reading.set(channel, reads);
    }

    void clientWritabilityChanged() {
        if (!channel.isWritable()) {
            stalled();
            return;
        }
        times.flowing();
        ServerConnection server = serverOrNull();
        if (server != null) {
            server.reading(true);
        }
    }

    /** Ends the session if one of its times is up, or if it is to go and may. */
    void expire(SessionLimits limits) {
        ServerConnection server = serverOrNull();
        Ledger ledger = server == null ? null : server.ledger();
        boolean isIdle = state == State.IDLE;
        ProxyError error = times.expired(pool().settings(), limits.write(), isIdle, ledger);
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
        } else if (cancelProcessId < 0 && times.isOlderThan(limits.login())) {
            return ProxyError.LOGIN_TIMEOUT_SERVER_DOWN;
        } else if (limits.fastClose()
                && mode == PoolMode.SESSION
                && server != null
                && server.closeNeeded()) {
            return ProxyError.DATABASE_CHANGED;
        }
        return null;
    }

    /** The client said Terminate. */
    void terminated() {
        close("client close request");
    }

    void clientGone() {
        if (state != State.CLOSED) {
            close("client unexpected eof");
        }
    }

    /** Something of Weir's own went wrong: nobody knows any more what either side was told. */
    void broken() {
        if (state == State.CLOSED) {
            channel.close();
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
        ServerConnection server = serverOrNull();
        if (server != null && server.ledger().outstanding() > 0) {
            server.cancel(services.cancelSender(), services.cancelWaitMillis());
        }
    }

    /** A text with these facts is about to run. */
    void runs(long textFacts) {
        facts = textFacts;
    }

    /** Answers the request that waits for a server with an error, and goes on with the next. */
    void refuseRequest(ProxyError error, Object... blanks) {
        leasingFrom.forget(this);
        if (routing != null) {
            routing.stopWaiting();
            if (routing.hasDeferred()) {
                routing.failDeferred();
            }
        }
        become(State.IDLE);
        times.answered(shard.meters(), statusWithoutServer() == 'I');
        ByteBuf out = channel.alloc().buffer(128);
        BackendMessages.error(out, "ERROR", error.sqlState(), error.message(blanks), null, null);
        if (frontend.dropWaitingRequest()) {
            BackendMessages.readyForQuery(out, statusWithoutServer());
        }
        channel.writeAndFlush(out, channel.voidPromise());
        frontend.resume();
        frontend.flush();
        readIfRoom();
    }

    /** Answers a Parse and its Sync that needed no server. */
    void parsedAlone() {
        ByteBuf out = channel.alloc().buffer(16);
        BackendMessages.parseComplete(out);
        BackendMessages.readyForQuery(out, (byte) 'I');
        channel.writeAndFlush(out, channel.voidPromise());
    }

    /** The status of its transaction once a request was refused: a BEGIN may be held back. */
    private byte statusWithoutServer() {
        return (byte) (routing != null && routing.hasDeferred() ? 'E' : 'I');
    }

    /** Answers a Query of one command, alone in its read, that a server need not know of now. */
    void answerAlone(String commandTag, byte status) {
        unnamed.gone();
        times.answered(shard.meters(), status == 'I');
        ByteBuf out = channel.alloc().buffer(32);
        BackendMessages.commandComplete(out, commandTag);
        BackendMessages.readyForQuery(out, status);
        channel.writeAndFlush(out, channel.voidPromise());
    }

    /** A notice ahead of what the server answers. */
    void tell(String severity, String text) {
        ByteBuf out = channel.alloc().buffer(128);
        BackendMessages.notice(out, severity, "00000", text, null, null);
        channel.write(out, channel.voidPromise());
    }

    void readyAfterCancel() {
        ByteBuf out = channel.alloc().buffer(8);
        BackendMessages.readyForQuery(out, statusWithoutServer());
        channel.writeAndFlush(out, channel.voidPromise());
    }

    // --- the end ------------------------------------------------------------------------------

    void fail(ProxyError error, Object... blanks) {
        fail(new ServerFailure("FATAL", error.sqlState(), error.message(blanks)));
    }

    /** Tells the client why, and closes both ends: what was to be sent can no longer be. */
    private void fail(ServerFailure failure) {
        if (state == State.CLOSED) {
            return;
        }
        services.failed(hello, failure);
        ByteBuf out = channel.alloc().buffer(256);
        BackendMessages.error(out, "FATAL", failure.sqlState(), failure.message(), null, null);
        channel.write(out, channel.voidPromise());
        Lease held = lease;
        if (held != null) {
            lease = null;
            held.discard(failure.message());
        }
        close(failure.message());
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
        statements.clear();
        pins.freePlace();
        if (cancelProcessId >= 0) {
            services.cancels().remove(cancelProcessId, this);
        }
        services.closed(this, hello, reason);
        if (channel.isActive()) {
            channel.writeAndFlush(channel.alloc().buffer(0))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Leaves the server connection: clean to the next client, else to be cleaned or closed. */
    private void leave() {
        Lease held = lease;
        if (held == null) {
            return;
        }
        lease = null;
        ServerConnection server = held.server();
        server.flush();
        if (frontend.isMidMessage()) {
            held.discard("its client left in the middle of a message");
        } else if (pins.mayLeaveSomething() || closeLater != null) {
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
        if (on) {
            Reading.suspend(channel);
        } else {
            Reading.resume(channel);
        }
    }

    boolean isFlushed() {
        return Reading.isFlushed(channel);
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
        return times.startedNanos();
    }

    /** When the client last asked for something, on the clock of {@link #nanoTime}. */
    public long requestNanos() {
        assertInLoop();
        return times.requestNanos();
    }

    /** How long the query runs that is not answered yet; 0 = none. */
    public long queryNanos() {
        assertInLoop();
        return times.queryNanos(nanoTime());
    }

    /** How long the transaction lasts that has not ended yet; 0 = none. */
    public long transactionNanos() {
        assertInLoop();
        return times.transactionNanos(nanoTime());
    }

    /** The number of its file; -1 where the transport has none. */
    public int fileDescriptor() {
        assertInLoop();
        return Reading.fileDescriptor(channel);
    }

    /** The last value that the client was told of a reported parameter; null if none. */
    public @Nullable String told(String parameter) {
        assertInLoop();
        return parameters.told().get(parameter);
    }

    /** How many bytes of the client's wait here, and how many for the client. */
    public long[] pendingBytes() {
        assertInLoop();
        return new long[] {frontend.heldBytes(), Reading.pendingBytes(channel)};
    }

    /** Since when it keeps its server connection; meaningless if nothing pins it. */
    public long pinnedSinceNanos() {
        assertInLoop();
        return pins.sinceNanos();
    }

    /** Our end of the client's socket; null once it is closed. */
    public @Nullable SocketAddress localAddress() {
        assertInLoop();
        return channel.localAddress();
    }

    /** Where the client is, whatever proxy is between; null once a Unix socket is closed. */
    public @Nullable SocketAddress remoteAddress() {
        assertInLoop();
        return hello.peer(channel);
    }

    /** Its application_name: the last that the client was told of, or asked for. */
    public @Nullable String applicationName() {
        assertInLoop();
        return parameters.applicationName();
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
        return mode == PoolMode.SESSION || facts < 0 ? null : StatementFacts.words(facts);
    }

    public Set<PinReason> pinReasons() {
        assertInLoop();
        return pins.reasons();
    }

    public int preparedStatements() {
        assertInLoop();
        return statements.size();
    }

    /** The lease it holds now. */
    public @Nullable Lease currentLease() {
        assertInLoop();
        return lease;
    }
}
