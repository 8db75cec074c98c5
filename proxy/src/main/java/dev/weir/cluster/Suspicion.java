package dev.weir.cluster;

import java.util.concurrent.TimeUnit;

/**
 * The evidence that the primary is away, or about to go away. Guarded by the cluster. Times are
 * those of {@link dev.weir.net.Clock#nanoTime}.
 */
final class Suspicion {
    /*
     * One connection that ends with 57P01 means a pg_terminate_backend. Several at the same time, a
     * refused write, or a monitor that is first cut off and then turned away, are reason enough to
     * let clients wait until the node has been polled. That takes a moment; if it takes longer, the
     * pools find out themselves when they open connections.
     */

    /** The longest time for which clients wait because of a suspicion. */
    static final long LASTS_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Connections that end within this time end together. */
    private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long nodes are polled more often while no primary answers. */
    private static final long SEARCH_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int NONE = -1;

    private int suspect = NONE;
    private long sinceNanos;

    private int ended = NONE;
    private long endedNanos;

    private boolean isAway;
    private long awayNanos;

    /** A connection has ended because its server shuts down. Returns whether another just did. */
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
     * @param answeredNanos when the last poll that the primary has answered was sent
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

    /** Notes whether a primary answers. */
    void notice(boolean away, long now) {
        if (away && !isAway) {
            awayNanos = now;
        }
        isAway = away;
    }

    /** The time since which no primary answers; 0 if one does. */
    long awayNanos() {
        return isAway ? awayNanos : 0;
    }

    /** Whether to poll nodes more often, to find the primary. */
    boolean searches(long now) {
        return isAway && now - awayNanos < SEARCH_NANOS;
    }
}
