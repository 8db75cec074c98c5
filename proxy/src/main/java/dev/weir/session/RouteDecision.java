package dev.weir.session;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.Topology;
import dev.weir.config.CausalReads;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.error.ProxyError;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.route.CausalToken;
import dev.weir.route.Intent;
import dev.weir.route.Loads;
import dev.weir.route.Reason;
import dev.weir.route.ReplicaChoice;
import dev.weir.route.RouteNotice;
import dev.weir.sql.Access;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** On which node the next transaction of a session runs, and why; perhaps after a wait. */
@LoopConfined
final class RouteDecision implements LoopOwned {
    /*
     *   wish: what the text and the session want
     *     │ primary            │ replica
     *     │            one that is fresh enough? ──none may be read──▶ no_replica
     *     │                    │ yes      │ no
     *     │                    │          └──▶ causal_wait, at most; then the primary
     *     ▼                    ▼
     *   lease from the pool of that node
     */

    private final Turn turn;
    private final Flow flow;
    private final Cluster cluster;
    private final Loads loads;
    private final CausalToken token;
    private final RouteSettings settings;
    private final ReplicaChoice choice;
    private final Runnable wake = this::wake;

    private Reason wanted = Reason.MAY_WRITE;
    private Reason reason = Reason.MAY_WRITE;
    private int node = ReplicaChoice.NONE;

    /** When the transaction at hand came. */
    private int arrival;

    /** What a replica must have replayed for the transaction at hand. */
    private long required;

    private @Nullable ScheduledFuture<?> deadline;

    /** The request is about to be answered with an error. */
    private boolean refusing;

    RouteDecision(
            Turn turn,
            Flow flow,
            Cluster cluster,
            Loads loads,
            CausalToken token,
            RouteSettings settings,
            RandomGenerator random) {
        this.turn = turn;
        this.flow = flow;
        this.cluster = cluster;
        this.loads = loads;
        this.token = token;
        this.settings = settings;
        this.choice = new ReplicaChoice(random);
    }

    @Override
    public EventLoop loop() {
        return turn.loop();
    }

    dev.weir.config.Routing database() {
        return turn.pool().settings().routing();
    }

    boolean isCausal() {
        return database().causalReads() != CausalReads.OFF;
    }

    Route route() {
        Route own = settings.route();
        return own == null ? database().route() : own;
    }

    /** Why the transaction runs where it does. */
    Reason reason() {
        return reason;
    }

    boolean isOnReplica() {
        return reason.isOnReplica();
    }

    /** The index of its node; negative if no primary was known. */
    int node() {
        return node;
    }

    /** The line that tells the client. */
    String notice(BatchScan scan) {
        boolean isFunction = reason == Reason.FUNCTION;
        Access worst = scan.worst();
        String word = isFunction ? worst.forbidden(cluster.functions()) : worst.token();
        return RouteNotice.text(cluster.topology(), node, reason, word, required);
    }

    // --- what is wished -------------------------------------------------------------------------

    boolean isReadOnlySession() {
        String value = turn.parameters().desired().get("default_transaction_read_only");
        return value != null && (value.equals("on") || value.equals("true") || value.equals("1"));
    }

    /**
     * What the transaction and its session say; no word yet of what the cluster allows.
     *
     * @param inBlock whether a BEGIN has come before
     */
    Reason wish(BatchScan scan, boolean inBlock) {
        Route route = route();
        Reason said =
                Intent.of(
                        inBlock && route == Route.AUTO ? Route.EXPLICIT : route,
                        isReadOnlySession(),
                        scan.first(),
                        scan.worst(),
                        scan.isDenied(),
                        cluster.functions());
        if (!said.isOnReplica()) {
            return said;
        } else if (turn.mode() == PoolMode.SESSION) {
            boolean whole = route == Route.REPLICA || said == Reason.READ_ONLY_SESSION;
            return whole ? said : Reason.SESSION_MODE;
        } else if (!scan.isComplete() && route != Route.REPLICA) {
            return Reason.TOO_LONG;
        }
        String isolation = turn.parameters().desired().get("default_transaction_isolation");
        return "serializable".equals(isolation) ? Reason.SERIALIZABLE : said;
    }

    // --- what is possible -----------------------------------------------------------------------

    /** Leases for a transaction that wishes this; false if the session waits for a replica. */
    boolean lease(Reason wish) {
        wanted = wish;
        arrival = token.arrive();
        return decide(true);
    }

    private boolean decide(boolean mayWait) {
        Topology topology = cluster.topology();
        if (!wanted.isOnReplica()) {
            return leasePrimary(topology, wanted);
        }
        required = isCausal() ? token.required(topology, arrival) : 0;
        if (required == CausalToken.UNDER_WAY) {
            return leasePrimaryUnlessWaiting(topology, Reason.WRITE_IN_FLIGHT, mayWait);
        }
        required = Math.max(required, settings.minLsn());
        int found = choice.choose(topology, required, loads, nanoTime());
        if (found >= 0) {
            return leaseReplica(found, deadline == null ? wanted : Reason.WAITED);
        } else if (found == ReplicaChoice.NONE) {
            return noReplica(topology);
        }
        boolean written = found == ReplicaChoice.TOO_OLD;
        Reason why = written ? Reason.OWN_WRITE : Reason.MONOTONIC;
        return leasePrimaryUnlessWaiting(topology, why, mayWait);
    }

    private boolean leasePrimaryUnlessWaiting(Topology topology, Reason why, boolean mayWait) {
        long nanos = database().causalWait().toNanos();
        if (nanos > 0 && mayWait) {
            awaitReplica(nanos);
            return false;
        }
        return leasePrimary(topology, why);
    }

    private boolean noReplica(Topology topology) {
        int least = ReplicaChoice.leastLagged(topology);
        return switch (database().noReplica()) {
            case LEAST_LAG ->
                    least >= 0
                            ? leaseReplica(least, Reason.LEAST_LAG)
                            : leasePrimary(topology, Reason.NO_REPLICA);
            case PRIMARY -> leasePrimary(topology, Reason.NO_REPLICA);
            case ERROR -> {
                flow.waitForReplica();
                refusing = true;
                loop().execute(this::refuse); // once the request is held as one that waits
                yield false;
            }
        };
    }

    private void refuse() {
        if (refusing) {
            flow.refuseRequest(ProxyError.NO_REPLICA, turn.pool().key().database());
        }
    }

    private boolean leasePrimary(Topology topology, Reason why) {
        stopWaiting();
        reason = why;
        node = topology.primary();
        flow.leaseFrom(ClientShard.PRIMARY);
        return true;
    }

    private boolean leaseReplica(int index, Reason why) {
        stopWaiting();
        reason = why;
        node = index;
        flow.leaseFrom(index);
        return true;
    }

    /** The node that a new session is welcomed from. */
    int welcome() {
        if (route() == Route.REPLICA) {
            int found = choice.choose(cluster.topology(), 0, loads, nanoTime());
            if (found >= 0) {
                return found;
            }
        }
        return ClientShard.PRIMARY;
    }

    // --- the wait -------------------------------------------------------------------------------

    private void awaitReplica(long nanos) {
        if (deadline == null) {
            deadline = loop().schedule(() -> decided(false), nanos, TimeUnit.NANOSECONDS);
            cluster.await(wake);
            flow.waitForReplica();
        }
    }

    /** Called by any thread: the cluster was looked at, perhaps a replica is far enough. */
    private void wake() {
        loop().execute(() -> decided(true));
    }

    private void decided(boolean mayWait) {
        if (deadline != null) {
            decide(mayWait);
        }
    }

    /** Waits no more, whatever for. */
    void stopWaiting() {
        refusing = false;
        ScheduledFuture<?> waiting = deadline;
        if (waiting != null) {
            deadline = null;
            waiting.cancel(false);
            cluster.forget(wake);
        }
    }

    // --- what became of it ----------------------------------------------------------------------

    /** The transaction begins. */
    void begins() {
        loads.begins(Math.max(node, 0), reason);
        if (isOnReplica()) {
            choice.reading(cluster.topology(), node);
        }
    }

    /** The next one begins on the connection to the primary that the last one had. */
    void follows(Reason wish) {
        reason = wish.isOnReplica() ? Reason.PINNED : wish;
        loads.follows(Math.max(node, 0), reason);
    }

    /** It has ended, and the connection was given back. */
    void ends() {
        loads.ends(Math.max(node, 0));
        if (isOnReplica() && isCausal()) {
            choice.read(nanoTime());
        }
    }
}
