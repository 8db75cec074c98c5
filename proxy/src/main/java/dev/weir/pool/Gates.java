package dev.weir.pool;

import dev.weir.pool.Gate.Cause;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gates of all databases and nodes. They outlive RELOAD, and pools that come and go. Any thread
 * may ask, open and close; whoever is behind a gate is told when it has moved.
 */
public final class Gates {
    /** What stands for all databases, those included that are configured later. */
    private static final Place ALL = new Place(null, PoolKey.NO_NODE);

    /** Stands for the primary, whichever node it is; or for the one server there is. */
    private static final int PRIMARY = -2;

    private final ConcurrentHashMap<Place, Gate> gates = new ConcurrentHashMap<>();
    private final Listener listener;

    /** Told after a gate has moved, on the thread that moved it. */
    @FunctionalInterface
    interface Listener {
        /**
         * A gate has moved; {@link Gates#of} says what holds now.
         *
         * @param database null = all
         */
        void moved(@Nullable String database);
    }

    private record Place(@Nullable String database, int node) {}

    Gates(Listener listener) {
        this.listener = listener;
    }

    /** The gate before the pools of a database: its own and that of all. */
    public Gate of(String database) {
        return of(database, PoolKey.NO_NODE);
    }

    /** The gate before the connections to one node, which is that of its database, too. */
    Gate of(String database, int node) {
        Gate gate = gate(ALL).and(gate(new Place(database, PoolKey.NO_NODE)));
        return node == PoolKey.NO_NODE ? gate : gate.and(gate(new Place(database, node)));
    }

    /** The gate before those who wait for the primary, or for the one server there is. */
    public Gate ofPrimary(String database) {
        return gate(new Place(database, PRIMARY));
    }

    /** Keeps clients from the primary, whichever node that is, and lets them read elsewhere. */
    public void closePrimary(String database, Cause cause, long deadlineNanos) {
        close(database, PRIMARY, cause, deadlineNanos);
    }

    /** Takes away such a cause. */
    public void openPrimary(String database, Cause cause) {
        open(database, PRIMARY, cause);
    }

    /**
     * The causes that were given for this very database.
     *
     * @param database null = those given for all
     */
    public Gate own(@Nullable String database) {
        return gate(new Place(database, PoolKey.NO_NODE));
    }

    private Gate gate(Place place) {
        return gates.getOrDefault(place, Gate.OPEN);
    }

    /** Whether no client gets a server connection: PAUSE was said of all, or the process ends. */
    public boolean isAllPaused() {
        Gate all = gate(ALL);
        return all.has(Cause.PAUSE) || all.has(Cause.SHUTDOWN);
    }

    /** Whether PAUSE was said of some database, rather than of all. */
    public boolean isAnyPausedAlone() {
        for (var entry : gates.entrySet()) {
            if (entry.getKey().database != null && entry.getValue().has(Cause.PAUSE)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes the gate of a database.
     *
     * @param database null = all
     */
    public void close(@Nullable String database, Cause cause) {
        close(database, PoolKey.NO_NODE, cause, Gate.NO_DEADLINE);
    }

    /**
     * Closes the gate of a node, or of a database as a whole, for a time.
     *
     * @param deadlineNanos on the clock of {@link dev.weir.net.Clock#nanoTime}; kept to within the
     *     interval of {@link #expire}
     */
    void close(@Nullable String database, int node, Cause cause, long deadlineNanos) {
        gates.compute(
                new Place(database, node),
                (_, now) -> (now == null ? Gate.OPEN : now).closed(cause, deadlineNanos));
        listener.moved(database);
    }

    /**
     * Takes a cause away; the gate opens if it was the last.
     *
     * @param database null = all
     */
    public void open(@Nullable String database, Cause cause) {
        open(database, PoolKey.NO_NODE, cause);
    }

    void open(@Nullable String database, int node, Cause cause) {
        gates.computeIfPresent(new Place(database, node), (_, now) -> orNone(now.opened(cause)));
        listener.moved(database);
    }

    private static @Nullable Gate orNone(Gate gate) {
        return gate.isOpen() ? null : gate;
    }

    /** Takes the causes away whose time is up. */
    void expire(long nowNanos) {
        for (Place place : gates.keySet()) {
            Gate before = gate(place);
            if (before.at(nowNanos) != before) {
                gates.computeIfPresent(place, (_, now) -> orNone(now.at(nowNanos)));
                listener.moved(place.database);
            }
        }
    }
}
