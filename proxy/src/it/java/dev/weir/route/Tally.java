package dev.weir.route;

import java.util.Map;
import java.util.TreeMap;

/** What came of reads: how many were stale, and how many a replica has answered. */
final class Tally {
    private final int primaryPort;
    private final Map<String, Integer> stale = new TreeMap<>();
    private long reads;
    private long onReplica;
    private long moves;
    private long aheadOfPrimary;
    private Read.Row last = new Read.Row(0, 0);

    Tally(int primaryPort) {
        this.primaryPort = primaryPort;
    }

    /**
     * Counts a read.
     *
     * @param expected what it must not be behind
     * @param what how it was done
     */
    void add(Read.Row row, long expected, String what) {
        reads++;
        onReplica += isOnPrimary(row) ? 0 : 1;
        moves += row.port() == last.port() ? 0 : 1;
        last = row;
        if (row.n() < expected) {
            stale.merge(what, 1, Integer::sum);
        }
    }

    /**
     * Counts a read that must not be behind the one before. PostgreSQL itself goes back where a
     * primary is read after its standby: a commit can be seen on a standby as soon as it is in the
     * log, and on the primary a moment later.
     */
    void addNext(Read.Row row, String what) {
        boolean isExcused = isOnPrimary(row) && !isOnPrimary(last) && row.n() < last.n();
        aheadOfPrimary += isExcused ? 1 : 0;
        add(row, isExcused ? 0 : last.n(), what);
    }

    private boolean isOnPrimary(Read.Row row) {
        return row.port() == primaryPort;
    }

    /** Adds what another one has counted. */
    Tally plus(Tally other) {
        reads += other.reads;
        onReplica += other.onReplica;
        moves += other.moves;
        aheadOfPrimary += other.aheadOfPrimary;
        other.stale.forEach((what, count) -> stale.merge(what, count, Integer::sum));
        return this;
    }

    long reads() {
        return reads;
    }

    /** How many reads came from another server than the one before. */
    long moves() {
        return moves;
    }

    double shareOnReplicas() {
        return (double) onReplica / reads;
    }

    /** How many reads were behind, by how they were done. */
    Map<String, Integer> stale() {
        return stale;
    }

    @Override
    public String toString() {
        return "reads: %,d, stale: %,d, on replicas: %.1f %%, moves: %,d, replica ahead of primary: %,d"
                .formatted(
                        reads,
                        stale.values().stream().mapToInt(Integer::intValue).sum(),
                        100 * shareOnReplicas(),
                        moves,
                        aheadOfPrimary);
    }
}
