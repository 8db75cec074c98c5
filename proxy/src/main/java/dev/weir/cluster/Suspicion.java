package dev.weir.cluster;

import java.util.concurrent.TimeUnit;

/**
 * What speaks for it that the primary is away, or about to go away. Guarded by the cluster. Times
 * are those of {@link dev.weir.net.Clock#nanoTime}.
 */
final class Suspicion {
    /*
     * One connection that ends with 57P01 is somebody's pg_terminate_backend. Several at the same
     * time, a write that is refused, or a monitor that is first cut off and then turned away, are
     * reason enough to let clients wait until somebody has looked. That takes a moment; if it does
     * not, the pools find out themselves, when they open connections.
     */

    /** For how long clients wait at most because of a suspicion. */
    static final long LASTS_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Connections that end within this time end together. */
    private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** For how long nodes are asked more often while there is no primary that answers. */
    private static final long SEARCH_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int NONE = -1;

    private int suspect = NONE;
    private long sinceNanos;

    private int ended = NONE;
    private long endedNanos;

    private boolean isAway;
    private long awayNanos;

    /**
     * A connection to a node has ended since its server shuts down. Returns whether another just
     * did.
     */
    boolean endsTogether(int node, long now) {
        boolean isAnother = ended == node && now - endedNanos <= TOGETHER_NANOS;
        ended = node;
        endedNanos = now;
        return isAnother;
    }

    /** Begins a suspicion; false if there is one, or was one just now. */
    boolean begins(int primary, long now) {
        boolean wasJustNow = sinceNanos != 0 && now - sinceNanos < LASTS_NANOS;
        if (primary < 0 || suspect == primary || wasJustNow) {
            return false;
        }
        suspect = primary;
        sinceNanos = now;
        notice(true, now);
        return true;
    }

    /**
     * Ends the suspicion if it was right, or wrong, or lasts too long; true if it ends now.
     *
     * @param answeredNanos when the primary was last asked of all that it has answered to
     */
    boolean ends(int primary, long answeredNanos, long now) {
        boolean isOver =
                primary != suspect
                        || answeredNanos - sinceNanos > 0
                        || now - sinceNanos > LASTS_NANOS;
        if (suspect == NONE || !isOver) {
            return false;
        }
        suspect = NONE;
        return true;
    }

    boolean isSuspected() {
        return suspect != NONE;
    }

    /** Notes whether there is a primary that answers. */
    void notice(boolean away, long now) {
        if (away && !isAway) {
            awayNanos = now;
        }
        isAway = away;
    }

    /** Since when there is no primary that answers; 0 if there is one. */
    long awayNanos() {
        return isAway ? awayNanos : 0;
    }

    /** Whether nodes are to be asked more often, to find the primary. */
    boolean searches(long now) {
        return isAway && now - awayNanos < SEARCH_NANOS;
    }
}
