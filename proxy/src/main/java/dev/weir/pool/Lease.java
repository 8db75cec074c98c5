package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.error.EndReason;
import dev.weir.metrics.Metric;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server connection's place in its pool. Its holder is told of everything the server does until
 * it returns the connection with {@link #close} or leaves it with {@link #abandon}.
 */
@LoopConfined
public final class Lease implements LoopOwned {
    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    /*
     *   OPENED ──▶ IDLE ──▶ LEASED ──close──▶ RETURNED ──clean──▶ LEASED by the next, or IDLE
     *               │         └─abandon─▶ DRAINING ─▲ │  ▲
     *               │                                 ▼  │
     *               │                    CANCEL_HELD, RESETTING
     *               ├──idle for long──▶ TESTING ──▶ LEASED or IDLE
     *               └──stained by another client──▶ WIPING ──▶ LEASED or IDLE
     *   any ──▶ GONE
     *
     * A connection that is RETURNED, or has just been tested, is wiped like an idle one.
     */
    enum State {
        OPENED,
        IDLE,
        LEASED,
        RETURNED,
        TESTING,
        RESETTING,
        WIPING,
        CANCEL_HELD,
        DRAINING,
        GONE
    }

    /** Keeps a connection while nobody holds it. */
    interface Owner extends LoopOwned {
        /** Takes it back from its holder. */
        void returned(Lease lease);

        /** Closes it, if it is not closed yet. */
        void discard(Lease lease, String reason);

        /** Finds out whether a host to which there was a connection is away. */
        void examine(ServerAddress host, Consumer<Boolean> told);

        /** The index of the node that it goes to; {@link ClientShard#PRIMARY} without nodes. */
        int node();

        /** Told of each change of state. */
        void stateChanged(Lease.State before, Lease.State next);
    }

    /** Stands for a client that is gone. */
    private static final long GONE = -1;

    private final Owner owner;
    private final ServerConnection server;
    private final long lifetimeNanos;
    private final Unheld unheld = new Unheld();
    private State state = State.OPENED;
    private long sinceNanos;
    private boolean usedBySession;

    /** Null if there is none. */
    private @Nullable LeaseObserver observer;

    /** The client that may have left something here; {@link Waiter#NOBODY} if it is clean. */
    private long stainedBy = Waiter.NOBODY;

    private UnseenChanges unseenChanges = UnseenChanges.NONE;

    /** Whether a shared statement was parsed here though settings may have changed unseen. */
    private boolean hasParsedUnseen;

    /** The client that was served last. */
    private long served = Waiter.NOBODY;

    private boolean outlivesWipe;
    private boolean isDedicated;

    Lease(Owner owner, ServerConnection server, long lifetimeNanos) {
        this.owner = owner;
        this.server = server;
        this.lifetimeNanos = lifetimeNanos;
        this.sinceNanos = owner.nanoTime();
    }

    /** Sets the observer; called once, before the connection is leased. */
    void observe(@Nullable LeaseObserver looking) {
        observer = looking;
        if (looking != null) {
            server.observe(looking);
        }
    }

    /** Tells the observer how long the new holder has waited. */
    void waited(Waiter waiter, long nanos) {
        if (observer != null) {
            observer.leased(waiter, nanos);
        }
    }

    /** Tells the observer that what the holder had asked is answered and counted. */
    public void counted(long nanos) {
        assertInLoop();
        if (observer != null) {
            observer.counted(nanos);
        }
    }

    /**
     * Notes that a client is served now.
     *
     * @return whether it is not the client that was served last
     */
    public boolean serves(long client) {
        assertInLoop();
        boolean isAnother = client != served;
        served = client;
        return isAnother;
    }

    @Override
    public EventLoop loop() {
        return owner.loop();
    }

    public ServerConnection server() {
        assertInLoop();
        return server;
    }

    /** The index of the node that it goes to; {@link ClientShard#PRIMARY} without nodes. */
    public int node() {
        assertInLoop();
        return owner.node();
    }

    /**
     * Returns the connection to its pool. It must be idle and as clean as the pool mode promises.
     */
    public void close() {
        assertInLoop();
        assert state == State.LEASED : state;
        owner.returned(this);
    }

    /**
     * Leaves the connection in whatever state it is; it is closed if it cannot be proven clean.
     *
     * @param queryMax how long the statements that were sent may take; zero = no limit
     */
    public void abandon(Duration queryMax) {
        assertInLoop();
        assert state == State.LEASED : state;
        become(State.DRAINING);
        new Drain(this, queryMax).start();
    }

    /**
     * Leaves the connection to be closed: PostgreSQL carries out what it was sent, as it does for a
     * direct client that has left, and then closes.
     *
     * @param isTerminate whether to send Terminate; must be false in the middle of a message
     * @param queryMax how long the statements that were sent may take; zero = no limit
     */
    public void part(String reason, boolean isTerminate, Duration queryMax) {
        assertInLoop();
        assert state == State.LEASED : state;
        become(State.DRAINING);
        new Drain(this, queryMax).part(reason, isTerminate);
    }

    /**
     * Finds out whether the server that ended this connection is away, by opening another
     * connection to it. This one must have been discarded.
     *
     * @param told called once, perhaps before this returns; with false also if no connection may be
     *     opened now
     */
    public void examine(Consumer<Boolean> told) {
        assertInLoop();
        assert state == State.GONE : state;
        owner.examine(server.target().address(), told);
    }

    /** Closes the connection: it cannot be proven clean, or it is gone already. */
    public void discard(String reason) {
        assertInLoop();
        owner.discard(this, reason);
    }

    void drained() {
        owner.returned(this);
    }

    State state() {
        return state;
    }

    /** Notes whether its holder keeps it for a whole session, and so may leave any state on it. */
    void usedBySession(boolean whole) {
        usedBySession = whole;
    }

    boolean wasUsedBySession() {
        return usedBySession;
    }

    /**
     * Notes that a client may have left some state here: it is wiped before another client gets it.
     */
    public void stain(long client) {
        assertInLoop();
        assert client > Waiter.NOBODY : client;
        stainedBy = client;
    }

    /** Notes that its client may have changed settings of which Weir is not told. */
    public void changesUnseen(UnseenChanges now) {
        assertInLoop();
        if (now.compareTo(unseenChanges) > 0) {
            unseenChanges = now;
        }
    }

    /** Whether its client may have changed settings of which Weir is not told. */
    public UnseenChanges unseenChanges() {
        assertInLoop();
        return unseenChanges;
    }

    /** Whether bodies of functions may have been read under settings that others do not have. */
    boolean mayHaveOddPlans() {
        return unseenChanges == UnseenChanges.LIKELY;
    }

    /** A statement that others use, too, is parsed here now. */
    public void parsesShared() {
        assertInLoop();
        hasParsedUnseen |= unseenChanges != UnseenChanges.NONE;
    }

    /**
     * Notes that the client that may have left some state on the connection is gone. It is wiped at
     * once: a lock or a channel would affect others for as long as it exists.
     */
    public void orphan() {
        assertInLoop();
        stainedBy = GONE;
    }

    /** Notes that no wipe can restore the connection's initial state: it is closed instead. */
    public void outlivesWipe() {
        assertInLoop();
        outlivesWipe = true;
    }

    /** Notes that it was opened with one client's startup parameters and is for nobody else. */
    void dedicate() {
        isDedicated = true;
    }

    boolean canBeWiped() {
        return !outlivesWipe;
    }

    boolean isOrphaned() {
        return stainedBy == GONE;
    }

    /** Whether this client may have left some state on it. */
    boolean isStainedBy(long client) {
        return stainedBy == client;
    }

    /** Whether no client has left any state on it. */
    boolean isClean() {
        return stainedBy == Waiter.NOBODY;
    }

    /** Whether no client other than this one has left any state on it. */
    boolean isCleanFor(long client) {
        return stainedBy == Waiter.NOBODY || stainedBy == client;
    }

    /** Notes that everything a client may have left on it has been removed. */
    void wiped() {
        stainedBy = Waiter.NOBODY;
        server.given(server.resetValues());
        unseenChanges = UnseenChanges.NONE;
        if (hasParsedUnseen) {
            hasParsedUnseen = false;
            server.statements().distrust(); // they may mean something else
        }
    }

    /** When its last holder returned it, or a pool task on it began. */
    long sinceNanos() {
        return sinceNanos;
    }

    /** Whether nobody holds it and nothing is being done with it. */
    public boolean isIdle() {
        assertInLoop();
        return state == State.IDLE;
    }

    /** A snapshot, as it appears in a pool with these settings. */
    LeaseSnapshot snapshot(PoolKey pool, PoolSettings settings, long now) {
        String word =
                switch (state) {
                    case OPENED -> "new";
                    case IDLE -> mustBeTested(settings, now) ? "used" : "idle";
                    case LEASED, RETURNED -> "active";
                    case TESTING, RESETTING, WIPING, DRAINING -> "tested";
                    case CANCEL_HELD -> "being_canceled";
                    case GONE -> "closed";
                };
        return new LeaseSnapshot(pool, server.snapshot(), word, sinceNanos);
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
                    case WIPING -> !mayBeHeld(state) && state != State.GONE;
                    case RESETTING, CANCEL_HELD -> state == State.RETURNED;
                    case DRAINING -> state == State.LEASED;
                    case GONE -> state != State.GONE;
                }
                : state + " to " + next;
        owner.stateChanged(state, next);
        state = next;
        switch (next) {
            case IDLE, TESTING, RESETTING, WIPING, CANCEL_HELD -> {
                sinceNanos = nanoTime();
                server.holder(unheld);
            }
            default -> {}
        }
    }

    private static boolean mayBeHeld(State state) {
        return switch (state) {
            case LEASED, DRAINING, CANCEL_HELD, WIPING -> true;
            default -> false;
        };
    }

    boolean isOlderThan(long now) {
        return now - server.openedNanos() >= lifetimeNanos;
    }

    /** Whether it has been idle for so long that it must answer server_check_query first. */
    boolean mustBeTested(PoolSettings settings, long now) {
        return !settings.serverCheckQuery().isEmpty()
                && now - sinceNanos > settings.serverCheckDelay().toNanos();
    }

    /** Why it must be closed though its holder has returned it; null if it may be used again. */
    @Nullable String uncleanReason(PoolSettings settings, long now) {
        if (!server.isOpen()) {
            return EndReason.SERVER_CRASHED.words();
        }
        if (server.closeNeeded()) {
            return EndReason.CLOSE_NEEDED.words();
        }
        if (isDedicated) {
            return EndReason.DEDICATED.words();
        }
        if (!server.ledger().isIdle() || server.isMidMessage()) {
            return EndReason.UNCLEAN.words();
        }
        boolean isUsedUp = settings.serverLifetime().isZero() && served != Waiter.NOBODY;
        boolean isOld = isUsedUp || isOlderThan(now);
        return isOld ? EndReason.LIFETIME_OVER.words() : null;
    }

    /** The gauge under which it is counted; null once it is gone. */
    @Nullable Metric metric(PoolSettings settings, long now) {
        return switch (state) {
            case OPENED -> Metric.SERVERS_IDLE;
            case IDLE -> mustBeTested(settings, now) ? Metric.SERVERS_USED : Metric.SERVERS_IDLE;
            case LEASED, RETURNED -> Metric.SERVERS_ACTIVE;
            case TESTING, RESETTING, WIPING -> Metric.SERVERS_TESTED;
            case CANCEL_HELD -> Metric.SERVERS_CANCELED;
            case DRAINING -> Metric.SERVERS_DRAINING;
            case GONE -> null;
        };
    }

    /**
     * Runs a query of the pool's own, and {@code good} if it succeeds; else the connection is
     * closed.
     */
    void check(String sql, String what, Runnable good) {
        ask(
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
    }

    /**
     * Sends a query of the pool's own. Without memory for it the connection is closed: whoever
     * happens to return or to want it is not to blame.
     */
    void ask(String sql, InjectedQuery query) {
        try {
            server.inject(sql, query);
            server.flush();
        } catch (OutOfDirectMemoryError e) {
            log.warn("{} out_of_buffer_memory what=\"{}\"", server.logName(), e.toString());
            discard(EndReason.NO_MEMORY.words());
        }
    }

    /** Runs a query of which it does not matter whether it succeeds; {@code then} runs after it. */
    void run(String sql, Runnable then) {
        ask(
                sql,
                new InjectedQuery() {
                    @Override
                    public void succeeded() {
                        loop().execute(then); // the turn must end first
                    }

                    @Override
                    public void failed() {
                        loop().execute(then);
                    }
                });
    }

    /** Receives what the server sends while nobody holds the connection. */
    private final class Unheld implements ServerEvents {
        @Override
        public void serverBytes(ByteBuf run) {
            run.release(); // a notice, or the FATAL error that ends it
        }

        @Override
        public void serverTurnEnd() {
            if (!server.isOpen() && state != State.GONE) {
                discard(EndReason.SERVER_ENDS.words());
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
                discard(EndReason.SERVER_CRASHED.words());
            }
        }
    }
}
