package dev.weir.cluster;

/**
 * The times at which the primary's log ended at each position; the lag of replicas is measured
 * against them. Not thread-safe.
 *
 * <p>PostgreSQL's own {@code replay_lag} stops changing when a standby stops replying, and the age
 * of the last replayed commit grows on an idle cluster. The position that a standby has replayed is
 * certain, and so is the time when the primary was there.
 */
final class LsnClock {
    private static final int ENTRIES = 1_024;

    /*
     * Entry i: the log ended at lsn[i], and still did at nanos[i]. The oldest entry is
     * overwritten. If a replica is behind all entries, its lag is at least the age of the oldest.
     */
    private final long[] lsn = new long[ENTRIES];
    private final long[] nanos = new long[ENTRIES];
    private int first;
    private int size;

    /**
     * Records an answer of the primary.
     *
     * @param atNanos when the query was sent, so not later than the moment at which the log ended
     *     there
     */
    void ended(long atLsn, long atNanos) {
        if (size > 0) {
            int last = index(size - 1);
            if (lsn[last] == atLsn) {
                nanos[last] = atNanos;
                return;
            }
            if (Long.compareUnsigned(atLsn, lsn[last]) < 0) {
                clear(); // a new primary, which is behind the previous one
            }
        }
        if (size == ENTRIES) {
            first = (first + 1) % ENTRIES;
            size--;
        }
        lsn[index(size)] = atLsn;
        nanos[index(size)] = atNanos;
        size++;
    }

    /**
     * An upper limit on the lag of a standby that had replayed {@code replayed} at {@code atNanos}.
     */
    long lagNanos(long replayed, long atNanos) {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        for (int i = size - 1; i >= 0; i--) {
            if (Long.compareUnsigned(lsn[index(i)], replayed) <= 0) {
                return Math.max(0, atNanos - nanos[index(i)]);
            }
        }
        return Math.max(0, atNanos - nanos[first]);
    }

    /** The last known end of the log; 0 if there is none. */
    long end() {
        return size == 0 ? 0 : lsn[index(size - 1)];
    }

    void clear() {
        first = 0;
        size = 0;
    }

    private int index(int i) {
        return (first + i) % ENTRIES;
    }
}
