package dev.weir.route;

import dev.weir.cluster.Topology;
import dev.weir.config.CausalReads;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides where the transactions of one session run, one after the other, and why. Pure: from a
 * batch's demand, the state of the cluster and the time it makes a {@link Decision}; its session
 * waits, leases and sends.
 */
public final class Router {
    /*
     *                        ┌───────────────answered without a server
     *              batch     │           no such connection to be had
     *   FREE ──────┬─────────┘             ┌──────────────────────▶ TURNED_AWAY ──┐
     *    ▲  ▲      ├──▶ WAITING ──look──▶ DECIDED ──the connection      ▲         │ batch
     *    │  │      │       │ │             ▲  │      is here            │         │
     *    │  │      ├───────┼─┼─────────────┘  │         │               │         │
     *    │  │      │       │ └──▶ REFUSED ◀─┐ │         ▼         a replica has   │
     *    │  │      └───────┼──────────┬─────┘ │      RUNNING ─────refused it      │
     *    │  └──────given up┴──────────┴───────┘         │                         │
     *    └────────────────the connection is given back──┘      DECIDED ◀──────────┘
     *
     * A decision lasts until the connection is given back: one transaction, one node. A connection
     * to the primary that stays with the session may see several, one after the other.
     */
    private enum State {
        FREE,
        /** The batch waits for a replica that is fresh enough. */
        WAITING,
        /** No replica can be read, and no other node will do. */
        REFUSED,
        /** The connection that was decided on has not been used yet. */
        DECIDED,
        /** Only its BEGIN has run before the current batch. */
        STARTED,
        RUNNING,
        /** A replica has refused the transaction, or was not available: it goes to the primary. */
        TURNED_AWAY
    }

    private final PoolMode mode;
    private final Surroundings surroundings;
    private final Loads loads;
    private final CausalToken token;
    private final Placement placement;
    private final CommitWatch commits;
    private final RouteSettings settings = new RouteSettings();
    private final LateBegin begin = new LateBegin();

    private State state = State.FREE;

    /** The last node that a transaction ran on. */
    private int lastNode = ReplicaChoice.NONE;

    private boolean definesFunctions;

    /**
     * Decides for a session.
     *
     * @param mode of the pool that it leases from
     * @param loads the loads of its loop
     * @param nanos the time at which the answer to a question of Weir's own comes
     */
    public Router(
            PoolMode mode,
            Surroundings surroundings,
            Loads loads,
            CausalToken token,
            RandomGenerator random,
            LongSupplier nanos) {
        this.mode = mode;
        this.surroundings = surroundings;
        this.loads = loads;
        this.token = token;
        this.placement = new Placement(loads, token, random);
        this.commits = new CommitWatch(token, nanos);
    }

    private void become(State next) {
        assert switch (next) {
                    case FREE -> true;
                    case WAITING -> state == State.FREE;
                    case REFUSED, DECIDED -> !isRunning();
                    case STARTED -> state == State.DECIDED || isRunning();
                    case RUNNING -> isRunning();
                    case TURNED_AWAY -> state == State.DECIDED || isRunning();
                }
                : state + " to " + next;
        state = next;
    }

    private boolean isRunning() {
        return state == State.STARTED || state == State.RUNNING;
    }

    // --- what was decided -----------------------------------------------------------------------

    /** Where the transaction runs and why; where the last one ran if none does. */
    public Decision.Go place() {
        return placement.place();
    }

    public boolean isOnReplica() {
        return place().reason().isOnReplica();
    }

    /** Whether the connection that was decided on has not been used yet. */
    public boolean isDecided() {
        return state == State.DECIDED;
    }

    /** Whether the batch still waits for a replica. */
    public boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Whether the client believes that it is in a transaction of which no server knows yet. */
    public boolean hasDeferred() {
        return begin.isHeld();
    }

    /** The routing settings of the session. */
    public RouteSettings settings() {
        return settings;
    }

    /** The line that tells the client where the transaction runs. */
    public String notice(Demand demand) {
        Reason reason = place().reason();
        Access worst = demand.worst();
        String word =
                switch (reason) {
                    case FUNCTION -> worst.forbidden(demand.functions());
                    case DENIED -> worst.denied(demand.functions());
                    default -> worst.token();
                };
        return RouteNotice.text(
                surroundings.topology(), place().node(), reason, word, placement.required());
    }

    /** Where a text would go if it came next, and why. */
    public List<RouteExplanation.Step> explanation(Access access, @Nullable Functions functions) {
        var asker =
                new RouteExplanation.Asker(route(), mode, surroundings.defaults(), begin.isHeld());
        return RouteExplanation.of(
                access, functions, asker, surroundings.database(), surroundings.topology());
    }

    /** The value of the setting that a batch shows; null if it shows none of Weir's. */
    public @Nullable String shown(Demand demand) {
        String name = demand.first().setting();
        if (demand.first().kind() != Access.Kind.SHOW_WEIR || name == null) {
            return null;
        }
        String at = lastNode < 0 ? "" : surroundings.topology().node(lastNode).name();
        return settings.show(name, surroundings.database().route(), token.known(), at);
    }

    private Route route() {
        Route own = settings.route();
        return own == null ? surroundings.database().route() : own;
    }

    private boolean isCausal() {
        return surroundings.database().causalReads() != CausalReads.OFF;
    }

    private Reason wish(Demand demand) {
        return Intent.of(demand, route(), mode, surroundings.defaults(), begin.isHeld());
    }

    /** Settings belong to the session, wherever they are set: they need no primary. */
    private Reason wishWithoutPrimary(Demand demand) {
        Reason wish = wish(demand);
        boolean isFree = wish == Reason.NOT_A_READ || wish == Reason.MAY_WRITE;
        return isFree
                        && mode != PoolMode.SESSION
                        && !begin.isHeld()
                        && demand.isOfSettings()
                        && surroundings.topology().isPrimaryAway()
                ? Reason.SETTINGS
                : wish;
    }

    /** The replica from which a new session is welcomed; negative for the primary. */
    public int welcome(long nowNanos) {
        return route() == Route.REPLICA
                ? placement.replica(surroundings.topology(), nowNanos)
                : ReplicaChoice.NONE;
    }

    // --- a batch of a session that holds no connection ------------------------------------------

    /**
     * A batch begins while the session holds no connection.
     *
     * @param isAlone whether it is a Query and nothing else has come
     */
    public Decision begin(Demand demand, boolean isAlone, long nowNanos) {
        settings.apply(demand.first());
        if (isAlone && isToBeDeferred(demand)) {
            boolean starts = demand.first().token().equalsIgnoreCase("start");
            return starts ? Decision.Answer.START_TRANSACTION : Decision.Answer.BEGIN;
        } else if (isAlone && begin.isFailed() && isEnd(demand)) {
            begin.drop();
            return Decision.Answer.ROLLBACK;
        }
        placement.arrive(state == State.TURNED_AWAY ? Reason.REFUSED : wishWithoutPrimary(demand));
        return look(nowNanos);
    }

    /**
     * The cluster has been looked at while the batch waits, or the batch has waited long enough.
     */
    public Decision look(long nowNanos) {
        Decision decision = placement.look(surroundings, settings.minLsn(), nowNanos);
        switch (decision) {
            case Decision.Go _ -> become(State.DECIDED);
            case Decision.Refuse _ -> become(State.REFUSED);
            default -> {
                if (state != State.WAITING) {
                    become(State.WAITING);
                }
            }
        }
        return decision;
    }

    private boolean isToBeDeferred(Demand demand) {
        return !begin.isHeld()
                && surroundings.database().deferBegin()
                && mode == PoolMode.TRANSACTION
                && (route() == Route.EXPLICIT || route() == Route.AUTO)
                && demand.first().kind() == Access.Kind.BEGIN
                && demand.first().hint() == Access.Hint.NONE
                && !surroundings.defaults().readOnly();
    }

    private static boolean isEnd(Demand demand) {
        Access.Kind kind = demand.first().kind();
        return kind == Access.Kind.COMMIT || kind == Access.Kind.ROLLBACK;
    }

    /** The client was told that its transaction has begun, by this BEGIN. */
    public void deferred(byte[] text) {
        begin.hold(text);
    }

    /** The transaction that no server knows of has failed, and the client was told so. */
    public void fail() {
        begin.fail();
    }

    /** The BEGIN that was sent ahead of the batch at hand; null if none was. */
    public byte @Nullable [] ahead() {
        return begin.ahead();
    }

    /** The batch is given up before it reached a server, and the client is told so. */
    public void giveUp() {
        assert !isRunning();
        become(State.FREE);
        if (begin.isHeld()) {
            begin.fail();
        }
    }

    /** The chosen connection was lost before it was used: the router decides again. */
    public void decidesAgain() {
        assert state == State.DECIDED : state;
        become(State.FREE);
    }

    /** No connection to the chosen node is available; true if the primary is tried instead. */
    public boolean fallsBack() {
        if (state != State.DECIDED || !isOnReplica()) {
            return false;
        }
        become(State.TURNED_AWAY);
        return true;
    }

    /**
     * The connection is here, and the batch is about to go: its transaction begins.
     *
     * @param node to which the connection goes: another node may be the primary since the decision
     * @return what must be sent ahead of it; null if nothing must
     */
    public byte @Nullable [] start(Demand demand, int node) {
        become(State.STARTED);
        placement.begin(surroundings.topology(), node);
        return begin.isHeld() ? begin.takeHeld() : null;
    }

    /** Whether the server must fail the transaction whose BEGIN was sent ahead. */
    public boolean mustFail() {
        return begin.mustFail();
    }

    /** The batch, the first of its transaction, is itself a Query of this text. */
    public void startsWith(byte[] text) {
        begin.sends(text);
    }

    // --- a batch of a session that holds a connection -------------------------------------------

    /**
     * A batch follows others on the connection that the session holds.
     *
     * @param at where the connection is before the batch
     */
    public Decision follow(Demand demand, Standing at) {
        return isOnReplica() ? followOnReplica(demand, at) : followOnPrimary(demand, at);
    }

    private Decision followOnPrimary(Demand demand, Standing at) {
        if (at == Standing.ASKED_LSN && isBetterAnew(demand)) {
            return Decision.Hold.UNTIL_ANSWERED;
        }
        settings.apply(demand.first());
        if (at.isBetween()) {
            Reason wish = wish(demand);
            placement.follow(wish.isOnReplica() ? Reason.PINNED : wish);
        }
        become(State.RUNNING);
        return place();
    }

    /** Whether the batch may go to a replica once Weir's own question is answered. */
    private boolean isBetterAnew(Demand demand) {
        return wish(demand).isOnReplica() || demand.first().kind() == Access.Kind.SHOW_WEIR;
    }

    private Decision followOnReplica(Demand demand, Standing at) {
        if (at == Standing.OWING || at == Standing.ASKED || at == Standing.ASKED_LSN) {
            return Decision.Hold.UNTIL_ANSWERED;
        }
        settings.apply(demand.first());
        begin.stays();
        become(begin.isAhead() ? State.STARTED : State.RUNNING);
        if (at.isInBlock() && demand.endsAndGoesOn()) {
            begin.endsElsewhere(at == Standing.FAILED);
            boolean commits = demand.first().opening() == Access.Kind.COMMIT;
            return commits ? Decision.Hold.UNTIL_COMMITTED : Decision.Hold.UNTIL_ROLLED_BACK;
        } else if (at != Standing.IN_BLOCK || !demand.isDenied() && !demand.isRefused()) {
            return place();
        } else if (begin.isAhead()) {
            begin.move();
            return Decision.Hold.UNTIL_ROLLED_BACK;
        }
        return demand.isDenied() ? Decision.Refuse.DENIED : place();
    }

    /** Whether only its BEGIN has run before the batch, so that it can run elsewhere. */
    public boolean isFirst() {
        return state == State.STARTED;
    }

    // --- commits --------------------------------------------------------------------------------

    /**
     * A batch is about to be sent to the primary.
     *
     * @param at where the connection is before the batch, once a held BEGIN has gone ahead
     */
    public void writes(Demand demand, Standing at) {
        definesFunctions |= demand.definesFunctions();
        if (isCausal()) {
            boolean mustNotGoBack =
                    place().reason().isByNecessity() && surroundings.topology().nodes().size() > 1;
            commits.batch(demand, mustNotGoBack, at);
        }
    }

    /** Whether to ask for the end of the log right after the batch. */
    public boolean asksBehind() {
        return !isOnReplica() && commits.isSure();
    }

    /** Whether to ask for it now that everything is answered and no transaction is open. */
    public boolean asksNow() {
        return !isOnReplica() && mode != PoolMode.SESSION && isCausal() && commits.isDue();
    }

    /** Where the log ended after all commits; {@link Long#MAX_VALUE} if unknown. */
    public long behindAll() {
        return commits.behindAll();
    }

    /** The end of the log is asked for. */
    public CommitWatch.Question ask() {
        Topology topology = surroundings.topology();
        int node = place().node();
        boolean isKnown = node >= 0 && node < topology.nodes().size();
        return commits.ask(
                topology.walSegmentBytes(), isKnown ? topology.node(node).timeline() : 0);
    }

    /**
     * Everything is answered, and a transaction block is open.
     *
     * @return whether to poll the node soon
     */
    public boolean staysOpen() {
        return commits.staysOpen();
    }

    // --- the end --------------------------------------------------------------------------------

    /**
     * The replica has answered the batch with an error, which the client has not received.
     *
     * @param isLast whether no other batch is owed an answer
     * @return why the primary is asked instead; null if it is not
     */
    public @Nullable ReplicaError retries(String sqlState, boolean isLast) {
        ReplicaError error = ReplicaError.of(sqlState);
        return error != null && isLast && loads.mayRetry() ? error : null;
    }

    /** The batch did not run on its replica: its transaction begins again, on the primary. */
    public void turnAway(long nowNanos) {
        begin.move();
        end(nowNanos);
        become(State.TURNED_AWAY);
    }

    /** The connection was returned: the next one goes to the primary, whatever it is for. */
    public void moves(long nowNanos) {
        if (isRunning()) {
            end(nowNanos);
            become(State.TURNED_AWAY);
        }
    }

    /** The connection was returned or lost. */
    public void release(long nowNanos) {
        if (isRunning()) {
            end(nowNanos);
            become(State.FREE);
        }
        begin.end();
    }

    private void end(long nowNanos) {
        lastNode = place().node();
        placement.end(isCausal(), nowNanos);
    }

    /**
     * The session has lost its connection, or ends: the outcome of its last commit stays unknown.
     */
    public void lose(long nowNanos) {
        commits.lost();
        release(nowNanos);
    }

    /** Whether what has run may have changed the functions of the database. */
    public boolean takeDefinition() {
        boolean defined = definesFunctions;
        definesFunctions = false;
        return defined;
    }
}
