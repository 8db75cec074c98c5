package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.config.StartupParameters;
import dev.weir.error.EndReason;
import dev.weir.error.Refusal;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Waiter;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The first messages to a client: what its server reports, its cancel key, and a notice. The first
 * client of a pool with given startup parameters waits for a server that accepts them; all others
 * are told at once what that server reported.
 */
@LoopConfined
final class Welcome implements LoopOwned, Waiter, ServerEvents, ParameterChange.Outcome {
    /*
     *   DUE ──────────────reported before────────────────▶ WELCOMED
     *    └──▶ WAITING ──leased, has the parameters─────────▲
     *          ▲ └─────leased──▶ PREPARING ──accepted──────┘
     *          └──the server ends, another may do─┘
     *
     *   any ──▶ OVER: the session has ended
     */
    private enum State {
        DUE,
        WAITING,
        PREPARING,
        WELCOMED,
        OVER
    }

    /** How many servers a client may lose before it is told; its parameters may be the cause. */
    private static final int SERVERS_MAX = 3;

    /** A server was shut down or crashed, or its backend was terminated: 57P01 and others. */
    private static final String OPERATOR_INTERVENTION = "57P";

    private final SessionContext context;
    private final Turn turn;
    private final ClientPort port;
    private final Ending ending;
    private final Guest guest;

    private State state = State.DUE;
    private IntSupplier node = () -> ClientShard.PRIMARY;
    private int serversLost;
    private int cancelProcessId;

    /** The session that is welcomed. */
    interface Guest extends CancelRegistry.Holder {
        /**
         * The client has been welcomed, and may send requests. The welcome is over.
         *
         * @param cancelProcessId the process ID in its cancel key
         */
        void welcomed(int cancelProcessId);
    }

    Welcome(SessionContext context, Turn turn, ClientPort port, Ending ending, Guest guest) {
        this.context = context;
        this.turn = turn;
        this.port = port;
        this.ending = ending;
        this.guest = guest;
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    /** Welcomes the client, at once or as soon as a server of the node {@code from} accepts it. */
    void start(IntSupplier from) {
        ParameterSet known = turn.pool().welcome(turn.parameters().welcomeKey());
        if (known != null) {
            welcome(known);
            return;
        }
        node = from;
        waitForServer();
    }

    private void waitForServer() {
        become(State.WAITING);
        turn.shard().lease(this, node.getAsInt());
    }

    /** The session has ended before its client was welcomed. */
    void end() {
        State last = state;
        become(State.OVER);
        if (last == State.WAITING) {
            turn.shard().forget(this);
        } else if (last == State.WELCOMED) {
            context.cancels().remove(cancelProcessId, guest);
        }
    }

    private void become(State next) {
        assert switch (next) {
                    case DUE -> false;
                    case WAITING -> state == State.DUE || state == State.PREPARING;
                    case PREPARING -> state == State.WAITING;
                    case WELCOMED -> state != State.WELCOMED && state != State.OVER;
                    case OVER -> state != State.OVER;
                }
                : state + " to " + next;
        state = next;
    }

    /** Sends the client what its server would, and lets it send requests. */
    private void welcome(ParameterSet reported) {
        become(State.WELCOMED);
        CancelKey key =
                context.cancels().register(guest, turn.hello().protocolMinor(), context.peerId());
        cancelProcessId = key.processId();
        port.send(turn.answers().filled(512, out -> greet(reported, key, out)));
        turn.meters().increment(Metric.LOGINS);
        Lease held = turn.takeLease();
        if (held != null) {
            held.close();
        }
        guest.welcomed(cancelProcessId);
    }

    private void greet(ParameterSet reported, CancelKey key, ByteBuf out) {
        turn.parameters().welcome(reported, out);
        if (turn.pool().settings().startupParameters() != StartupParameters.SHARED) {
            turn.parameters().compare(turn.pool().greeting());
        }
        BackendMessages.backendKeyData(out, key);
        String notice = context.loginNotice();
        if (!notice.isEmpty()) {
            BackendMessages.notice(out, "NOTICE", "00000", notice, null, null);
        }
        BackendMessages.readyForQuery(out, (byte) 'I');
    }

    // --- leasing a server -------- ---------------------------------------------------------------

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
    public long client() {
        assertInLoop();
        return turn.hello().id();
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
    public void leased(Lease granted) {
        assertInLoop();
        ending.guard(() -> prepare(granted));
    }

    private void prepare(Lease granted) {
        turn.leased(granted);
        turn.times().leased();
        ServerConnection server = granted.server();
        server.holder(this);
        String difference = turn.parameters().difference(server);
        if (difference == null && !turn.pool().mayBePromoted(server.reported())) {
            learn(server);
            return;
        }
        become(State.PREPARING);
        String question = difference == null ? "" : difference;
        server.inject(question, new ParameterChange(server, turn.parameters().desired(), this));
        server.flush();
    }

    @Override
    public void refused(Refusal why) {
        assertInLoop();
        ending.fail(why);
    }

    @Override
    public void prepared(ServerConnection server) {
        assertInLoop();
        if (state == State.PREPARING && turn.serverOrNull() == server) {
            ending.guard(() -> learn(server));
        }
    }

    @Override
    public void unprepared(ServerConnection server, Refusal why) {
        assertInLoop();
        if (state == State.PREPARING && turn.serverOrNull() == server) {
            giveBackUnchanged(server);
            ending.fail(why);
        }
    }

    /**
     * The server has rolled back what it refused, so the connection stays usable: a client that
     * keeps coming with a parameter that does not exist costs no connections.
     */
    private void giveBackUnchanged(ServerConnection server) {
        Lease held = server.isOpen() && server.ledger().isIdle() ? turn.takeLease() : null;
        if (held != null) {
            held.close();
        }
    }

    private void learn(ServerConnection server) {
        if (!server.closeNeeded()) {
            turn.pool()
                    .learnWelcome(
                            turn.parameters().welcomeKey(),
                            server.reported(),
                            server.toldAtLogin());
        }
        welcome(server.reported());
    }

    // --- meanwhile ------------------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        turn.meters().add(Metric.BYTES_SENT, run.readableBytes());
        port.write(run);
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        port.flush();
        turn.times().readClock();
        turn.times().active();
    }

    /** The client gets all parameters with its welcome. */
    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop(); // the client is not read yet
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        Lease held = turn.takeLease();
        if (held == null) {
            return;
        }
        held.discard(EndReason.SERVER_CRASHED.words());
        if (violation == null && mayTryAnother(failure == null ? null : failure.sqlState())) {
            serversLost++;
            waitForServer();
        } else {
            ending.serverLost(failure, violation);
        }
    }

    @Override
    public boolean mayRunElsewhere() {
        assertInLoop();
        return state == State.PREPARING;
    }

    @Override
    public boolean refuses(String sqlState, boolean ends) {
        assertInLoop();
        return ends && mayTryAnother(sqlState);
    }

    /** Whether to try another server after one ended with this SQLSTATE; null = without one. */
    private boolean mayTryAnother(@Nullable String sqlState) {
        boolean isServersOwn = sqlState == null || sqlState.startsWith(OPERATOR_INTERVENTION);
        return state == State.PREPARING && isServersOwn && serversLost < SERVERS_MAX - 1;
    }
}
