package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A server connection's place in its pool. Its holder is told of everything the server does, until
 * it gives the connection back with {@link #close} or leaves it behind with {@link #abandon}.
 */
@LoopConfined
public final class Lease implements LoopOwned {
    /*
     *   OPENED ──▶ IDLE ──▶ LEASED ──close──▶ RETURNED ──clean──▶ LEASED by the next, or IDLE
     *               │         └─abandon─▶ DRAINING ─▲ │  ▲
     *               │                                 ▼  │
     *               │                    CANCEL_HELD, RESETTING
     *               └──idle for long──▶ TESTING ──▶ LEASED or IDLE
     *   any ──▶ GONE
     */
    enum State {
        OPENED,
        IDLE,
        LEASED,
        RETURNED,
        TESTING,
        RESETTING,
        CANCEL_HELD,
        DRAINING,
        GONE
    }

    private final PoolShard shard;
    private final ServerConnection server;
    private final long lifetimeNanos;
    private final Unheld unheld = new Unheld();
    private State state = State.OPENED;
    private long sinceNanos;
    private boolean usedBySession;

    Lease(PoolShard shard, ServerConnection server, long lifetimeNanos) {
        this.shard = shard;
        this.server = server;
        this.lifetimeNanos = lifetimeNanos;
        this.sinceNanos = shard.nanoTime();
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    public ServerConnection server() {
        assertInLoop();
        return server;
    }

    /** Gives the connection back. It must be idle and as clean as its mode promises. */
    public void close() {
        assertInLoop();
        assert state == State.LEASED : state;
        shard.returned(this);
    }

    /**
     * Leaves the connection behind in whatever state it is; what cannot be proven clean is closed.
     */
    public void abandon() {
        assertInLoop();
        assert state == State.LEASED : state;
        become(State.DRAINING);
        new Drain(this).start();
    }

    /** Closes the connection: it cannot be proven clean, or it is gone already. */
    public void discard(String reason) {
        assertInLoop();
        shard.discard(this, reason);
    }

    void drained() {
        shard.returned(this);
    }

    State state() {
        return state;
    }

    /** Notes whether its holder has it for a whole session, and so leaves it in any state. */
    void usedBySession(boolean whole) {
        usedBySession = whole;
    }

    boolean wasUsedBySession() {
        return usedBySession;
    }

    /** When its last holder gave it back. */
    public long sinceNanos() {
        assertInLoop();
        return sinceNanos;
    }

    /** The state in the console's words, which are PgBouncer's. */
    public String stateName() {
        assertInLoop();
        return switch (state) {
            case OPENED -> "new";
            case IDLE -> "idle";
            case LEASED, RETURNED -> "active";
            case TESTING, RESETTING, DRAINING -> "tested";
            case CANCEL_HELD -> "being_canceled";
            case GONE -> "closed";
        };
    }

    void become(State next) {
        assert switch (next) {
                    case OPENED -> false;
                    case IDLE -> state != State.IDLE && state != State.GONE;
                    case LEASED -> state != State.LEASED && state != State.GONE;
                    case RETURNED ->
                            state == State.LEASED
                                    || state == State.DRAINING
                                    || state == State.CANCEL_HELD;
                    case TESTING -> state == State.IDLE;
                    case RESETTING, CANCEL_HELD -> state == State.RETURNED;
                    case DRAINING -> state == State.LEASED;
                    case GONE -> state != State.GONE;
                }
                : state + " to " + next;
        shard.stateChanged(state, next);
        state = next;
        switch (next) {
            case IDLE, TESTING, RESETTING, CANCEL_HELD -> {
                sinceNanos = nanoTime();
                server.holder(unheld);
            }
            default -> {}
        }
    }

    boolean isOlderThan(long now) {
        return now - server.openedNanos() >= lifetimeNanos;
    }

    /**
     * Runs a query of the pool's own; {@code good} if it succeeds, else the connection is closed.
     */
    void check(String sql, String what, Runnable good) {
        server.inject(
                sql,
                new InjectedQuery() {
                    @Override
                    public void succeeded() {
                        loop().execute(good); // the turn must end first
                    }

                    @Override
                    public void failed() {
                        loop().execute(() -> discard(what + " failed"));
                    }
                });
        server.flush();
    }

    /** Listens while nobody holds the connection. */
    private final class Unheld implements ServerEvents {
        @Override
        public void serverBytes(ByteBuf run) {
            run.release(); // a notice, or the FATAL error that ends it
        }

        @Override
        public void serverTurnEnd() {
            if (!server.isOpen() && state != State.GONE) {
                discard("server said it ends");
            }
        }

        @Override
        public boolean parameterChanged(String name, String value, boolean injected) {
            return false;
        }

        @Override
        public void serverWritabilityChanged(boolean writable) {}

        @Override
        public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
            if (state != State.GONE) {
                discard("server conn crashed?");
            }
        }
    }
}
