package dev.weir.pool;

import java.util.ArrayList;
import java.util.List;

/**
 * The commits that clients of one shard were told of, and between which positions of the log each
 * of them stands: so that it can be said how many of them a new primary lacks. Of one loop.
 */
public final class RecentCommits {
    /*
     * Commits are counted in slices of some milliseconds. A slice stands between the least position
     * that the log had reached before one of them was sent, and the greatest behind one of them.
     *
     *              fork
     *     from ──upTo │                    kept
     *            from─┼─upTo               lost perhaps
     *                 │   from ──upTo      lost
     *
     * When there is no room left, the older half is merged two by two. So nothing is forgotten, and
     * what was long ago, and is replicated most likely, is known less exactly.
     */
    static final int SLICES_MAX = 512;
    static final long SLICE_NANOS = 10_000_000;

    /** The end of a log that is not known. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    private final List<Slice> slices = new ArrayList<>();
    private long reached;
    private int reachedTimeline;
    private long polled;
    private int polledTimeline;

    /** How many commits are lost: {@code min} for certain, {@code max} at most. */
    public record Lost(long min, long max) {}

    private static final class Slice {
        private final int timeline;
        private final long first;
        private long last;
        private long count;
        private long from = UNKNOWN;
        private long upTo;

        Slice(int timeline, long first) {
            this.timeline = timeline;
            this.first = first;
        }

        void takes(Slice later) {
            last = later.last;
            count += later.count;
            from = Math.min(from, later.from);
            upTo = Math.max(upTo, later.upTo);
        }
    }

    /**
     * A look at the primary, which began at {@code polledNanos}, has found where its log ends: what
     * was committed before stands before that.
     *
     * @return the furthest position that the log of this timeline is known to have reached
     */
    public long reaches(long lsn, int timeline, long polledNanos) {
        boolean isOther = timeline != polledTimeline; // the new primary may have been seen first
        if (isOther || polledNanos != polled) {
            rises(lsn, timeline);
            for (int i = slices.size() - 1; i >= 0; i--) {
                Slice slice = slices.get(i);
                if (!isOther && slice.last - polled < 0) {
                    break; // the last look has found those
                }
                if (slice.timeline == timeline && polledNanos - slice.last > 0) {
                    slice.upTo = Math.min(slice.upTo, lsn);
                }
            }
            if (timeline >= polledTimeline) {
                polled = polledNanos;
                polledTimeline = timeline;
            }
        }
        return timeline == reachedTimeline ? reached : lsn;
    }

    private void rises(long lsn, int timeline) {
        if (timeline >= reachedTimeline) {
            reached = timeline > reachedTimeline ? lsn : Math.max(reached, lsn);
            reachedTimeline = timeline;
        }
    }

    /**
     * Clients were told of commits.
     *
     * @param from a position that the log had reached before they were sent; 0 = not known
     * @param upTo one behind them, {@link #UNKNOWN} if there is none yet
     * @param timeline of the log; 0 = not known
     */
    public void told(int commits, long from, long upTo, int timeline, long nowNanos) {
        if (upTo != UNKNOWN) {
            rises(upTo, timeline);
        }
        Slice slice = slices.isEmpty() ? null : slices.getLast();
        if (slice == null || slice.timeline != timeline || nowNanos - slice.first > SLICE_NANOS) {
            if (slices.size() == SLICES_MAX) {
                merge();
            }
            slice = new Slice(timeline, nowNanos);
            slices.add(slice);
        }
        slice.count += commits;
        slice.last = nowNanos;
        slice.from = Math.min(slice.from, from);
        slice.upTo = Math.max(slice.upTo, upTo);
    }

    /** Of two timelines, none joins: there are never many. */
    private void merge() {
        int older = slices.size() / 2;
        List<Slice> merged = new ArrayList<>();
        for (int i = 0; i < older; i += 2) {
            Slice one = slices.get(i);
            Slice next = slices.get(i + 1);
            merged.add(one);
            if (one.timeline == next.timeline) {
                one.takes(next);
            } else {
                merged.add(next);
            }
        }
        slices.subList(0, older).clear();
        slices.addAll(0, merged);
    }

    /**
     * Another timeline goes on: how many commits of earlier ones are lost, which are forgotten now.
     *
     * @param timeline the one that goes on
     * @param fork where it began, on the one before; 0 = not known
     */
    public Lost lost(int timeline, long fork) {
        long min = 0;
        long max = 0;
        for (Slice slice : slices) {
            boolean isKnown = fork != 0 && slice.timeline == timeline - 1;
            if (slice.timeline < timeline && (!isKnown || slice.upTo > fork)) {
                max += slice.count;
                min += isKnown && slice.from >= fork ? slice.count : 0;
            }
        }
        slices.removeIf(slice -> slice.timeline < timeline);
        return new Lost(min, max);
    }
}
