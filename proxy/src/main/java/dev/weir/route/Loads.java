package dev.weir.route;

import java.util.Arrays;

/** The transactions of one loop that run on each node, and how many have run, by reason. */
public final class Loads {
    private static final int REASONS = Reason.values().length;

    private int[] inFlight = new int[4];
    private long[] counts = new long[4 * REASONS];
    private int tokens;
    private int reads;

    /** A transaction begins on a node. */
    @SuppressWarnings("EnumOrdinal") // it never leaves the process
    public void begins(int node, Reason reason) {
        if (node >= inFlight.length) {
            inFlight = Arrays.copyOf(inFlight, node * 2);
            counts = Arrays.copyOf(counts, node * 2 * REASONS);
        }
        inFlight[node]++;
        counts[node * REASONS + reason.ordinal()]++;
        if (reason.isOnReplica() && ++reads % RETRY_ONE_OF == 0) {
            tokens = Math.min(tokens + 1, RETRIES_SAVED);
        }
    }

    /** A transaction follows on the connection of the one before. */
    @SuppressWarnings("EnumOrdinal") // it never leaves the process
    public void follows(int node, Reason reason) {
        counts[node * REASONS + reason.ordinal()]++;
    }

    public void ends(int node) {
        inFlight[node]--;
    }

    int inFlight(int node) {
        return node < inFlight.length ? inFlight[node] : 0;
    }

    /** How many transactions ran on a node for a reason. */
    @SuppressWarnings("EnumOrdinal") // it never leaves the process
    public long count(int node, Reason reason) {
        return node < inFlight.length ? counts[node * REASONS + reason.ordinal()] : 0;
    }

    // --- the budget of retries ------------------------------------------------------------------

    /** At most one of this many reads is run again. */
    private static final int RETRY_ONE_OF = 10;

    /** How many retries may be saved up; so many are allowed before the first reads. */
    private static final int RETRIES_SAVED = 50;

    /** Takes a retry from the budget; false if that is used up. */
    public boolean mayRetry() {
        if (tokens > -RETRIES_SAVED) {
            tokens--;
            return true;
        }
        return false;
    }
}
