package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.Opener;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.error.EndReason;
import dev.weir.exchange.Effect;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Channels.Listener;
import dev.weir.pool.Channels.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server connection on which the clients of one {@link ClientShard} that have the same
 * client_encoding listen together. Nobody leases it. It is opened when somebody listens, reopened
 * when it was lost, and closed when nobody has listened for {@code server_idle_timeout}.
 */
@LoopConfined
public final class ListeningConnection implements LoopOwned, ServerEvents {
    /*
     *   CLOSED ──somebody listens──▶ OPENING ──▶ STARTING ──LISTEN is answered──▶ OPEN
     *     ▲                             │            │                             │
     *     └─────failed, lost, PAUSE─────┴────────────┴─────────────────────────────┘
     *
     * A client that joins already listens on a connection of its own. It must get each notification
     * once: those before a mark from there, those after the mark from here. The mark is itself a
     * notification, on a channel of this connection's own on which both listen: PostgreSQL delivers
     * notifications to all listeners in the order in which they were committed.
     */
    private enum State {
        CLOSED,
        OPENING,
        STARTING,
        OPEN
    }

    /** The prefix of the names of Weir's own channels. */
    public static final String MARKS = "weir_mark_";

    private static final long RETRY_NANOS_MIN = 100_000_000L;
    private static final int RETRY_FACTOR = 2;

    private final ClientShard shard;
    private final String encoding;
    private final String marks;
    private final Channels channels = new Channels();
    private final List<Outcome> untilOpen = new ArrayList<>();
    private final ArrayDeque<Runnable> barriers = new ArrayDeque<>();

    /** What is to be done at the end of the turn in which answers came: it may send more. */
    private final List<Runnable> atTurnEnd = new ArrayList<>();

    private State state = State.CLOSED;
    private @Nullable ServerConnection server;
    private @Nullable NodeShard node;

    /** Incremented with each attempt: the results of earlier attempts are ignored. */
    private int epoch;

    private boolean wasOpen;
    private long idleSinceNanos;
    private long retryNanos = RETRY_NANOS_MIN;
    private long notBeforeNanos;

    ListeningConnection(ClientShard shard, String encoding, long random) {
        this.shard = shard;
        this.encoding = encoding;
        this.marks = MARKS + Long.toHexString(random);
        this.idleSinceNanos = nanoTime();
        this.notBeforeNanos = idleSinceNanos;
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    private void become(State next) {
        assert switch (next) {
                    case CLOSED -> state != State.CLOSED;
                    case OPENING -> state == State.CLOSED;
                    case STARTING -> state == State.OPENING;
                    case OPEN -> state == State.STARTING;
                }
                : state + " to " + next;
        state = next;
    }

    /** The client_encoding of the clients that listen here. */
    public String encoding() {
        assertInLoop();
        return encoding;
    }

    // --- listeners ----------------------------------------------------------------------------

    /** The channel on which marks are notified. */
    public String marks() {
        assertInLoop();
        return marks;
    }

    /** Whether it is open, and listens. */
    public boolean isOpen() {
        assertInLoop();
        return state == State.OPEN;
    }

    /** Tells {@code told} when the connection is open, or that it cannot be opened now. */
    public void whenOpen(Outcome told) {
        assertInLoop();
        if (state == State.OPEN) {
            told.done();
            return;
        }
        untilOpen.add(told);
        if (state == State.CLOSED) {
            open();
        }
    }

    /**
     * Lets a client that listens on channels elsewhere listen on them here, from a mark on. The
     * connection must be {@linkplain #isOpen open}.
     *
     * @param told done when the mark has arrived here: later notifications go to {@code who}
     * @return the payload of the mark
     */
    public String join(Listener who, Collection<String> names, Outcome told) {
        assertInLoop();
        assert state == State.OPEN : state;
        String mark = channels.join(who, names, told);
        var sql = new StringBuilder();
        Channels.listen(sql, names);
        sql.append("NOTIFY ").append(marks).append(",'").append(mark).append('\'');
        send(
                sql,
                new InjectedQuery() {
                    @Override
                    public void succeeded() {}

                    @Override
                    public void failed() {
                        atTurnEnd.add(() -> {
                            Outcome refused = forgotten(mark);
                            if (refused != null) {
                                refused.failed();
                            }
                        });
                    }
                });
        return mark;
    }

    /** A client is gone before its mark has arrived. */
    public void forget(String mark) {
        assertInLoop();
        forgotten(mark);
    }

    private @Nullable Outcome forgotten(String mark) {
        var unused = new ArrayList<String>();
        Outcome told = channels.forget(mark, unused);
        unlisten(unused);
        return told;
    }

    /** Stops a client's listening on channels. */
    public void leave(Listener who, Collection<String> names) {
        assertInLoop();
        var unused = new ArrayList<String>();
        names.forEach(name -> channels.leave(who, name, unused));
        unlisten(unused);
    }

    private void unlisten(Collection<String> unused) {
        if (unused.isEmpty()) {
            return;
        }
        idleSinceNanos = nanoTime();
        if (state == State.OPEN) {
            var sql = new StringBuilder();
            for (String name : unused) {
                Channels.quote(sql.append("UNLISTEN "), name);
                sql.append(';');
            }
            send(sql, new Needed());
        }
    }

    /**
     * Runs {@code then} once all notifications sent before have arrived; at once if the connection
     * is not open.
     */
    public void barrier(Runnable then) {
        assertInLoop();
        ServerConnection open = server;
        if (state != State.OPEN || open == null) {
            then.run();
            return;
        }
        barriers.add(then);
        open.sync(new Barrier());
        open.flush();
    }

    private final class Barrier implements Effect {
        @Override
        public void succeeded() {
            Runnable then = barriers.poll();
            if (then != null) {
                atTurnEnd.add(then);
            }
        }

        @Override
        public void failed() {
            succeeded();
        }

        @Override
        public void skipped() {
            succeeded();
        }
    }

    private void send(CharSequence sql, InjectedQuery query) {
        ServerConnection to = server;
        if (to != null) {
            to.inject(Channels.bytes(sql), query);
            to.flush();
        }
    }

    /** A query that must succeed, else the connection is of no use. */
    private class Needed implements InjectedQuery {
        private final int begun = epoch;

        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            atTurnEnd.add(() -> {
                if (begun == epoch) {
                    lose(EndReason.CANNOT_LISTEN.words());
                }
            });
        }
    }

    // --- from the server ----------------------------------------------------------------------

    @Override
    public boolean takesNotification(ByteBuf in, int at, int length) {
        assertInLoop();
        String name = Channels.name(in, at, length);
        if (!name.equals(marks)) {
            channels.notify(name, in, at, length);
            return true;
        }
        Outcome told = channels.joined(Channels.payload(in, at, length));
        if (told != null) {
            atTurnEnd.add(told::done);
        }
        return true;
    }

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        run.release(); // a notice, or the FATAL error that ends it
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
        channels.notifiedAll();
        while (!atTurnEnd.isEmpty()) {
            List<Runnable> all = List.copyOf(atTurnEnd);
            atTurnEnd.clear();
            all.forEach(Runnable::run);
        }
        ServerConnection open = server;
        if (open != null && !open.isOpen()) {
            lose(EndReason.SERVER_ENDS.words());
        }
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop(); // little is sent
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        channels.notifiedAll();
        lose(EndReason.SERVER_CRASHED.words());
    }

    // --- its life -----------------------------------------------------------------------------

    private void open() {
        become(State.OPENING);
        epoch++;
        NodeShard where = shard.primary();
        node = where;
        if (where == null || !where.gate().leases() || !where.pool().takePermitBeside()) {
            close();
            return;
        }
        where.pool().openBeside(encoding, loop(), shard.statements(), new Attempt(where));
    }

    /** One attempt to open it. */
    private final class Attempt implements Opener.Opening {
        private final NodeShard where;
        private final int begun = epoch;

        Attempt(NodeShard where) {
            this.where = where;
        }

        @Override
        public void opened(ServerConnection connection) {
            if (begun == epoch && state == State.OPENING) {
                start(where, connection);
            } else {
                connection.close(EndReason.NOBODY_LISTENS.words());
            }
        }

        @Override
        public void failed(ServerFailure failure) {
            if (begun == epoch && state == State.OPENING) {
                close();
            }
        }

        @Override
        public void closed() {
            where.pool().freePermitBeside();
        }
    }

    private void start(NodeShard where, ServerConnection connection) {
        become(State.STARTING);
        server = connection;
        connection.holder(this);
        where.listening().opened(this);
        where.pool().logOpened(connection);
        var sql = new StringBuilder();
        Channels.listen(sql, List.of(marks));
        Channels.listen(sql, channels.names());
        send(
                sql,
                new Needed() {
                    @Override
                    public void succeeded() {
                        int begun = epoch;
                        atTurnEnd.add(() -> started(begun));
                    }
                });
    }

    private void started(int begun) {
        if (begun != epoch || state != State.STARTING) {
            return;
        }
        become(State.OPEN);
        retryNanos = RETRY_NANOS_MIN;
        if (wasOpen) {
            channels.missed();
        }
        wasOpen = true;
        idleSinceNanos = nanoTime();
        List<Outcome> waiting = List.copyOf(untilOpen);
        untilOpen.clear();
        waiting.forEach(Outcome::done);
    }

    /** Closes the connection, if there is one; it is reopened if it is needed. */
    private void lose(String reason) {
        ServerConnection open = server;
        NodeShard where = node;
        if (open == null || where == null) {
            return;
        }
        server = null;
        where.listening().closed(this);
        where.pool().logClosing(open, reason);
        open.close(reason);
        close();
    }

    /** There is no connection now. Nobody goes on waiting for it: clients keep their own. */
    private void close() {
        become(State.CLOSED);
        epoch++;
        notBeforeNanos = nanoTime() + retryNanos;
        long most = shard.pool().settings().serverLoginRetry().toNanos();
        retryNanos = Math.max(RETRY_NANOS_MIN, Math.min(retryNanos * RETRY_FACTOR, most));
        List<Outcome> waiting = new ArrayList<>(untilOpen);
        untilOpen.clear();
        waiting.addAll(channels.forgetAll());
        List<Runnable> passed = List.copyOf(barriers);
        barriers.clear();
        waiting.forEach(Outcome::failed);
        passed.forEach(Runnable::run);
    }

    /** Housekeeping: reopens the connection, or closes it if nobody listens. */
    void tick() {
        ServerConnection open = server;
        long now = nanoTime();
        if (open == null) {
            if (state == State.CLOSED && !channels.isEmpty() && now - notBeforeNanos >= 0) {
                open();
            }
            return;
        }
        long idleMax = shard.pool().settings().serverIdleTimeout().toNanos();
        boolean isIdle = channels.isEmpty() && idleMax > 0 && now - idleSinceNanos > idleMax;
        if (isIdle || channels.isEmpty() && shard.pool().clients() == 0) {
            lose(EndReason.IDLE_TIMEOUT.words());
        } else if (open.closeNeeded() || !open.isOpen() || node != shard.primary()) {
            renew(EndReason.CLOSE_NEEDED.words());
        }
    }

    /** Reopens it, since it goes to a server that is no longer the right one. */
    void renew(String reason) {
        lose(reason);
        retryNanos = RETRY_NANOS_MIN;
        if (state == State.CLOSED && !channels.isEmpty()) {
            open();
        }
    }

    /** Closes it: the pool is to have no connections. */
    void shut(String reason) {
        lose(reason);
    }

    // --- for the console ----------------------------------------------------------------------

    @Nullable LeaseSnapshot snapshot(PoolKey key) {
        ServerConnection open = server;
        return open == null
                ? null
                : new LeaseSnapshot(key, open.snapshot(), "listening", idleSinceNanos);
    }

    @Nullable ServerConnection server() {
        return server;
    }
}
