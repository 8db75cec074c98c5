package dev.weir.statements;

import dev.weir.metrics.Exemplars;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.sql.Text;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The statements of one loop. A call of a known statement allocates nothing. */
@LoopConfined
final class LoopStatements implements LoopOwned {
    /*
     *            slots (a power of two, at most half of them taken)
     *   hash ──▶ [ A | B |   | C | … ]    a statement stands at its hash or in the next free slot
     *
     * If there are too many, a twentieth of them is removed at once: those with the least usage.
     * That is the number of calls, of which the others then lose a hundredth, so that no call
     * counts forever. A new entry begins with the usage of the last one removed, so that it is not
     * the next to go.
     */
    private static final int SLOTS_MIN = 64;
    private static final int TEXT_CHARS_MAX = 1_024;
    private static final int GIVING_WAY = 20;
    private static final int FORGETTING = 100;
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final EventLoop loop;
    private Bounds bounds;
    private @Nullable Entry[] slots = new Entry[SLOTS_MIN];
    private int size;
    private long floor;
    private int slow;
    private final Examples examples = new Examples();

    /** What one statement has cost one user of one database. */
    private static final class Entry {
        private final long fingerprint;
        private final String database;
        private final String user;
        private final String text;
        private long usage;
        private long calls;
        private long errors;
        private long rows;
        private long bytes;
        private long totalNanos;
        private long maxNanos;
        private long waitNanos;

        Entry(long fingerprint, String database, String user, String text, long usage) {
            this.fingerprint = fingerprint;
            this.database = database;
            this.user = user;
            this.text = text;
            this.usage = usage;
        }

        boolean is(long print, String ofDatabase, String ofUser) {
            return fingerprint == print && user.equals(ofUser) && database.equals(ofDatabase);
        }

        StatementSnapshot snapshot() {
            return new StatementSnapshot(
                    database,
                    user,
                    fingerprint,
                    text,
                    calls,
                    errors,
                    rows,
                    bytes,
                    totalNanos,
                    maxNanos,
                    waitNanos);
        }
    }

    LoopStatements(EventLoop loop, Bounds bounds) {
        this.loop = loop;
        this.bounds = bounds;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** Applies these bounds from now on. */
    void bounds(Bounds next) {
        assertInLoop();
        bounds = next;
        if (next.max() == 0) {
            reset();
        } else if (size > next.max()) {
            makeRoom(size - next.max());
        }
    }

    /** Counts a call, or an error before there was one. */
    void count(
            Text text,
            String database,
            String user,
            boolean isCall,
            boolean isError,
            long nanos,
            long rows,
            long bytes,
            long waitNanos) {
        assertInLoop();
        if (bounds.max() == 0) {
            return;
        }
        Entry entry = entry(text, database, user);
        entry.usage++;
        entry.calls += isCall ? 1 : 0;
        entry.errors += isError ? 1 : 0;
        entry.rows += rows;
        entry.bytes += bytes;
        entry.totalNanos += nanos;
        entry.maxNanos = Math.max(entry.maxNanos, nanos);
        entry.waitNanos += waitNanos;
    }

    /**
     * Keeps the span of a text, if it has one.
     *
     * @param nanos the time that was counted for it in {@link dev.weir.metrics.Timing#QUERY}
     */
    void example(Text text, String database, long nanos) {
        assertInLoop();
        examples.keep(text, database, nanos);
    }

    /** Whether a call that took this long is to be logged. */
    boolean isLogged(long nanos) {
        assertInLoop();
        if (bounds.slowNanos() < 0 || nanos < bounds.slowNanos()) {
            return false;
        }
        boolean isTurn = slow == 0;
        slow = (slow + 1) % bounds.sample();
        return isTurn;
    }

    private static int hash(long fingerprint, String database, String user) {
        long mixed = (fingerprint ^ 31L * database.hashCode() + user.hashCode()) * SPREAD;
        return (int) (mixed >>> 32);
    }

    private Entry entry(Text text, String database, String user) {
        long fingerprint = text.fingerprint();
        int mask = slots.length - 1;
        int at = hash(fingerprint, database, user) & mask;
        for (Entry entry = slots[at]; entry != null; entry = slots[at]) {
            if (entry.is(fingerprint, database, user)) {
                return entry;
            }
            at = at + 1 & mask;
        }
        return add(fingerprint, text, database, user);
    }

    private Entry add(long fingerprint, Text text, String database, String user) {
        if (size >= bounds.max()) {
            makeRoom(Math.max(1, bounds.max() / GIVING_WAY));
        }
        if (2 * (size + 1) > slots.length) {
            place(all(), slots.length * 2);
        }
        var entry = new Entry(fingerprint, database, user, cutOff(text.normalised()), floor);
        insert(entry);
        size++;
        return entry;
    }

    static String cutOff(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "…";
    }

    private void makeRoom(int count) {
        Entry[] all = all();
        Arrays.sort(all, Comparator.comparingLong(entry -> entry.usage));
        int going = Math.min(count, all.length);
        floor = going == 0 ? 0 : all[going - 1].usage;
        Entry[] staying = Arrays.copyOfRange(all, going, all.length);
        for (Entry entry : staying) {
            entry.usage -= entry.usage / FORGETTING;
        }
        place(staying, slots.length);
        size = staying.length;
    }

    private Entry[] all() {
        var all = new ArrayList<Entry>(size);
        for (Entry entry : slots) {
            if (entry != null) {
                all.add(entry);
            }
        }
        return all.toArray(Entry[]::new);
    }

    private void place(Entry[] entries, int length) {
        slots = new Entry[length];
        for (Entry entry : entries) {
            insert(entry);
        }
    }

    private void insert(Entry entry) {
        int mask = slots.length - 1;
        int at = hash(entry.fingerprint, entry.database, entry.user) & mask;
        while (slots[at] != null) {
            at = at + 1 & mask;
        }
        slots[at] = entry;
    }

    /** Forgets all. */
    void reset() {
        assertInLoop();
        slots = new Entry[SLOTS_MIN];
        size = 0;
        floor = 0;
        examples.reset();
    }

    /** The last spans of calls, by database. */
    Map<String, Exemplars> exemplars() {
        assertInLoop();
        return examples.copy();
    }

    /** Snapshots of all, in no particular order. */
    List<StatementSnapshot> snapshots() {
        assertInLoop();
        var snapshots = new ArrayList<StatementSnapshot>(size);
        for (Entry entry : slots) {
            if (entry != null) {
                snapshots.add(entry.snapshot());
            }
        }
        return snapshots;
    }
}
