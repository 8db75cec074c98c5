package dev.weir.route;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a read must see: the end of the last commit in its scope, which is a session, a user or the
 * whole database. Sessions of several loops may share one.
 */
public final class CausalToken {
    /*
     * A commit counts as under way from the moment it is sent until its LSN is known: so whoever
     * has seen its answer finds either the LSN or a commit under way. If the connection is lost
     * before, the LSN is lost too; the next look at the primary that starts later covers it.
     *
     * A position means something on its timeline only. What a promotion has cut off of the one
     * before cannot be waited for; what was committed on the new one must be.
     */

    /** A commit is under way, or its LSN is not known. */
    public static final long UNDER_WAY = -1;

    private final AtomicReference<Mark> mark = new AtomicReference<>(new Mark(0, 0));
    private final CommitsUnderWay underWay = new CommitsUnderWay();
    private final AtomicLong lostNanos = new AtomicLong();

    /** The last commit on a timeline; 0 as long as that is not known. */
    private static final class Mark {
        private final int timeline;
        private final AtomicLong lsn;

        Mark(int timeline, long lsn) {
            this.timeline = timeline;
            this.lsn = new AtomicLong(lsn);
        }
    }

    /** A commit may be on its way to the primary. Returns its ticket, which ends it. */
    public int sending() {
        return underWay.begin();
    }

    /**
     * It ended before {@code upTo}.
     *
     * @param timeline of the server that said so; 0 = not known
     */
    public void sent(int ticket, long upTo, int timeline, long nowNanos) {
        if (raise(upTo, timeline)) {
            underWay.end(ticket);
        } else {
            lost(ticket, nowNanos);
        }
    }

    /** It was none after all. */
    public void sentNothing(int ticket) {
        underWay.end(ticket);
    }

    /** Nobody knows what became of it. */
    public void lost(int ticket, long nowNanos) {
        lostNanos.accumulateAndGet(nowNanos, (a, b) -> a == 0 || b - a > 0 ? b : a);
        underWay.end(ticket);
    }

    /** False if the timeline has ended meanwhile: then only a look at the new primary helps. */
    private boolean raise(long upTo, int timeline) {
        while (true) {
            Mark now = mark.get();
            if (timeline > now.timeline) {
                long before = now.timeline == 0 ? now.lsn.get() : 0; // else behind the fork
                if (mark.compareAndSet(now, new Mark(timeline, Math.max(before, upTo)))) {
                    return true;
                }
            } else if (timeline > 0 && timeline < now.timeline) {
                return false;
            } else {
                now.lsn.accumulateAndGet(upTo, Math::max);
                if (mark.get() == now) {
                    return true;
                }
            }
        }
    }

    /** A read arrives. Returns its ticket: commits that begin from now on do not matter to it. */
    public int arrive() {
        return underWay.era();
    }

    /**
     * The position that a replica must have replayed; {@link #UNDER_WAY} if that is not known.
     *
     * @param arrival the ticket of the read
     */
    public long required(Topology topology, int arrival) {
        Node primary = topology.primaryNode();
        if (primary != null) {
            follow(primary);
        }
        if (!underWay.isOverSince(arrival)) {
            return UNDER_WAY;
        }
        long lost = lostNanos.get();
        if (lost != 0) {
            if (primary == null
                    || primary.polledNanos() - lost <= 0
                    || !raise(primary.lsn(), primary.timeline())) {
                return UNDER_WAY;
            }
            lostNanos.compareAndSet(lost, 0);
        }
        return mark.get().lsn.get();
    }

    private void follow(Node primary) {
        Mark now = mark.get();
        if (primary.timeline() > now.timeline) {
            long known = now.lsn.get();
            long reachable = now.timeline == 0 ? known : Math.min(known, primary.lsn());
            mark.compareAndSet(now, new Mark(primary.timeline(), reachable));
        }
    }

    /** The last position that is known. */
    public long known() {
        return mark.get().lsn.get();
    }
}
