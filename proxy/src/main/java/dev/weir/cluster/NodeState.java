package dev.weir.cluster;

import dev.weir.config.ServerAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a cluster remembers about one node. All but the final fields are guarded by the cluster. */
final class NodeState {
    /** The number of consecutive good polls that bring an excluded replica back. */
    private static final int GOOD_POLLS = 3;

    /** For longer, read-only transactions are taken for what a primary is meant to have. */
    private static final long READ_ONLY_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private final int index;
    private final ServerAddress address;
    int weight = 1;
    boolean isConfigured = true;

    private volatile @Nullable Observation last;
    private volatile boolean isReplica;
    private @Nullable Observation lastAsPrimary;

    /** Since when it is a primary that takes no writes by default; 0 = it is not. */
    private long readOnlySinceNanos;

    /**
     * The number of failures in a row; {@code error} is the last one, {@code attempts} counts all
     * answers and failures.
     */
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

    /** Its row in the primary's {@code pg_stat_replication}, for display only. */
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

    /** Its last answer, however old; null if it has never answered. */
    @Nullable Observation last() {
        return last;
    }

    /** Its last answer while it was not in recovery; null if there was none. */
    @Nullable Observation lastAsPrimary() {
        return lastAsPrimary;
    }

    /** Whether it was a standby at its last answer. Any thread. */
    boolean isReplica() {
        return isReplica;
    }

    /**
     * Whether it has been promoted and does not take writes yet: so pg_auto_failover leaves it
     * until the old primary is certainly stopped.
     */
    boolean isClosedYet(Observation now) {
        if (last == null || !isReplica || now.isInRecovery() || !now.isReadOnly()) {
            readOnlySinceNanos = 0;
            return false;
        }
        readOnlySinceNanos = readOnlySinceNanos == 0 ? now.startedNanos() : readOnlySinceNanos;
        return now.startedNanos() - readOnlySinceNanos < READ_ONLY_NANOS_MAX;
    }

    void seen(Observation now) {
        Observation before = last;
        boolean isSame =
                before != null
                        && before.isInRecovery() == now.isInRecovery()
                        && before.systemIdentifier() == now.systemIdentifier();
        last = now;
        isReplica = now.isInRecovery();
        lastAsPrimary = isReplica ? lastAsPrimary : now;
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
     * A position up to which it has certainly replayed, as it reported itself. A row of the primary
     * proves nothing: it may belong to another standby with the same name or address.
     */
    long lsn() {
        return replayed;
    }

    long latencyNanos() {
        return latencyNanos;
    }

    /** Sets its lag at the time of its last answer. */
    void lag(long nanos) {
        lagNanos = nanos;
    }

    /** The greatest lag that it may have by now, including the age of its last answer. */
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
     * @param wrong why it may not be read; empty if it may
     * @param isClose whether it is well within the limits
     * @param isPoll whether it has just answered
     * @return whether its eligibility changed
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
