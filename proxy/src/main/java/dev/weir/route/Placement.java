package dev.weir.route;

import dev.weir.cluster.Topology;
import dev.weir.config.CausalReads;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The node on which the transaction of a session is to run, given what it asks for. */
final class Placement {
    /*
     *   wish: what the text and the session want
     *     │ primary            │ replica
     *     │            one that is fresh enough? ──none may be read──▶ no_replica
     *     │                    │ yes      │ no
     *     │                    │          └──▶ wait, causal_wait at most; then the primary
     *     ▼                    ▼
     *   go there
     */

    private final Loads loads;
    private final CausalToken token;
    private final ReplicaChoice choice;

    private Reason wish = Reason.MAY_WRITE;

    /** When the transaction came: commits that begin later do not matter to it. */
    private int arrival;

    /** The position that a replica must have replayed. */
    private long required;

    private Decision.@Nullable Wait waiting;

    /** The last place; the next is the same object if it is the same place, for the same reason. */
    private Decision.Go place = new Decision.Go(ReplicaChoice.NONE, Reason.MAY_WRITE);

    Placement(Loads loads, CausalToken token, RandomGenerator random) {
        this.loads = loads;
        this.token = token;
        this.choice = new ReplicaChoice(random);
    }

    /** Where the last transaction went that did not have to wait and was not refused. */
    Decision.Go place() {
        return place;
    }

    /** The position that a replica had to have replayed. */
    long required() {
        return required;
    }

    /** A transaction comes that asks for this. */
    void arrive(Reason wished) {
        wish = wished;
        arrival = token.arrive();
        waiting = null;
    }

    /**
     * Looks for its node, when it comes and again while it waits.
     *
     * @param minLsn a position that it must see in any case
     */
    Decision look(Surroundings at, long minLsn, long nowNanos) {
        Topology topology = at.topology();
        if (!wish.isOnReplica()) {
            return go(topology.primary(), wish);
        }
        boolean isCausal = at.database().causalReads() != CausalReads.OFF;
        required = isCausal ? token.required(topology, arrival, nowNanos) : 0;
        if (required == CausalToken.UNDER_WAY) {
            return primaryUnlessItWaits(at, Reason.WRITE_IN_FLIGHT, nowNanos);
        }
        required = Math.max(required, minLsn);
        int found = choice.choose(topology, required, loads, nowNanos);
        if (found >= 0) {
            return go(found, waiting == null ? wish : Reason.WAITED);
        } else if (found == ReplicaChoice.NONE) {
            return noReplica(at);
        }
        boolean written = found == ReplicaChoice.TOO_OLD;
        return primaryUnlessItWaits(at, written ? Reason.OWN_WRITE : Reason.MONOTONIC, nowNanos);
    }

    private Decision primaryUnlessItWaits(Surroundings at, Reason why, long nowNanos) {
        long most = at.database().causalWait().toNanos();
        if (most > 0 && waiting == null) {
            waiting = new Decision.Wait(nowNanos + most);
            return waiting;
        } else if (waiting != null && nowNanos - waiting.untilNanos() < 0) {
            return waiting;
        }
        return go(at.topology().primary(), why);
    }

    private Decision noReplica(Surroundings at) {
        Topology topology = at.topology();
        int least = ReplicaChoice.leastLagged(topology);
        return switch (at.database().noReplica()) {
            case LEAST_LAG ->
                    least >= 0
                            ? go(least, Reason.LEAST_LAG)
                            : go(topology.primary(), Reason.NO_REPLICA);
            case PRIMARY -> go(topology.primary(), Reason.NO_REPLICA);
            case ERROR -> Decision.Refuse.NO_REPLICA;
        };
    }

    private Decision go(int node, Reason reason) {
        if (place.node() != node || place.reason() != reason) {
            place = new Decision.Go(node, reason);
        }
        return place;
    }

    /** The next transaction begins on the connection that the last one had, for this reason. */
    void follow(Reason reason) {
        go(place.node(), reason);
        loads.follows(Math.max(place.node(), 0), reason);
    }

    /** A replica that may be read; negative if there is none. */
    int replica(Topology topology, long nowNanos) {
        return choice.choose(topology, 0, loads, nowNanos);
    }

    /** The transaction begins there, or on the node that is the primary since. */
    void begin(Topology topology, int node) {
        go(node, place.reason());
        loads.begins(Math.max(place.node(), 0), place.reason());
        if (place.reason().isOnReplica()) {
            choice.reading(topology, place.node());
        }
    }

    /**
     * It has ended.
     *
     * @param isCausal whether what follows must not see less than it did
     */
    void end(boolean isCausal, long nowNanos) {
        loads.ends(Math.max(place.node(), 0));
        if (place.reason().isOnReplica() && isCausal) {
            choice.read(nowNanos);
        }
    }
}
