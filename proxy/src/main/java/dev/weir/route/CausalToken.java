package dev.weir.route;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a read must see: the end of the last commit in its scope, which is a session, a user or the
 * whole database. Sessions on several loops may share one.
 */
public final class CausalToken {
    /*
     * A commit counts as under way from the moment it is sent until its LSN is known: so a client
     * that has seen its answer finds either the LSN or a commit under way. If the connection is
     * lost before, so is the LSN; the next look at the primary that starts later covers it.
     *
     * A position has a meaning only on its timeline. Reads cannot wait for what a promotion has cut
     * off of the old one, but must wait for what was committed on the new one. A position on the
     * old one beyond all that is known of the new one may be either: a server may commit on a new
     * timeline before Weir has heard of it, as one does that was the primary before. So the new
     * mark is doubtful until a look that starts later.
     */

    /** A commit is in progress, or its LSN is not known. */
    public static final long UNDER_WAY = -1;

    private final AtomicReference<Mark> mark = new AtomicReference<>(new Mark(0, 0, 0));
    private final CommitsUnderWay underWay = new CommitsUnderWay();
    private final AtomicLong lostNanos = new AtomicLong();

    /** The last commit on a timeline; 0 as long as that is not known. */
    private static final class Mark {
        /** The position of a mark that has been replaced by another. */
        private static final long CLOSED = Long.MAX_VALUE;

        private final int timeline;
        private final AtomicLong lsn;

        /** Only a later look at the primary shows whether the mark is complete; 0 = it is. */
        private volatile long doubtNanos;

        Mark(int timeline, long lsn, long doubtNanos) {
            this.timeline = timeline;
            this.lsn = new AtomicLong(lsn);
            this.doubtNanos = doubtNanos;
        }

        /** Raises the position; false if the mark is closed. */
        boolean raise(long upTo) {
            return lsn.getAndAccumulate(upTo, Math::max) != CLOSED;
        }
    }

    /** A token that replaces a forgotten one: all commits until now count, wherever they end. */
    public static CausalToken inDoubt(long nowNanos) {
        var token = new CausalToken();
        token.lostNanos.set(nowNanos);
        return token;
    }

    /** A commit may be on its way to the primary. Returns its ticket, which ends it. */
    public int sending() {
        return underWay.begin();
    }

    /**
     * The commit ended before {@code upTo}.
     *
     * @param timeline of the server that said so; 0 = not known
     */
    public void sent(int ticket, long upTo, int timeline, long nowNanos) {
        if (raise(upTo, timeline, nowNanos)) {
            underWay.end(ticket);
        } else {
            lost(ticket, nowNanos);
        }
    }

    /** What was sent turned out not to be a commit. */
    public void sentNothing(int ticket) {
        underWay.end(ticket);
    }

    /** The outcome of the commit is not known. */
    public void lost(int ticket, long nowNanos) {
        lostNanos.accumulateAndGet(nowNanos, (a, b) -> a == 0 || b - a > 0 ? b : a);
        underWay.end(ticket);
    }

    /**
     * Raises the mark; false if the timeline has ended, or is unknown and may have: then only a
     * look at the new primary helps.
     */
    private boolean raise(long upTo, int timeline, long nowNanos) {
        while (true) {
            Mark now = mark.get();
            if (timeline > now.timeline) {
                replace(now, timeline, upTo, nowNanos);
            } else if (timeline < now.timeline) {
                return false;
            } else if (now.raise(upTo)) {
                return true;
            }
        }
    }

    /** A later timeline takes the place of the last; it is known up to {@code reached}. */
    private void replace(Mark now, int timeline, long reached, long nowNanos) {
        long known = now.lsn.getAndSet(Mark.CLOSED);
        if (known == Mark.CLOSED) {
            Thread.onSpinWait(); // another thread is about to replace it
        } else if (now.timeline == 0 || known <= reached) {
            mark.set(new Mark(timeline, known, now.doubtNanos));
        } else {
            mark.set(new Mark(timeline, reached, nowNanos));
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
    public long required(Topology topology, int arrival, long nowNanos) {
        Node primary = topology.primaryNode();
        if (primary != null) {
            follow(primary, nowNanos);
        }
        if (!underWay.isOverSince(arrival)) {
            return UNDER_WAY;
        }
        long lost = lostNanos.get();
        if (lost != 0) {
            if (!covers(primary, lost, nowNanos)) {
                return UNDER_WAY;
            }
            lostNanos.compareAndSet(lost, 0);
        }
        Mark now = mark.get();
        long doubt = now.doubtNanos;
        if (doubt != 0) {
            if (!covers(primary, doubt, nowNanos)) {
                return UNDER_WAY;
            }
            now.doubtNanos = 0;
        }
        long position = now.lsn.get();
        return position == Mark.CLOSED ? UNDER_WAY : position;
    }

    private void follow(Node primary, long nowNanos) {
        Mark now = mark.get();
        if (primary.timeline() > now.timeline) {
            replace(now, primary.timeline(), primary.lsn(), nowNanos);
        }
    }

    /** Whether the last look at the primary started later: then all up to there is required. */
    private boolean covers(@Nullable Node primary, long lost, long nowNanos) {
        return primary != null
                && primary.polledNanos() - lost > 0
                && raise(primary.lsn(), primary.timeline(), nowNanos);
    }

    /** The last known position. */
    public long known() {
        while (true) {
            long position = mark.get().lsn.get();
            if (position != Mark.CLOSED) {
                return position;
            }
            Thread.onSpinWait();
        }
    }
}
