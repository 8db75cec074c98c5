package dev.weir.cluster;

/**
 * When the primary's log ended where: the clock by which replicas are late. Not thread-safe.
 *
 * <p>PostgreSQL's own {@code replay_lag} stands still with the last reply of a standby, and the
 * time of its last replayed commit grows on an idle cluster. What a standby has replayed is a fact,
 * and so is when the primary was there.
 */
final class LsnClock {
    private static final int ENTRIES = 1_024;

    /*
     * Entry i: the log ended at lsn[i], and still did at nanos[i]. The oldest is overwritten; a
     * replica that is further behind than all of them is as late as the oldest says, at least.
     */
    private final long[] lsn = new long[ENTRIES];
    private final long[] nanos = new long[ENTRIES];
    private int first;
    private int size;

    /**
     * The primary was asked.
     *
     * @param atNanos when the question left, so no later than when the log ended there
     */
    void ended(long atLsn, long atNanos) {
        if (size > 0) {
            int last = index(size - 1);
            if (lsn[last] == atLsn) {
                nanos[last] = atNanos;
                return;
            }
            if (Long.compareUnsigned(atLsn, lsn[last]) < 0) {
                clear(); // another primary, which is behind the one before
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

    /** For how long at most a standby has been behind that had replayed so much at that time. */
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

    /** Where the log ended last; 0 if that was never seen. */
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
