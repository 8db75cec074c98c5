package dev.weir.pool;

import dev.weir.metrics.Metric;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What became of that which clients of a pool had in progress on server connections that were lost,
 * by the time of the loss. Thread-safe; used only when a connection is lost.
 */
public final class Losses {
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of how many tenths of a second with losses it is known; the oldest is forgotten first. */
    private static final int SLICES_MAX = 4096;

    private final TreeMap<Long, Counts> slices = new TreeMap<>();

    /** What became of one transaction; a COMMIT whose outcome was found out has two. */
    public enum End {
        /** It was run again, and its client has seen nothing. */
        RETRIED(Metric.LOST_REPEATED),
        /** Its client was told that it is rolled back. */
        ROLLED_BACK(Metric.LOST_ROLLED_BACK),
        /** Its client was told that nobody knows. */
        IN_DOUBT(Metric.LOST_IN_DOUBT),
        /** It was found out what became of its COMMIT. */
        RESOLVED(Metric.LOST_RESOLVED),
        /** It was found out that it is committed. */
        COMMITTED(Metric.LOST_COMMITTED);

        private final Metric metric;

        End(Metric metric) {
            this.metric = metric;
        }

        /** Counts the same for the whole life of the process. */
        public Metric metric() {
            return metric;
        }
    }

    /** How many of each. */
    public record Counts(long retried, long rolledBack, long inDoubt, long resolved) {
        public static final Counts NONE = new Counts(0, 0, 0, 0);

        private static Counts of(End end) {
            return switch (end) {
                case RETRIED -> new Counts(1, 0, 0, 0);
                case ROLLED_BACK -> new Counts(0, 1, 0, 0);
                case IN_DOUBT -> new Counts(0, 0, 1, 0);
                case RESOLVED -> new Counts(0, 0, 0, 1);
                case COMMITTED -> NONE;
            };
        }

        public Counts plus(Counts more) {
            return new Counts(
                    retried + more.retried,
                    rolledBack + more.rolledBack,
                    inDoubt + more.inDoubt,
                    resolved + more.resolved);
        }
    }

    /**
     * Notes what became of something.
     *
     * @param lostNanos when its connection was lost
     */
    public synchronized void add(End end, long lostNanos) {
        slices.merge(Math.floorDiv(lostNanos, SLICE_NANOS), Counts.of(end), Counts::plus);
        if (slices.size() > SLICES_MAX) {
            slices.pollFirstEntry();
        }
    }

    /** What became of all that was lost between two times, to a tenth of a second. */
    public synchronized Counts between(long fromNanos, long toNanos) {
        Long from = Math.floorDiv(fromNanos, SLICE_NANOS);
        Long to = Math.floorDiv(toNanos, SLICE_NANOS);
        Counts sum = Counts.NONE;
        for (Counts one : slices.subMap(from, true, to, true).values()) {
            sum = sum.plus(one);
        }
        return sum;
    }
}
