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
 * The first words to a client: what its server reports, its cancel key, and a notice. The first
 * client of a pool with these startup parameters waits for a server that accepts them; all others
 * are told at once what that one reported.
 */
@LoopConfined
final class Welcome implements LoopOwned, Waiter, ServerEvents, ParameterChange.Outcome {
    /*
     *   DUE ──────────────reported before────────────────▶ SAID
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
        SAID,
        OVER
    }

    /** How many servers may end on a client before it is told; its parameters may be the cause. */
    private static final int SERVERS_MAX = 3;

    /** A server is shut down, has crashed, or one of its sessions was ended: 57P01 and others. */
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

    /** Who is welcomed. */
    interface Guest extends CancelRegistry.Holder {
        /**
         * The client was welcomed, and may speak. Nothing more comes of its welcome.
         *
         * @param cancelProcessId the number in its cancel key
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
            say(known);
            return;
        }
        node = from;
        waitForServer();
    }

    private void waitForServer() {
        become(State.WAITING);
        turn.shard().lease(this, node.getAsInt());
    }

    /** The session has ended, and its client was not told that it is welcome. */
    void end() {
        State last = state;
        become(State.OVER);
        if (last == State.WAITING) {
            turn.shard().forget(this);
        } else if (last == State.SAID) {
            context.cancels().remove(cancelProcessId, guest);
        }
    }

    private void become(State next) {
        assert switch (next) {
                    case DUE -> false;
                    case WAITING -> state == State.DUE || state == State.PREPARING;
                    case PREPARING -> state == State.WAITING;
                    case SAID -> state != State.SAID && state != State.OVER;
                    case OVER -> state != State.OVER;
                }
                : state + " to " + next;
        state = next;
    }

    /** Tells the client what its server would, and lets it speak. */
    private void say(ParameterSet reported) {
        become(State.SAID);
        CancelKey key =
                context.cancels().register(guest, turn.hello().protocolMinor(), context.peerId());
        cancelProcessId = key.processId();
        ByteBuf out = port.alloc().buffer(512);
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
        port.send(out);
        turn.meters().increment(Metric.LOGINS);
        Lease held = turn.takeLease();
        if (held != null) {
            held.close();
        }
        guest.welcomed(cancelProcessId);
    }

    // --- the server that is asked ---------------------------------------------------------------

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
            learn(server);
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
     * What a server refuses, it has rolled back: a client that names a parameter that does not
     * exist, and comes again and again, costs no connection.
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
        say(server.reported());
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
        turn.times().happening();
        turn.times().active();
    }

    /** The client is told all of them with its welcome. */
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

    /** Whether another server may welcome a client whose server ends so; null = without a word. */
    private boolean mayTryAnother(@Nullable String sqlState) {
        boolean isServersOwn = sqlState == null || sqlState.startsWith(OPERATOR_INTERVENTION);
        return state == State.PREPARING && isServersOwn && serversLost < SERVERS_MAX - 1;
    }
}
