package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Channels;
import dev.weir.pool.ListeningConnection;
import io.netty.channel.EventLoop;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Moves the channels of a client from the connection that it holds to the shared one, so that it
 * gets each notification once.
 */
@LoopConfined
final class Handover implements LoopOwned {
    /*
     *   IDLE ──▶ OPENING ──the shared one is open──▶ MARKING ──the held one listens for marks──▶ JOINING
     *    ▲  │       │                                   │                                         │  │
     *    │  │       └──────────failed: it stays─────────┴─────────────────────────────────────────┘  │
     *    │  └──nothing is to be moved──▶ LEAVING ◀──the mark has come to both────────────────────────┘
     *    └───────UNLISTEN * is answered─────┘
     *
     * Notifications before the mark reach the client from the held connection; those after it, from
     * the shared one.
     */
    private enum State {
        IDLE,
        OPENING,
        MARKING,
        JOINING,
        LEAVING
    }

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Turn turn;
    private final Channels.Listener listener;
    private final Moved moved;
    private final Runnable settle;
    private final Set<String> moving = new TreeSet<>();
    private State state = State.IDLE;
    private @Nullable ServerConnection held;
    private @Nullable ListeningConnection shared;
    private @Nullable String mark;
    private boolean isMarkedHere;
    private boolean isMarkedThere;
    private boolean hasFailed;
    private long failedNanos;

    /** Told which channels the client listens on by the shared connection from now on. */
    interface Moved {
        void moved(ListeningConnection to, Collection<String> names);
    }

    Handover(Turn turn, Channels.Listener listener, Moved moved, Runnable settle) {
        this.turn = turn;
        this.listener = listener;
        this.moved = moved;
        this.settle = settle;
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    private void become(State next) {
        assert switch (next) {
                    case IDLE -> state != State.IDLE;
                    case OPENING -> state == State.IDLE;
                    case MARKING -> state == State.OPENING;
                    case JOINING -> state == State.MARKING;
                    case LEAVING -> state == State.IDLE || state == State.JOINING;
                }
                : state + " to " + next;
        state = next;
    }

    /** The held connection listens on these channels, and the shared one is to do so. */
    void found(Collection<String> names) {
        assertInLoop();
        moving.clear();
        moving.addAll(names);
        hasFailed = false;
    }

    boolean isUnderWay() {
        assertInLoop();
        return state != State.IDLE;
    }

    /** Whether the held connection listens but should not. */
    boolean isDue() {
        assertInLoop();
        return turn.pins().has(PinReason.LISTEN)
                && !(hasFailed && nanoTime() - failedNanos < RETRY_NANOS);
    }

    void start(ServerConnection server) {
        assertInLoop();
        held = server;
        isMarkedHere = false;
        isMarkedThere = false;
        if (moving.isEmpty()) {
            leave();
            return;
        }
        become(State.OPENING);
        ListeningConnection to = turn.shard().listening(turn.clientEncoding());
        shared = to;
        to.whenOpen(new Step(State.OPENING, this::marks));
    }

    /** A step that may fail. */
    private final class Step implements Channels.Outcome, InjectedQuery {
        private final State when;
        private final Runnable then;

        Step(State when, Runnable then) {
            this.when = when;
            this.then = then;
        }

        @Override
        public void done() {
            go(then);
        }

        @Override
        public void failed() {
            go(Handover.this::fail);
        }

        @Override
        public void succeeded() {
            go(then);
        }

        /** Not at once: the caller must end its turn first. */
        private void go(Runnable next) {
            ServerConnection on = held;
            loop().execute(() -> {
                if (state == when && held == on && turn.serverOrNull() == on) {
                    next.run();
                }
            });
        }
    }

    private void marks() {
        become(State.MARKING);
        var sql = new StringBuilder();
        Channels.listen(sql, List.of(shared().marks()));
        send(sql, new Step(State.MARKING, this::join));
    }

    private void join() {
        become(State.JOINING);
        if (shared().isOpen()) {
            mark = shared().join(listener, moving, new Step(State.JOINING, this::markedThere));
        } else {
            fail();
        }
    }

    private void markedThere() {
        isMarkedThere = true;
        ifBothLeave();
    }

    /** A mark has arrived on the held connection. */
    boolean takesMark(String which) {
        assertInLoop();
        if (state == State.JOINING && which.equals(mark)) {
            isMarkedHere = true;
            ServerConnection on = held;
            loop().execute(() -> {
                if (held == on && turn.serverOrNull() == on) {
                    ifBothLeave();
                }
            });
        }
        return true;
    }

    /** Whether what comes on the held connection comes on the shared one, too. */
    boolean isMarkedHere() {
        assertInLoop();
        return isMarkedHere && isUnderWay();
    }

    private void ifBothLeave() {
        if (state == State.JOINING && isMarkedHere && isMarkedThere) {
            mark = null;
            moved.moved(shared(), List.copyOf(moving));
            moving.clear();
            leave();
        }
    }

    private void leave() {
        become(State.LEAVING);
        ServerConnection on = held;
        send(
                "UNLISTEN *",
                new InjectedQuery() {
                    @Override
                    public void succeeded() {
                        if (state == State.LEAVING && held == on) {
                            turn.pins().unpin(PinReason.LISTEN);
                            reset();
                        }
                    }

                    @Override
                    public void failed() {
                        if (on != null) {
                            on.markCloseNeeded();
                        }
                        succeeded();
                    }
                });
    }

    private void send(CharSequence sql, InjectedQuery query) {
        ServerConnection to = held;
        if (to != null) {
            to.inject(Channels.bytes(sql), query);
            to.flush();
        }
    }

    private ListeningConnection shared() {
        return Objects.requireNonNull(shared);
    }

    /** The client goes on listening on the connection that it holds, for now. */
    private void fail() {
        hasFailed = true;
        failedNanos = nanoTime();
        giveUp();
        settle.run();
    }

    /** Gives up: there is nothing to be moved any more, or nobody to do it for. */
    void giveUp() {
        assertInLoop();
        String waited = mark;
        if (waited != null && shared != null) {
            shared.forget(waited);
        }
        reset();
    }

    private void reset() {
        if (state != State.IDLE) {
            become(State.IDLE);
        }
        mark = null;
        held = null;
        isMarkedHere = false;
    }
}
