package dev.weir.bench.failover;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** What clients have written and were told of it, to be compared with the rows that are there. */
final class Book {
    private final ConcurrentSkipListMap<Long, Write> writes = new ConcurrentSkipListMap<>();
    private final Map<Write, Told> told = new ConcurrentHashMap<>();

    /** Those that were acknowledged by a primary whose last changes no other has got. */
    private final Map<Write, Boolean> lost = new ConcurrentHashMap<>();

    /** The same of those of which nobody was told for certain. */
    private final Map<Write, Boolean> lostUntold = new ConcurrentHashMap<>();

    private long next = 1;

    /** A client is about to write so many rows. */
    synchronized Write write(int rows, String how) {
        var write = new Write(next, rows, how);
        next += rows;
        writes.put(write.first(), write);
        return write;
    }

    /** The id that the next row will have. */
    synchronized long next() {
        return next;
    }

    void tell(Write write, Told what) {
        told.put(write, what);
    }

    /** How many were told what. */
    Map<Told, Long> counts() {
        var counts = new EnumMap<Told, Long>(Told.class);
        told.forEach((_, what) -> counts.merge(what, 1L, Long::sum));
        return counts;
    }

    int lost() {
        return lost.size();
    }

    /** How many are lost that may have been acknowledged, to a client that did not hear it. */
    int lostUntold() {
        return lostUntold.size();
    }

    /** What clients were told until now. */
    Map<Write, Told> told() {
        return new HashMap<>(told);
    }

    /**
     * Which acknowledged writes are gone since the primary has changed: those that the old one has,
     * and the new one does not. Nobody is told of them as missing any more.
     *
     * @param known what clients had been told before the rows were looked for
     */
    List<Write> lose(Map<Write, Told> known, Map<Long, Integer> old, Map<Long, Integer> now) {
        var gone = new ArrayList<Write>();
        known.forEach((write, what) -> {
            boolean isGone = present(write, now) == 0 && present(write, old) == write.rows();
            if (isGone && what == Told.ACKNOWLEDGED && lost.put(write, true) == null) {
                gone.add(write);
            } else if (isGone && what == Told.IN_DOUBT) {
                lostUntold.put(write, true);
            }
        });
        return gone;
    }

    private static int present(Write write, Map<Long, Integer> rows) {
        int present = 0;
        for (long id = write.first(); id < write.first() + write.rows(); id++) {
            present += rows.containsKey(id) ? 1 : 0;
        }
        return present;
    }

    /**
     * Where the rows that are there belie what clients were told.
     *
     * @param known what clients had been told before the rows were looked for
     * @param rows how many of each id are there
     * @param from the first id that was looked for
     */
    List<String> check(Map<Write, Told> known, Map<Long, Integer> rows, long from) {
        var findings = new ArrayList<String>();
        rows.forEach((id, count) -> {
            Map.Entry<Long, Write> nearest = writes.floorEntry(id);
            if (nearest == null || id >= nearest.getKey() + nearest.getValue().rows()) {
                findings.add("nobody has written row " + id);
            } else if (count > 1) {
                findings.add(count + " times: row " + id + " of " + nearest.getValue());
            } else if (present(nearest.getValue(), rows) < nearest.getValue().rows()) {
                findings.add("in part: " + nearest.getValue());
            }
        });
        known.forEach((write, what) -> {
            if (write.first() >= from && what != Told.IN_DOUBT) {
                boolean isThere = present(write, rows) > 0;
                boolean mayBe = what == Told.ACKNOWLEDGED && !lost.containsKey(write);
                if (isThere != mayBe) {
                    findings.add(what + (isThere ? ", and there: " : ", and not there: ") + write);
                }
            }
        });
        return findings;
    }
}
