package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.login.ClientHello;
import dev.weir.net.LoopClock;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolCounters;
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
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client after its login: leases a server connection when it has something to ask, and relays.
 */
@LoopConfined
public final class Session extends ChannelInboundHandlerAdapter
        implements LoopOwned, Waiter, ServerEvents {
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

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    private final Sessions services;
    private final Channel channel;
    private final ClientHello hello;
    private final PoolShard shard;
    private final Frontend frontend;
    private final ClientStatements statements;
    private final UnnamedStatement unnamed = new UnnamedStatement();

    private final long startedNanos = System.nanoTime();

    private State state = State.WELCOMING;
    private @Nullable Lease lease;
    private int cancelProcessId;
    private ParameterSet desired;
    private ParameterSet told = ParameterSet.EMPTY;

    private long doubts;
    private @Nullable Set<String> custom;
    private @Nullable EnumSet<PinReason> pins;
    private long pinnedSinceNanos;
    private boolean hasPinPermit;
    private @Nullable List<byte[]> closeLater;
    private final LoopClock clock;
    private long stalledSinceNanos;
    private long leasedNanos;
    private @Nullable ByteBuf repeating;
    private long activeNanos;
    private long probedBatch;
    private boolean isProbing;

    Session(Sessions services, Channel channel, ClientHello hello, PoolShard shard) {
        this.services = services;
        this.channel = channel;
        this.hello = hello;
        this.shard = shard;
        this.desired = hello.startup();
        this.statements = new ClientStatements(shard.statements());
        this.clock = services.clock(shard.loop());
        this.activeNanos = clock.nanos();
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

    PoolShard shard() {
        return shard;
    }

    PoolCounters counters() {
        return shard.counters();
    }

    ClientStatements statements() {
        return statements;
    }

    /** What the client was told of the reported parameters. */
    ParameterSet told() {
        return told;
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
        ParameterSet welcome = pool().welcome(hello.startup().without("application_name"));
        if (welcome != null) {
            become(State.IDLE);
            welcome(welcome);
            proceed();
            return;
        }
        become(State.WAITING);
        shard.lease(this);
    }

    /** Tells the client what its server would, and lets it speak. */
    private void welcome(ParameterSet reported) {
        told = reported;
        String applicationName = hello.startup().get("application_name");
        if (applicationName != null && reported.get("application_name") != null) {
            told = reported.with("application_name", clean(applicationName));
        }
        CancelKey key = services.cancels().register(this, hello.protocolMinor());
        cancelProcessId = key.processId();
        ByteBuf out = channel.alloc().buffer(512);
        for (Map.Entry<String, String> parameter : told.asMap().entrySet()) {
            BackendMessages.parameterStatus(out, parameter.getKey(), parameter.getValue());
        }
        BackendMessages.backendKeyData(out, key);
        BackendMessages.readyForQuery(out, (byte) 'I');
        channel.writeAndFlush(out, channel.voidPromise());
        services.welcomed(hello);
        Reading.set(channel, true);
    }

    /** PostgreSQL replaces what is not printable ASCII in an application name. */
    private static String clean(String name) {
        var clean = new StringBuilder(name.length());
        for (int i = 0; i < name.length() && clean.length() < 63; i++) {
            char c = name.charAt(i);
            clean.append(c < 32 || c > 126 ? '?' : c);
        }
        return clean.toString();
    }

    // --- leasing ------------------------------------------------------------------------------

    /** Leases a server connection; false if the client has to wait for it. */
    boolean lease() {
        become(State.WAITING);
        shard.lease(this);
        return state == State.ACTIVE;
    }

    @Override
    public boolean accepts(ServerConnection connection) {
        assertInLoop();
        return connection.given().canBecome(desired);
    }

    @Override
    public void leased(Lease granted) {
        assertInLoop();
        lease = granted;
        leasedNanos = clock.nanos();
        activeNanos = leasedNanos;
        ServerConnection server = granted.server();
        server.holder(this);
        if (!channel.isWritable()) {
            server.reading(false);
        }
        boolean welcoming = cancelProcessId < 0;
        String difference = difference(server);
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
        if (!welcoming && server.given().changesSafelyTo(desired)) {
            become(State.ACTIVE);
            frontend.wroteToServer(); // leaves in one write with the client's own
            proceed();
        } else {
            server.flush();
        }
    }

    /** What has to be sent for the server to have the client's parameters; null if it has them. */
    private @Nullable String difference(ServerConnection server) {
        ParameterSet given = server.given();
        if (given == desired) {
            return null;
        }
        if (given.equals(desired)) {
            desired = given.shared(desired);
            server.given(desired);
            return null;
        }
        return given.statementsTo(desired);
    }

    private void proceed() {
        frontend.resume();
        frontend.flush();
        readIfRoom();
    }

    /** The client's parameters on their way to the server. */
    private final class Preparing implements InjectedQuery {
        private final ServerConnection server;
        private final ParameterSet target = desired;

        Preparing(ServerConnection server) {
            this.server = server;
        }

        @Override
        public void succeeded() {
            server.given(target);
            loop().execute(Session.this::prepared);
        }

        @Override
        public void failed() {
            ServerFailure why = server.privateError();
            loop().execute(() -> refuseSetting(why));
        }
    }

    private void prepared() {
        Lease held = lease;
        if (state == State.CLOSED || held == null) {
            return;
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
        pool().learnWelcome(hello.startup().without("application_name"), server.reported());
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
        ParameterSet reported = server.reported();
        if (cancelProcessId < 0 || reported == told) {
            return;
        }
        if (reported.equals(told)) {
            reported = reported.shared(told);
            server.reported(reported);
        } else {
            ByteBuf out = channel.alloc().buffer();
            for (Map.Entry<String, String> now : reported.asMap().entrySet()) {
                if (!now.getValue().equals(told.get(now.getKey()))) {
                    BackendMessages.parameterStatus(out, now.getKey(), now.getValue());
                }
            }
            channel.write(out, channel.voidPromise());
        }
        told = reported;
    }

    @Override
    public void refused(ServerFailure failure) {
        assertInLoop();
        fail(failure);
    }

    /** Gives the server connection back. */
    private void release() {
        Lease held = Objects.requireNonNull(lease);
        lease = null;
        become(State.IDLE);
        shard.counters().transactions++;
        held.close();
        readIfRoom();
        frontend.resume();
        frontend.flush();
    }

    // --- what the session leaves behind ---------------------------------------------------------

    /** Notes what a text may do to the session. Names are null where they are not known. */
    void note(long flags, @Nullable List<String> names) {
        long mask =
                StatementFacts.PIN_CANDIDATES
                        | StatementFacts.PARAMETER_CHANGES
                        | StatementFacts.TOO_LONG
                        | StatementFacts.DEALLOCATES_UNSEEN;
        if (pins != null || doubts != 0) {
            mask |= StatementFacts.PIN_RELEASES | StatementFacts.EXECUTES;
        }
        doubts |= flags & mask;
        if ((flags & StatementFacts.LOADS) != 0) {
            pin(PinReason.LOADED_LIBRARY);
        }
        if (names == null) {
            return;
        }
        for (String name : names) {
            if (ParameterSet.isCustom(name)) {
                Set<String> known = custom;
                if (known == null) {
                    custom = known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
                }
                known.add(name);
            }
        }
    }

    /** Whether a statement that pins the session may run; takes the place for it. */
    boolean mayPin() {
        if (!hasPinPermit && pool().tryPin()) {
            hasPinPermit = true;
        }
        return hasPinPermit;
    }

    boolean pinIfPossible(PinReason reason) {
        if (mayPin()) {
            pin(reason);
            return true;
        }
        return false;
    }

    private void pin(PinReason reason) {
        EnumSet<PinReason> now = pins;
        if (now == null) {
            pins = EnumSet.of(reason);
            pinnedSinceNanos = System.nanoTime();
        } else {
            now.add(reason);
        }
    }

    /** Ends the session, since a batch cannot go on without what it may not have. */
    void refusePin(PinReason reason) {
        fail(ProxyError.TOO_MANY_PINNED_BATCH, pool().pinnedMax(), reason.name());
    }

    static PinReason pinReason(long flags) {
        return (flags & StatementFacts.LISTENS) != 0
                ? PinReason.LISTEN
                : (flags & StatementFacts.CREATES_TEMPORARY) != 0
                        ? PinReason.TEMPORARY_OBJECT
                        : (flags & StatementFacts.SESSION_LOCK) != 0
                                ? PinReason.ADVISORY_LOCK
                                : (flags & StatementFacts.HOLDS_CURSOR) != 0
                                        ? PinReason.HOLD_CURSOR
                                        : (flags & StatementFacts.PREPARES) != 0
                                                ? PinReason.SQL_PREPARE
                                                : PinReason.LOADED_LIBRARY;
    }

    String pinRefusal(PinReason reason) {
        return ProxyError.TOO_MANY_PINNED.message(pool().pinnedMax(), reason.name());
    }

    boolean refusesSimpleQuery() {
        if (services.refusesSimpleQuery()) {
            fail(ProxyError.SIMPLE_QUERY_DISABLED);
            return true;
        }
        return false;
    }

    boolean refusesTransaction(long flags) {
        if ((flags & StatementFacts.BEGIN) != 0 && pool().mode() == PoolMode.STATEMENT) {
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
    Effect mustSucceed() {
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

    void holdUntilAnswered() {
        become(State.HOLDING);
    }

    // --- from the server ------------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        frontend.answered();
        shard.counters().bytesSent += run.readableBytes();
        channel.write(run, channel.voidPromise());
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        channel.flush();
        activeNanos = clock.nanos();
        if (!channel.isWritable()) {
            stalled();
        }
        settle();
    }

    private void stalled() {
        ServerConnection server = serverOrNull();
        if (server != null && !channel.isWritable()) {
            if (stalledSinceNanos == 0) {
                stalledSinceNanos = clock.nanos();
            }
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
        if (pool().mode() == PoolMode.SESSION) {
            return false;
        }
        if (ledger.transactionStatus() != 'I') {
            if (pool().mode() == PoolMode.STATEMENT) {
                fail(ProxyError.TRANSACTION_IN_STATEMENT_MODE);
                return true;
            }
            return false;
        }
        if (pins != null
                && pins.contains(PinReason.UNKNOWN_STATE)
                && held.server().batch() != probedBatch) {
            doubts |= StatementFacts.TOO_LONG; // another transaction is over: ask again
        }
        if (doubts != 0) {
            probe(held.server());
            return true;
        }
        if (unnamed.state() != UnnamedStatement.State.LOST && pins != null) {
            unpin(PinReason.UNNAMED_STATEMENT);
        } else if (unnamed.state() == UnnamedStatement.State.LOST
                && (pins == null || !pins.contains(PinReason.UNNAMED_STATEMENT))
                && !pinIfPossible(PinReason.UNNAMED_STATEMENT)) {
            unnamed.gone();
            held.server().unnamed(null);
        }
        if (pins != null) {
            return false;
        }
        if (hasPinPermit) {
            hasPinPermit = false;
            pool().unpin();
        }
        release();
        return true;
    }

    private void unpin(PinReason reason) {
        EnumSet<PinReason> now = pins;
        if (now != null && now.remove(reason) && now.isEmpty()) {
            pins = null;
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

    private void probe(ServerConnection server) {
        Set<PinReason> held = pins == null ? Set.of() : pins;
        StateProbe probe = StateProbe.of(doubts, held, server.target().user(), this::probed);
        doubts = 0;
        String sql = probe.sql(customNames(server));
        if (sql == null) {
            settle();
            return;
        }
        if (state == State.ACTIVE) {
            become(State.HOLDING);
        }
        isProbing = true;
        server.inject(sql, probe);
        server.flush();
    }

    private Set<String> customNames(ServerConnection server) {
        var names = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER);
        if (custom != null) {
            names.addAll(custom);
        }
        for (String name : desired.asMap().keySet()) {
            if (ParameterSet.isCustom(name)) {
                names.add(name);
            }
        }
        for (String name : server.given().asMap().keySet()) {
            if (ParameterSet.isCustom(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Takes the server's word for what the session is now. */
    private void probed(StateProbe probe, boolean answered) {
        isProbing = false;
        ServerConnection server = serverOrNull();
        if (server == null || state == State.CLOSED) {
            return;
        }
        if (!answered) {
            pin(PinReason.UNKNOWN_STATE);
            probedBatch = server.batch();
            return;
        }
        if (probe.asksSettings()) {
            ParameterSet now = probe.settings();
            server.given(now);
            // RESET means the client's startup value: what is missing is set again at the next
            // lease
            for (Map.Entry<String, String> startup : hello.startup().asMap().entrySet()) {
                if (now.get(startup.getKey()) == null) {
                    now = now.with(startup.getKey(), startup.getValue());
                }
            }
            desired = now.equals(desired) ? desired : now;
            custom = null;
        }
        EnumSet<PinReason> left = EnumSet.noneOf(PinReason.class);
        if (pins != null) {
            left.addAll(pins);
        }
        left.removeAll(probe.asked());
        left.remove(PinReason.UNKNOWN_STATE);
        left.addAll(probe.pins());
        if (pins == null) {
            pinnedSinceNanos = System.nanoTime();
        }
        pins = left.isEmpty() ? null : left;
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        if (cancelProcessId < 0) {
            return false;
        }
        if (value.equals(told.get(name))) {
            return !injected;
        }
        told = told.with(name, value);
        return true;
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
        held.discard("lost");
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

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assertInLoop();
        if (state == State.CLOSED) {
            ReferenceCountUtil.release(message);
            return;
        }
        frontend.read((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        assertInLoop();
        frontend.flush();
        activeNanos = clock.nanos();
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

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        assertInLoop();
        if (channel.isWritable()) {
            stalledSinceNanos = 0;
            ServerConnection server = serverOrNull();
            if (server != null) {
                server.reading(true);
            }
        } else {
            stalled();
        }
    }

    /**
     * Ends the session if one of its times is up.
     *
     * @param writeTimeout how long a client may leave unread what it asked for; zero = for ever
     */
    void expire(Duration writeTimeout) {
        PoolSettings limits = pool().settings();
        Lease held = lease;
        if (stalledSinceNanos != 0 && isOver(writeTimeout, stalledSinceNanos)) {
            fail(ProxyError.CLIENT_WRITE_TIMEOUT);
        } else if (held == null) {
            if (state == State.IDLE && isOver(limits.clientIdleTimeout(), activeNanos)) {
                fail(ProxyError.CLIENT_IDLE_TIMEOUT);
            }
        } else if (held.server().ledger().outstanding() > 0) {
            if (isOver(limits.queryTimeout(), activeNanos)) {
                fail(ProxyError.QUERY_TIMEOUT);
            } else if (isOver(limits.transactionTimeout(), leasedNanos)) {
                fail(ProxyError.TRANSACTION_TIMEOUT);
            }
        } else if (!held.server().ledger().isIdle()) {
            if (isOver(limits.idleTransactionTimeout(), activeNanos)) {
                fail(ProxyError.IDLE_TRANSACTION_TIMEOUT);
            } else if (isOver(limits.transactionTimeout(), leasedNanos)) {
                fail(ProxyError.TRANSACTION_TIMEOUT);
            }
        } else {
            leasedNanos = clock.nanos(); // session mode, or pinned: between transactions
            if (isOver(limits.clientIdleTimeout(), activeNanos)) {
                fail(ProxyError.CLIENT_IDLE_TIMEOUT);
            }
        }
    }

    private boolean isOver(Duration limit, long sinceNanos) {
        return !limit.isZero() && clock.nanos() - sinceNanos > limit.toNanos();
    }

    /** The client said Terminate. */
    void terminated() {
        close("client said goodbye");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        if (state != State.CLOSED) {
            close("client disconnected");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        assertInLoop();
        if (Reading.isPeerFault(cause)) {
            log.debug("client_io_error id={} what=\"{}\"", hello.id(), cause.toString());
            ctx.close();
        } else {
            log.error("session_failed id={}", hello.id(), cause);
            if (state == State.CLOSED) {
                ctx.close();
            } else {
                fail(ProxyError.INTERNAL);
            }
        }
    }

    // --- cancel -------------------------------------------------------------------------------

    /** Cancels what the session waits for or runs; called from any thread. */
    public void cancel() {
        loop().execute(this::cancelHere);
    }

    private void cancelHere() {
        if (state == State.WAITING && cancelProcessId >= 0) {
            shard.forget(this);
            become(State.IDLE);
            ProxyError error = ProxyError.QUERY_CANCELED;
            ByteBuf out = channel.alloc().buffer(128);
            BackendMessages.error(out, "ERROR", error.sqlState(), error.message(), null, null);
            if (frontend.dropWaitingRequest()) {
                BackendMessages.readyForQuery(out, (byte) 'I');
            }
            channel.writeAndFlush(out, channel.voidPromise());
            frontend.resume();
            frontend.flush();
            readIfRoom();
            return;
        }
        ServerConnection server = serverOrNull();
        if (server != null && server.ledger().outstanding() > 0) {
            server.cancel(services.cancelSender(), services.cancelWaitMillis());
        }
    }

    /** Answers a Parse and its Sync that needed no server. */
    void parsedAlone() {
        ByteBuf out = channel.alloc().buffer(16);
        BackendMessages.parseComplete(out);
        BackendMessages.readyForQuery(out, (byte) 'I');
        channel.writeAndFlush(out, channel.voidPromise());
    }

    void readyAfterCancel() {
        ByteBuf out = channel.alloc().buffer(8);
        BackendMessages.readyForQuery(out, (byte) 'I');
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
            shard.forget(this);
        }
        leave();
        if (repeating != null) {
            repeating.release();
            repeating = null;
        }
        frontend.release();
        statements.clear();
        if (hasPinPermit) {
            hasPinPermit = false;
            pool().unpin();
        }
        if (cancelProcessId >= 0) {
            services.cancels().remove(cancelProcessId);
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
        } else if (pins != null || doubts != 0 || isProbing || closeLater != null) {
            held.discard("its client left something behind");
        } else if (!server.isOpen()) {
            held.discard("lost");
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

    /** When it began, on the clock of {@link System#nanoTime}. */
    public long startedNanos() {
        assertInLoop();
        return startedNanos;
    }

    /** Since when it keeps its server connection; meaningless if nothing pins it. */
    public long pinnedSinceNanos() {
        assertInLoop();
        return pinnedSinceNanos;
    }

    /** Our end of the client's socket; null once it is closed. */
    public @Nullable SocketAddress localAddress() {
        assertInLoop();
        return channel.localAddress();
    }

    /** The client's end of its socket; null once it is closed. */
    public @Nullable SocketAddress remoteAddress() {
        assertInLoop();
        return channel.remoteAddress();
    }

    /** Its application_name: the last that the client was told of, or asked for. */
    public @Nullable String applicationName() {
        assertInLoop();
        String reported = told.get("application_name");
        return reported == null ? hello.startup().get("application_name") : reported;
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

    public Set<PinReason> pinReasons() {
        assertInLoop();
        return pins == null ? Set.of() : Collections.unmodifiableSet(pins);
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
