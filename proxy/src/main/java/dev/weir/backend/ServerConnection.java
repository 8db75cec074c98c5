package dev.weir.backend;

import dev.weir.error.Refusal;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.exchange.RequestObserver;
import dev.weir.log.ConnectionName;
import dev.weir.net.ConnectionIds;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import dev.weir.net.SocketSnapshot;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.FrontendMessages;
import dev.weir.protocol.ProtocolViolation;
import dev.weir.tls.TlsChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to PostgreSQL that has logged in.
 *
 * <p>Input comes from a {@link ServerInput} and goes through an {@link AnswerScanner}: the ledger
 * tells whom each message is for, and those for the client go to the holder. Writing is left to the
 * holder; it tells the {@link #ledger} of each message and flushes once.
 */
@LoopConfined
public final class ServerConnection implements LoopOwned {
    /*
     *   OPEN ──close()──▶ CLOSING ──peer's FIN──▶ CLOSED
     *     └─────────────peer's FIN, RST───────────────▲
     *
     * While CLOSING, Terminate is sent and the connection still counts; only the peer's FIN, or
     * CLOSING_MILLIS_MAX, ends it.
     */
    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);

    private final long id = ConnectionIds.next();
    private final Channel channel;
    private final ServerTarget target;
    private final CancelKey key;
    private final long openedNanos;
    private final Ledger ledger = new Ledger();
    private final ServerStatements statements;
    private final AnswerScanner answers;

    private State state = State.OPEN;
    private ParameterSet given = ParameterSet.EMPTY;
    private ParameterSet resetValues = ParameterSet.EMPTY;
    private ParseSettings parseSettings = ParseSettings.NONE;

    private boolean closeNeeded;
    private boolean inputEnded;
    private final CancelsInFlight cancels = new CancelsInFlight();

    /** Why Weir has cut it off; null if it has not. */
    private @Nullable Refusal cutOff;

    ServerConnection(
            Channel channel,
            ServerTarget target,
            CancelKey key,
            ParameterSet reported,
            Statements statements) {
        this.channel = channel;
        this.target = target;
        this.key = key;
        this.statements = new ServerStatements(statements);
        this.answers = new AnswerScanner(ledger, target, this.statements, reported);
        this.openedNanos = nanoTime();
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    // --- the holder ---------------------------------------------------------------------------

    /** Gives the connection to a holder; null if nobody uses it. */
    public void holder(@Nullable ServerEvents next) {
        assertInLoop();
        answers.holder(next);
    }

    public @Nullable ServerEvents holder() {
        assertInLoop();
        return answers.holder();
    }

    /** Gives the connection to a holder for which no ledger is kept: replication. */
    public void passThrough(ServerEvents next) {
        assertInLoop();
        answers.passThrough(next);
    }

    /** The server's own cancel key, for a client that has the connection to itself. */
    public CancelKey key() {
        assertInLoop();
        return key;
    }

    /** The answers that the server owes. Every message must be noted there before it is written. */
    public Ledger ledger() {
        assertInLoop();
        return ledger;
    }

    /** Tells {@code observer} of the end of each request that is sent for a client from now on. */
    public void observe(RequestObserver observer) {
        assertInLoop();
        ledger.observe(observer);
    }

    public ServerStatements statements() {
        assertInLoop();
        return statements;
    }

    /** What is known of its transactions that change something. */
    public WriteTrace writes() {
        assertInLoop();
        return answers.writes();
    }

    // --- writing ------------------------------------------------------------------------------

    /** A buffer for bytes that are to be written. */
    public ByteBuf buffer(int bytes) {
        assertInLoop();
        return channel.alloc().buffer(bytes);
    }

    /** Queues bytes; takes over {@code bytes}. */
    public void write(ByteBuf bytes) {
        assertInLoop();
        channel.write(bytes, channel.voidPromise());
    }

    public void flush() {
        assertInLoop();
        channel.flush();
    }

    public boolean isWritable() {
        assertInLoop();
        return channel.isWritable();
    }

    /** Stops or resumes reading from the server: the backpressure of its client. */
    public void reading(boolean on) {
        assertInLoop();
        Reading.set(channel, on);
    }

    /** Stops reading from the server, or resumes: SUSPEND. */
    public void suspend(boolean on) {
        assertInLoop();
        if (on) {
            Reading.suspend(channel);
        } else {
            Reading.resume(channel);
        }
    }

    /** Sends a query of Weir's own; the caller flushes. */
    public void inject(String asciiSql, InjectedQuery query) {
        assertInLoop();
        inject(asciiSql.getBytes(StandardCharsets.US_ASCII), query);
    }

    /** Like {@link #inject(String, InjectedQuery)}, in the connection's client_encoding. */
    public void inject(byte[] sql, InjectedQuery query) {
        assertInLoop();
        ByteBuf out = buffer(sql.length + 8);
        FrontendMessages.query(out, sql);
        answers.forgetPrivateError();
        statements.unnamed(null);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, query);
        write(out);
    }

    /** Sends a Sync of Weir's own, which the server answers as soon as it is idle. */
    public void sync(Effect answered) {
        assertInLoop();
        ByteBuf out = buffer(8);
        FrontendMessages.sync(out);
        ledger.sent(Request.SYNC, Ledger.PRIVATE, answered);
        write(out);
    }

    /** The error of Weir's own last query; null if it had none. */
    public @Nullable ServerFailure privateError() {
        assertInLoop();
        return answers.privateError();
    }

    // --- its state ----------------------------------------------------------------------------

    public long id() {
        assertInLoop();
        return id;
    }

    public ServerTarget target() {
        assertInLoop();
        return target;
    }

    /** The server process, as PostgreSQL's own log and views name it. */
    public int processId() {
        assertInLoop();
        return key.processId();
    }

    public long openedNanos() {
        assertInLoop();
        return openedNanos;
    }

    /** A snapshot of its socket. */
    public SocketSnapshot socket() {
        assertInLoop();
        return SocketSnapshot.of(channel, channel.remoteAddress(), TlsChannel.shown(channel), 0);
    }

    /** A snapshot. */
    public ConnectionSnapshot snapshot() {
        assertInLoop();
        String name = given.get("application_name");
        return new ConnectionSnapshot(
                id,
                key.processId(),
                target.parameters().get("replication"),
                socket(),
                name == null ? "" : name,
                answers.reported().now(),
                openedNanos,
                closeNeeded,
                statements.size());
    }

    /** The parameters that were set for its client. */
    public ParameterSet given() {
        assertInLoop();
        return given;
    }

    public void given(ParameterSet parameters) {
        assertInLoop();
        given = parameters;
    }

    /**
     * The startup parameters of clients that it was opened with: the values that RESET restores.
     */
    public ParameterSet resetValues() {
        assertInLoop();
        return resetValues;
    }

    public void openedWith(ParameterSet parameters) {
        assertInLoop();
        resetValues = parameters;
        given = parameters;
    }

    /** What the server reported at the login, or would report now. */
    public ParameterSet toldAtLogin() {
        assertInLoop();
        return answers.reported().toldAtLogin();
    }

    /** Tells {@code told} when {@link #toldAtLogin} changes. */
    public void whenGreetingChanges(Consumer<ParameterSet> told) {
        assertInLoop();
        answers.reported().whenGreetingChanges(told);
    }

    /** The parameters that the server last reported. */
    public ParameterSet reported() {
        assertInLoop();
        return answers.reported().now();
    }

    /** Keeps {@code same}, which equals {@link #reported}, instead. */
    public void reported(ParameterSet same) {
        assertInLoop();
        answers.reported().now(same);
    }

    /** The settings that decide what a Parse means, so far as the server has reported them. */
    public ParameterSet parseSettings() {
        assertInLoop();
        parseSettings = parseSettings.now(answers.reported().now(), given);
        return parseSettings.values();
    }

    /** The FATAL error by which the server has ended the connection; null if it has sent none. */
    public @Nullable ServerFailure farewell() {
        assertInLoop();
        return answers.fatal();
    }

    public boolean isOpen() {
        assertInLoop();
        return state == State.OPEN && answers.fatal() == null && channel.isActive();
    }

    /** Whether the holder has been given the beginning of a message whose rest has not arrived. */
    public boolean hasHandedPart() {
        assertInLoop();
        return answers.hasHandedPart();
    }

    /** Whether part of a message is still to come from the server. */
    public boolean isMidMessage() {
        assertInLoop();
        return answers.isMidMessage();
    }

    /** Whether it must be closed at the next opportunity: after RECONNECT, for example. */
    public boolean closeNeeded() {
        assertInLoop();
        return closeNeeded;
    }

    public void markCloseNeeded() {
        assertInLoop();
        closeNeeded = true;
    }

    // --- cancel -------------------------------------------------------------------------------

    /**
     * Asks the server to cancel what runs on this connection. Until PostgreSQL has closed the
     * cancel connection, {@link #cancels} keeps this one out of the pool: otherwise the signal
     * could hit the next client's query.
     *
     * @param millisMax how long to wait for that; after that time this connection is to be closed
     * @param done run at the end of that wait
     */
    public void cancel(CancelSender sender, long millisMax, Runnable done) {
        assertInLoop();
        boolean encrypted = TlsChannel.of(channel) != null;
        var to =
                new CancelSender.Target(
                        channel.remoteAddress(), encrypted ? target.address() : null);
        cancels.send(
                sender,
                to,
                key,
                loop(),
                millisMax,
                proven -> {
                    closeNeeded |= !proven;
                    done.run();
                });
    }

    /** The cancel requests that may still hit what runs here. */
    public CancelsInFlight cancels() {
        assertInLoop();
        return cancels;
    }

    // --- the end ------------------------------------------------------------------------------

    /** Sends Terminate, and closes once the server has. Its permits are freed only then. */
    public void close(String reason) {
        assertInLoop();
        if (state != State.OPEN) {
            return;
        }
        become(State.CLOSING);
        log.trace("{} {}", logName(), reason);
        ledger.lost(null);
        answers.stop();
        GracefulClose.start(channel);
    }

    /**
     * Cuts the connection off at once, whatever runs on it: its answers are of no value any more.
     * Its holder is told that it is lost, and finds the reason in {@link #cutOff()}.
     */
    public void cutOff(Refusal why) {
        assertInLoop();
        if (state != State.OPEN) {
            return;
        }
        cutOff = why;
        become(State.CLOSING);
        log.trace("{} {}", logName(), why.text());
        lost(null);
        GracefulClose.abort(channel);
    }

    /** Why Weir itself has cut it off, as told to its client; null if it has not. */
    public @Nullable Refusal cutOff() {
        assertInLoop();
        return cutOff;
    }

    /**
     * Tells the server that its client sends nothing more: it answers what it was sent, judges what
     * was left unfinished, and closes, as it does for a direct client.
     *
     * @param isTerminate whether to send Terminate, which in the middle of a message would be taken
     *     for its rest
     */
    public void endInput(boolean isTerminate) {
        assertInLoop();
        if (!inputEnded) {
            inputEnded = true;
            closeNeeded = true;
            GracefulClose.endInput(channel, isTerminate);
        }
    }

    /** Whether the server has been told that nothing more comes. */
    public boolean isInputEnded() {
        assertInLoop();
        return inputEnded;
    }

    private void become(State next) {
        assert switch (state) {
            case OPEN -> next != State.OPEN;
            case CLOSING -> next == State.CLOSED;
            case CLOSED -> false;
        };
        state = next;
    }

    // --- reading ------------------------------------------------------------------------------

    /** Takes what the server sent. Takes over {@code in}. */
    void read(ByteBufAllocator buffers, ByteBuf in) {
        if (state != State.OPEN) {
            in.release();
            return;
        }
        try {
            answers.read(buffers, in);
        } catch (ProtocolViolation e) {
            lost(e.getMessage());
            GracefulClose.abort(channel);
        }
    }

    /** Its socket is closed. */
    void ended() {
        if (state == State.OPEN) {
            lost(null);
        }
        answers.stop();
        statements.clear();
        statements.definitions().connectionEnded();
        become(State.CLOSED);
    }

    private void lost(@Nullable String violation) {
        if (violation != null) {
            log.warn(
                    "{} server_protocol_violation pid={} what=\"{}\"",
                    logName(),
                    processId(),
                    violation);
            become(State.CLOSING);
        }
        ServerFailure fatal = answers.fatal();
        ledger.lost(fatal == null ? null : fatal.sqlState());
        ServerEvents to = answers.stop();
        if (to != null) {
            to.serverLost(fatal, violation);
        }
    }

    /** The prefix of the log's lines about it. */
    public String logName() {
        assertInLoop();
        return ConnectionName.server(
                id, target.entry().name(), target.user(), channel.remoteAddress());
    }
}
