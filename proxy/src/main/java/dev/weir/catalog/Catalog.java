package dev.weir.catalog;

import dev.weir.pool.ClientShard;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StateNames;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the catalog of one database, so far as sessions need it. While nothing is known,
 * or something has been defined since it was read, every text may leave anything behind.
 * Thread-safe.
 */
public final class Catalog {
    /** Names by which every text may leave something. */
    private static final StateNames UNREAD = StateNames.with(Map.of(), StateEffects.SESSION);

    /** How often Weir checks for changes to the catalog, if none of its clients makes any. */
    private static final long CHECK_NANOS = 30_000_000_000L;

    /** The shortest time between two readings, whatever clients define. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    /** After waiting this long on a loop without traffic, a reading begins anew on another one. */
    private static final long FORGOTTEN_NANOS = 10_000_000_000L;

    /** For this long it is read only while no client waits for a connection. */
    private static final long OVERDUE_NANOS = 1_000_000_000L;

    /** The pause after a reading is this many times as long as the reading. */
    private static final long PAUSE_FACTOR = 20;

    private final AtomicLong definitions = new AtomicLong();
    private final AtomicBoolean isBeingRead = new AtomicBoolean();
    private final AtomicReference<@Nullable CatalogReading> suspended = new AtomicReference<>();
    private volatile @Nullable Known known;

    /** The defaults of new connections: the second value of {@link CatalogMark#question}. */
    private volatile @Nullable String defaults;

    private volatile long dueNanos = Long.MIN_VALUE;
    private volatile String failure = "no client has asked for anything yet";
    private volatile long readNanos;
    private volatile long tookNanos;

    /**
     * What has been read.
     *
     * @param gate the answer to {@link CatalogMark#gate} before it was read
     * @param mark the answer to {@link CatalogMark#question} before it was read
     * @param definitions how many definitions had been seen by then
     */
    record Known(Closure closure, String gate, String mark, long definitions) {}

    // --- for sessions ---------------------------------------------------------------------------

    /** The names by which texts are judged now. */
    public StateNames names() {
        Closure now = closure();
        return now == null ? UNREAD : now.names();
    }

    /** What was last read; null if nothing is known, or it is out of date. */
    public @Nullable Closure closure() {
        Known now = known;
        return now != null && now.definitions == definitions.get() ? now.closure : null;
    }

    /** Whether event triggers run at login, as last read: sessions begin with what these set. */
    public boolean hasLoginTriggers() {
        Known now = known;
        return now != null && now.closure.hasLoginTriggers();
    }

    /**
     * A client is about to define something, or has ended the transaction in which it did: what has
     * been read before, and what is read in between, is out of date.
     */
    public void defines() {
        definitions.incrementAndGet();
    }

    /** Why the catalog is not known; empty if it is. */
    public String failure() {
        boolean isOld = failure.isEmpty() && closure() == null;
        return isOld ? "something was defined since it was read" : failure;
    }

    /** When it was last read or found unchanged, on the clock of the loops. */
    public long readNanos() {
        return readNanos;
    }

    /** How long that took, in nanoseconds, including the server's part. */
    public long tookNanos() {
        return tookNanos;
    }

    // --- for the readings -----------------------------------------------------------------------

    /** Whether it is due to be read, and no reading is using a connection. */
    public boolean isDue(long nanos) {
        return nanos >= due() && (!isBeingRead.get() || suspended.get() != null);
    }

    private long due() {
        return closure() == null ? dueNanos : dueNanos + CHECK_NANOS;
    }

    /** Whether it has been due for so long that clients may have to wait for a question. */
    boolean isOverdue(long nanos) {
        return nanos >= due() + OVERDUE_NANOS;
    }

    /** The reading that is to continue, or to begin; null if there is none. */
    @Nullable CatalogReading takeReading(ClientShard shard, Consumer<Runnable> background) {
        CatalogReading paused = suspended.get();
        if (paused != null) {
            boolean isMine = paused.isOf(shard);
            boolean isForgotten = shard.nanoTime() - paused.beganNanos() > FORGOTTEN_NANOS;
            if (!isMine && !isForgotten || !suspended.compareAndSet(paused, null)) {
                return null;
            }
            return isMine ? paused : new CatalogReading(this, shard, background);
        }
        return isDue(shard.nanoTime()) && isBeingRead.compareAndSet(false, true)
                ? new CatalogReading(this, shard, background)
                : null;
    }

    /** A reading waits until it gets another connection. */
    void suspend(CatalogReading reading) {
        suspended.set(reading);
    }

    @Nullable Known known() {
        return known;
    }

    long definitions() {
        return definitions.get();
    }

    /**
     * The catalog has been read.
     *
     * @param beganNanos when that began
     */
    void read(Known now, long beganNanos, long endedNanos) {
        known = now;
        failure = "";
        readNanos = endedNanos;
        tookNanos = endedNanos - beganNanos;
        ended(beganNanos, endedNanos);
    }

    /** Whether the defaults of new connections have changed since the last call. */
    boolean isAnotherDefault(String now) {
        String before = defaults;
        defaults = now;
        return before != null && !before.equals(now);
    }

    void failed(String why, long beganNanos, long endedNanos) {
        failure = why;
        ended(beganNanos, endedNanos);
    }

    private void ended(long beganNanos, long endedNanos) {
        long pause = Math.max(PAUSE_NANOS, PAUSE_FACTOR * (endedNanos - beganNanos));
        dueNanos = endedNanos + pause;
        isBeingRead.set(false);
    }
}
