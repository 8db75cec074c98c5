package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import org.jspecify.annotations.Nullable;

/** What a cluster remembers of one node. Guarded by the cluster, but for what is final. */
final class NodeState {
    /** So many polls in a row a replica must be good that was not. */
    private static final int GOOD_POLLS = 3;

    private final int index;
    private final ServerAddress address;
    int weight = 1;
    boolean isConfigured = true;

    private volatile @Nullable Observation last;
    private volatile boolean isReplica;

    /** Failures in a row, and the last one; answers and failures so far. */
    int failures;

    String error = "";
    long attempts;

    private long replayed;
    private long lagNanos = Long.MAX_VALUE;
    private long latencyNanos;
    private int goodPolls;
    private boolean wasEverEligible;
    boolean isEligible;
    long eligibleSinceNanos;
    String whyNot = "not asked yet";

    /** Its row at the primary, to be shown. */
    @Nullable Standby standby;

    NodeState(int index, ServerAddress address) {
        this.index = index;
        this.address = address;
    }

    int index() {
        return index;
    }

    ServerAddress address() {
        return address;
    }

    /** What it said last, however long ago; null if it never did. */
    @Nullable Observation last() {
        return last;
    }

    /** Whether it was a standby last. Any thread. */
    boolean isReplica() {
        return isReplica;
    }

    void seen(Observation now) {
        Observation before = last;
        boolean isSame =
                before != null
                        && before.isInRecovery() == now.isInRecovery()
                        && before.systemIdentifier() == now.systemIdentifier();
        last = now;
        isReplica = now.isInRecovery();
        attempts++;
        failures = 0;
        error = "";
        boolean isBehind = Long.compareUnsigned(now.lsn(), replayed) < 0;
        replayed = isSame && isBehind && now.isInRecovery() ? replayed : now.lsn();
        long took = now.endedNanos() - now.startedNanos();
        latencyNanos = latencyNanos == 0 ? took : latencyNanos + (took - latencyNanos) / 8;
    }

    void failed(String why) {
        attempts++;
        failures++;
        error = why;
    }

    /**
     * What it has replayed at least, by its own word. A row of its primary's is no proof: it may be
     * that of another standby with the same name or address.
     */
    long lsn() {
        return replayed;
    }

    long latencyNanos() {
        return latencyNanos;
    }

    /** Its lag as it was when it was asked last. */
    void lag(long nanos) {
        lagNanos = nanos;
    }

    /** How far it may be behind by now, the age of its last answer included. */
    long lagNanos(long now, long intervalNanos) {
        Observation seen = last;
        if (seen == null || lagNanos == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        return lagNanos + Math.max(0, now - seen.startedNanos() - 2 * intervalNanos);
    }

    /**
     * Decides whether it may be read.
     *
     * @param wrong why it may not be; empty = it may
     * @param isClose whether it is well within the limits
     * @param isPoll whether it has just answered
     * @return whether that changed
     */
    boolean judge(String wrong, boolean isClose, boolean isPoll, long now) {
        if (!wrong.isEmpty()) {
            goodPolls = 0;
            whyNot = wrong;
            return become(false, now);
        }
        if (isEligible) {
            return false;
        }
        if (isPoll) {
            goodPolls = isClose ? goodPolls + 1 : 0;
        }
        if (isClose && (goodPolls >= GOOD_POLLS || !wasEverEligible)) {
            whyNot = "";
            return become(true, now);
        }
        whyNot = isClose ? "comes back: " + goodPolls + " good polls of " + GOOD_POLLS : whyNot;
        return false;
    }

    private boolean become(boolean eligible, long now) {
        boolean changed = isEligible != eligible;
        isEligible = eligible;
        if (changed && eligible) {
            eligibleSinceNanos = now;
            wasEverEligible = true;
        }
        return changed;
    }
}
