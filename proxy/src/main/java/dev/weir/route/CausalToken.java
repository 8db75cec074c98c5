package dev.weir.route;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a read must see: the end of the last commit in its scope, which is a session, a user or the
 * whole database. Sessions of several loops may share one.
 */
public final class CausalToken {
    /*
     * A commit counts as under way from the moment it is sent until its LSN is known: so whoever
     * has seen its answer finds either the LSN or a commit under way. If the connection is lost
     * before, the LSN is lost too; the next look at the primary that starts later covers it.
     */

    /** A commit is under way, or its LSN is not known. */
    public static final long UNDER_WAY = -1;

    private final AtomicLong lsn = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong lostNanos = new AtomicLong();
    private final AtomicInteger timeline = new AtomicInteger();

    /** A commit may be on its way to the primary. */
    public void sending() {
        underWay.incrementAndGet();
    }

    /** It ended before {@code upTo}. */
    public void sent(long upTo) {
        raise(upTo);
        underWay.decrementAndGet();
    }

    /** It was none after all. */
    public void sentNothing() {
        underWay.decrementAndGet();
    }

    /** Nobody knows what became of it. */
    public void lost(long nowNanos) {
        lostNanos.accumulateAndGet(nowNanos, (a, b) -> a == 0 || b - a > 0 ? b : a);
        underWay.decrementAndGet();
    }

    public void raise(long upTo) {
        lsn.accumulateAndGet(upTo, Math::max);
    }

    /** The position that a replica must have replayed; {@link #UNDER_WAY} if that is not known. */
    public long required(Topology topology) {
        long lost = lostNanos.get();
        if (lost != 0) {
            Node primary = topology.primaryNode();
            if (primary == null || primary.polledNanos() - lost <= 0) {
                return UNDER_WAY;
            }
            raise(primary.lsn());
            lostNanos.compareAndSet(lost, 0);
        }
        followTimeline(topology);
        return underWay.get() > 0 ? UNDER_WAY : lsn.get();
    }

    /** What a promotion has cut off cannot be waited for. */
    private void followTimeline(Topology topology) {
        Node primary = topology.primaryNode();
        if (primary != null && primary.timeline() != timeline.get()) {
            int before = timeline.getAndSet(primary.timeline());
            if (before != 0 && primary.timeline() > before) {
                lsn.accumulateAndGet(primary.lsn(), Math::min);
            }
        }
    }

    /** The last position that is known. */
    public long known() {
        return lsn.get();
    }
}
