package dev.weir.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The numbers of transactions that have written something, and what became of them. What a
 * promotion cuts off the log is forgotten, and its numbers are given again.
 */
final class Xids {
    /** How much of the log a commit takes. */
    static final int COMMIT_BYTES = 64;

    private static final long FIRST = 700;

    private final Map<Long, Long> assignedAt = new HashMap<>();
    private final Map<Long, Long> committedAt = new HashMap<>();
    private final Set<Long> running = new HashSet<>();
    private long next = FIRST;
    private long recoveredTo = -1;

    /** A transaction writes while the log stands at {@code lsn}: just behind that, it has it. */
    long assign(long lsn) {
        long xid = next++;
        assignedAt.put(xid, lsn + 1);
        running.add(xid);
        return xid;
    }

    /** It is committed; the log ends at {@code lsn} now. */
    void committed(long xid, long lsn) {
        running.remove(xid);
        committedAt.put(xid, lsn);
    }

    /** It is over. */
    void ended(long xid) {
        running.remove(xid);
    }

    /** As txid_status says. */
    String status(long xid) {
        if (xid >= next) {
            return "";
        } else if (committedAt.containsKey(xid)) {
            return "committed";
        }
        return running.contains(xid) ? "in progress" : "aborted";
    }

    /** Where the log of the primary was cut off, at its promotion; negative if it never was. */
    long recoveredTo() {
        return recoveredTo;
    }

    /** A node becomes the primary whose log ends here. */
    void promotedAt(long lsn) {
        recoveredTo = lsn;
        running.clear();
        committedAt.values().removeIf(at -> at > lsn);
        assignedAt.values().removeIf(at -> at > lsn);
        next = assignedAt.keySet().stream().mapToLong(xid -> xid + 1).max().orElse(FIRST);
    }
}
