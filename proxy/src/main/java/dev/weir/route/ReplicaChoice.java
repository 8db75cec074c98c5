package dev.weir.route;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The replica of one session. The session keeps it as long as it may, so that its reads never go
 * back; otherwise it takes the less loaded of two random ones.
 */
public final class ReplicaChoice {
    /*
     * Monotonic reads: a session that leaves its replica goes to one that has replayed everything
     * that the first one can have shown: up to the primary's position, taken after the last read
     * there.
     */

    /** No replica may be read. */
    public static final int NONE = -1;

    /** Some may be read, but none certainly has what the session must see. */
    public static final int TOO_OLD = -2;

    /** Some have what the session wrote, but none certainly has what it has read. */
    public static final int NOT_MONOTONIC = -3;

    /** Time until a replica that comes back gets its full share. */
    private static final long RAMP_NANOS = 10_000_000_000L;

    /** The share of the choices that it gets at first. */
    private static final double RAMP_START = 0.1;

    /**
     * Latencies in the same step are equal. Were they compared to the nanosecond, an idle cluster's
     * sessions, which stay where they are, would all be on one replica.
     */
    private static final long LATENCY_STEP_NANOS = 5_000_000;

    /** More than any load. */
    private static final double BUSY = 1e9;

    private final RandomGenerator random;
    private int current = NONE;
    private long seenLsn;
    private long readNanos;

    public ReplicaChoice(RandomGenerator random) {
        this.random = random;
    }

    /** The replica that was read last; {@link #NONE} if none was. */
    public int current() {
        return current;
    }

    /**
     * The replica for the next transaction.
     *
     * @param required the position that it must have replayed
     */
    public int choose(Topology topology, long required, Loads loads, long nowNanos) {
        List<Node> nodes = topology.nodes();
        if (current >= 0 && current < nodes.size()) {
            Node stay = nodes.get(current);
            if (stay.isEligible() && reaches(stay, required) && reaches(stay, seenLsn)) {
                return current;
            }
        }
        return another(topology, required, loads, nowNanos);
    }

    private int another(Topology topology, long required, Loads loads, long nowNanos) {
        long floor = floor(topology);
        int best = NONE;
        double bestLoad = 0;
        int good = 0;
        int why = NONE;
        List<Node> nodes = topology.nodes();
        int all = count(nodes, required, floor);
        int first = all > 1 ? random.nextInt(all) : 0;
        int second = all > 1 ? (first + 1 + random.nextInt(all - 1)) % all : 1;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (!node.isEligible()) {
                continue;
            }
            if (!reaches(node, required)) {
                why = why == NONE ? TOO_OLD : why;
            } else if (floor < 0 || !reaches(node, floor)) {
                why = NOT_MONOTONIC;
            } else if (good++ == first || good - 1 == second) {
                double load = load(node, loads, nowNanos);
                boolean isFirst = good - 1 == first;
                if (best < 0 || load < bestLoad || load == bestLoad && isFirst) {
                    best = i;
                    bestLoad = load;
                }
            }
        }
        return best >= 0 ? best : why;
    }

    private static int count(List<Node> nodes, long required, long floor) {
        int good = 0;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            good +=
                    node.isEligible()
                                    && reaches(node, required)
                                    && floor >= 0
                                    && reaches(node, floor)
                            ? 1
                            : 0;
        }
        return good;
    }

    /**
     * Transactions in flight divided by weight; between equals a large difference in latency
     * decides, or chance. A cold replica counts as busy, in most choices at first and then in fewer
     * and fewer.
     */
    private double load(Node node, Loads loads, long nowNanos) {
        double inFlight = (loads.inFlight(node.index()) + 1) / (double) node.weight();
        long far = node.latencyNanos() / LATENCY_STEP_NANOS;
        return inFlight + far * 1e-6 + (isTooCold(node, nowNanos) ? BUSY : 0);
    }

    private boolean isTooCold(Node node, long nowNanos) {
        double warmth = (double) (nowNanos - node.eligibleSinceNanos()) / RAMP_NANOS;
        return warmth < 1 && random.nextDouble() >= RAMP_START + warmth;
    }

    /** What another replica must have replayed; -1 if that is not known yet. */
    private long floor(Topology topology) {
        if (readNanos == 0) {
            return 0;
        }
        Node primary = topology.primaryNode();
        boolean isLater = primary != null && primary.polledNanos() - readNanos > 0;
        return primary != null && isLater ? primary.lsn() : -1;
    }

    private static boolean reaches(Node node, long lsn) {
        return Long.compareUnsigned(node.lsn(), lsn) >= 0;
    }

    /** A transaction begins on a replica. */
    public void reading(Topology topology, int node) {
        current = node;
        seenLsn = Math.max(seenLsn, topology.node(node).lsn());
    }

    /** It has ended. */
    public void read(long nowNanos) {
        readNanos = nowNanos;
    }

    /** Forgets where it was: its reads may go back. For tests. */
    void forget() {
        current = NONE;
        readNanos = 0;
        seenLsn = 0;
    }

    /** The replica with the least lag, however large; {@link #NONE} if there is none. */
    public static int leastLagged(Topology topology) {
        int best = NONE;
        for (Node node : topology.nodes()) {
            boolean known = node.isReadable() && node.lsn() > 0;
            if (known && (best < 0 || !reaches(topology.node(best), node.lsn()))) {
                best = node.index();
            }
        }
        return best;
    }
}
