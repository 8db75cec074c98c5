package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.config.ClientBounds;
import dev.weir.error.ProxyError;
import dev.weir.exchange.Ledger;
import dev.weir.metrics.Limit;
import dev.weir.metrics.Metric;
import dev.weir.net.Buffers;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Allowance;
import dev.weir.pool.Channels;
import dev.weir.pool.ListeningConnection;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.BackendTag;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The channels on which a client listens by its pool's shared connection, and the notifications
 * that come there for it. Created when a client first listens.
 */
@LoopConfined
final class Listening implements LoopOwned, Notifications, Channels.Listener {
    /*
     * A client's LISTEN runs on the connection that it holds, like any other command: so PostgreSQL
     * judges it, and a rollback undoes it. When the transaction is over, the server is asked on
     * which channels that connection listens, and Handover makes the shared one listen instead.
     *
     * UNLISTEN must find the client's channels: Relistening makes the connection listen on them.
     *
     * PostgreSQL delivers notifications to a session between its transactions: those of the
     * transaction itself, and those that others have sent until then, come ahead of its
     * ReadyForQuery. So the ReadyForQuery is kept back until a barrier on the shared connection has
     * passed, and notifications that come while a transaction is open wait for it.
     */

    private static final String MISSED =
            "the connection that listens was lost and listens again: notifications may be missing";

    /** The most that is written to the client before it is flushed. */
    private static final int UNSENT_BYTES_MAX = 16 << 10;

    private static final int READY_BYTES = 6;

    private final Turn turn;
    private final ClientPort port;
    private final Flow flow;
    private final Runnable settle;
    private final Handover handover;
    private final Relistening relistening = new Relistening();
    private final Set<String> names = new TreeSet<>();
    private @Nullable ListeningConnection shared;

    /** The notifications to be delivered between the client's transactions. */
    private @Nullable ByteBuf waiting;

    private boolean keepsReady;
    private boolean isBarrier;
    private boolean isEnded;

    /** An encoding in which the names of its channels cannot be represented; or null. */
    private @Nullable String refusedEncoding;

    /**
     * Listens on nothing yet.
     *
     * @param settle run when what {@link #settles} waits for is done
     */
    Listening(Turn turn, ClientPort port, Flow flow, Runnable settle) {
        this.turn = turn;
        this.port = port;
        this.flow = flow;
        this.settle = settle;
        this.handover = new Handover(turn, this, this::joined, settle);
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    @Override
    public boolean isListening() {
        assertInLoop();
        return !names.isEmpty();
    }

    private List<String> names() {
        return List.copyOf(names);
    }

    @Override
    public int channels() {
        assertInLoop();
        return names.size();
    }

    @Override
    public List<String> shownNames() {
        assertInLoop();
        var shown = new ArrayList<String>();
        for (String name : names) {
            shown.add(new String(Channels.bytes(name), StandardCharsets.UTF_8));
        }
        return shown;
    }

    // --- the server's channels ----------------------------------------------------------------

    @Override
    public void found(Collection<String> onServer, @Nullable String evidence) {
        assertInLoop();
        if (relistening.stands(evidence)) {
            var gone = new TreeSet<>(names);
            onServer.forEach(gone::remove); // removeAll would search a list for each
            leave(gone);
            forget(gone);
        }
        var moving = new TreeSet<>(onServer);
        moving.removeIf(name -> name.startsWith(ListeningConnection.MARKS));
        moving.removeAll(names);
        if (!refuses(names.size() + moving.size())) {
            handover.found(moving);
        }
    }

    /** Ends the session if it would listen on more channels than it may. */
    private boolean refuses(int channels) {
        Allowance all = turn.pool().allowance();
        int most = turn.pool().settings().bounds().channels();
        if (ClientBounds.exceeds(channels, most)) {
            all.meters().refuses(Limit.CLIENT_CHANNELS);
            flow.fail(ProxyError.TOO_MANY_CHANNELS, most);
            return true;
        }
        if (channels > names.size() && turn.keepsTooMuch()) {
            all.meters().refuses(Limit.STATEMENT_MEMORY);
            flow.fail(ProxyError.STATE_MEMORY_FULL, all.statements().limit());
            return true;
        }
        all.meters().reaches(Limit.CLIENT_CHANNELS, channels);
        return false;
    }

    private void leave(Collection<String> gone) {
        ListeningConnection now = shared;
        if (now != null) {
            now.leave(this, gone);
        }
        gone.forEach(names::remove);
        turn.countKept();
        turn.pins().listens(!names.isEmpty());
    }

    /** Drops what has come on these channels during the transaction that has ended. */
    private void forget(Set<String> gone) {
        ByteBuf all = waiting;
        if (all == null || gone.isEmpty()) {
            return;
        }
        ByteBuf left = all.alloc().buffer(all.readableBytes());
        for (int at = all.readerIndex(), length; at < all.writerIndex(); at += length) {
            length = 1 + all.getInt(at + 1);
            if (all.getByte(at) != BackendTag.NOTIFICATION_RESPONSE
                    || !gone.contains(Channels.name(all, at, length))) {
                left.writeBytes(all, at, length);
            }
        }
        all.release();
        waiting = left;
    }

    /** The client listens by {@code connection} on these channels, too. */
    private void joined(ListeningConnection connection, Collection<String> more) {
        assertInLoop();
        shared = connection;
        names.addAll(more);
        turn.countKept();
        turn.pins().listens(!names.isEmpty());
    }

    // --- UNLISTEN -----------------------------------------------------------------------------

    @Override
    public boolean mustRelisten(long flags) {
        assertInLoop();
        return !names.isEmpty() && relistening.isDue(flags);
    }

    @Override
    public void willRun(long flags) {
        assertInLoop();
        relistening.willRun(flags);
    }

    @Override
    public void relisten(ByteBuf out, Ledger ledger) {
        assertInLoop();
        relistening.relisten(out, ledger, names);
        turn.server().statements().unnamed(null);
    }

    @Override
    public void relistenInside(ByteBuf out, Ledger ledger) {
        assertInLoop();
        relistening.relistenInside(out, ledger, names);
    }

    // --- between transactions -----------------------------------------------------------------

    @Override
    public boolean keepsReady(ByteBuf run) {
        assertInLoop();
        ServerConnection held = turn.serverOrNull();
        int at = run.writerIndex() - READY_BYTES;
        if (names.isEmpty()
                || held == null
                || !held.ledger().isIdle()
                || at < run.readerIndex()
                || run.getByte(at) != BackendTag.READY_FOR_QUERY
                || run.getInt(at + 1) != READY_BYTES - 1) {
            return false;
        }
        run.writerIndex(at);
        keepsReady = true;
        return true;
    }

    @Override
    public void releaseReady() {
        assertInLoop();
        if (keepsReady) {
            keepsReady = false;
            give();
            ByteBuf out = port.alloc().buffer(READY_BYTES);
            BackendMessages.readyForQuery(out, (byte) 'I');
            port.send(out);
        }
    }

    @Override
    public boolean settles(ServerConnection server) {
        assertInLoop();
        if (isBarrier || handover.isUnderWay()) {
            return true;
        }
        if (changesEncoding(server)) {
            return true;
        }
        if (handover.isDue()) {
            handover.start(server);
            return true;
        }
        ListeningConnection now = shared;
        if (keepsReady && now != null && isListening()) {
            isBarrier = true;
            give();
            now.barrier(this::passed);
            return true;
        }
        releaseReady();
        give();
        port.flush();
        return false;
    }

    private void passed() {
        isBarrier = false;
        if (!isEnded) {
            releaseReady();
            settle.run();
        }
    }

    @Override
    public void catchUp(Runnable then) {
        assertInLoop();
        ListeningConnection now = shared;
        if (now == null) {
            then.run();
        } else {
            now.barrier(then);
        }
    }

    /** Whether the names of its channels are to be sent in an encoding other than before. */
    private boolean changesEncoding(ServerConnection server) {
        ListeningConnection before = shared;
        String next = turn.clientEncoding();
        if (names.isEmpty()
                || before == null
                || next.equals(before.encoding())
                || next.equals(refusedEncoding)) {
            return false;
        }
        String there = "SET client_encoding TO '" + before.encoding() + '\'';
        String back = "SET client_encoding TO '" + next + '\'';
        var sql = new StringBuilder();
        Channels.listen(sql, names);
        server.inject(there, new OwnQueries.ThereAndBack(server));
        server.inject(Channels.bytes(sql), new Moving(before, next));
        server.inject(back, new OwnQueries.ThereAndBack(server));
        server.flush();
        return true;
    }

    /** The held connection listens on all channels, to move them to another shared one. */
    private final class Moving implements InjectedQuery {
        private final ListeningConnection before;
        private final String next;

        Moving(ListeningConnection before, String next) {
            this.before = before;
            this.next = next;
        }

        @Override
        public void succeeded() {
            before.leave(Listening.this, names());
            names.clear();
            turn.pins().listens(false);
            turn.pins().note(StatementFacts.LISTENS, null);
        }

        @Override
        public void failed() {
            refusedEncoding = next;
        }
    }

    // --- notifications ------------------------------------------------------------------------

    @Override
    public boolean takes(ByteBuf in, int at, int length) {
        assertInLoop();
        String name = Channels.name(in, at, length);
        return name.startsWith(ListeningConnection.MARKS)
                ? handover.takesMark(Channels.payload(in, at, length))
                : handover.isMarkedHere() || names.contains(name);
    }

    @Override
    public void notified(ByteBuf in, int at, int length) {
        assertInLoop();
        if (isEnded) {
            return;
        }
        ByteBuf copy = port.alloc().buffer(length).writeBytes(in, at, length);
        ServerConnection held = turn.serverOrNull();
        if (held != null && held.processId() == Channels.processId(copy, 0)) {
            Channels.processId(copy, 0, turn.processId());
        }
        comes(copy);
    }

    @Override
    public void missed() {
        assertInLoop();
        if (!isEnded) {
            comes(
                    Buffers.filled(
                            port.alloc(),
                            128,
                            out ->
                                    BackendMessages.notice(
                                            out, "NOTICE", "00000", MISSED, null, null)));
        }
    }

    private void comes(ByteBuf message) {
        keep(message);
        if (mayGive()) {
            give();
            if (port.pendingBytes() > UNSENT_BYTES_MAX) {
                port.flush();
            }
        }
        long held = waitingBytes() + port.pendingBytes();
        long most = turn.pool().settings().bounds().notificationBytes();
        Allowance all = turn.pool().allowance();
        all.meters().reaches(Limit.CLIENT_NOTIFICATION_MEMORY, held);
        if (ClientBounds.exceeds(held, most)) {
            all.meters().refuses(Limit.CLIENT_NOTIFICATION_MEMORY);
            flow.fail(ProxyError.TOO_MANY_NOTIFICATIONS, most);
        } else if (flow.holdsMore() && held > UNSENT_BYTES_MAX) {
            all.meters().refuses(Limit.BUFFER_MEMORY);
            flow.fail(ProxyError.NOTIFICATION_MEMORY_FULL, all.buffers().limit());
        }
    }

    /** Takes over {@code message}. */
    private void keep(ByteBuf message) {
        ByteBuf before = waiting;
        if (before == null) {
            waiting = message;
            return;
        }
        try {
            before.writeBytes(message); // grows by half, so that many cost no more than their sum
        } finally {
            message.release();
        }
    }

    /** Whether the client has no transaction open, and everything that it sent is answered. */
    private boolean mayGive() {
        ServerConnection held = turn.serverOrNull();
        if (handover.isUnderWay()) {
            return false;
        }
        return held == null || isBarrier || !keepsReady && held.ledger().isIdle();
    }

    private void give() {
        ByteBuf all = waiting;
        if (all != null) {
            waiting = null;
            turn.meters().add(Metric.BYTES_SENT, all.readableBytes());
            port.write(all);
        }
    }

    @Override
    public void notifiedAll() {
        assertInLoop();
        if (!isEnded) {
            port.flush();
        }
    }

    @Override
    public long waitingBytes() {
        assertInLoop();
        ByteBuf now = waiting;
        return now == null ? 0 : now.readableBytes();
    }

    // --- the end ------------------------------------------------------------------------------

    @Override
    public void serverGone() {
        assertInLoop();
        handover.giveUp();
        relistening.giveUp();
        releaseReady();
    }

    @Override
    public void end() {
        assertInLoop();
        isEnded = true;
        handover.giveUp();
        leave(names());
        ByteBuf rest = waiting;
        waiting = null;
        if (rest != null) {
            rest.release();
        }
    }
}
