package dev.weir.pool;

import dev.weir.pool.Gate.Cause;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gates of all databases and nodes. They outlive RELOAD and the pools themselves. Any thread
 * may read, open and close them; the pools behind a gate are told when it changes.
 */
public final class Gates {
    /** Stands for all databases, including those that are configured later. */
    private static final Place ALL = new Place(null, PoolKey.NO_NODE);

    /**
     * Stands for whichever node is the primary, or for the only server where there are no nodes.
     */
    private static final int PRIMARY = -2;

    private final ConcurrentHashMap<Place, Gate> gates = new ConcurrentHashMap<>();
    private final Listener listener;

    /** Told after a gate has changed, on the thread that changed it. */
    @FunctionalInterface
    interface Listener {
        /**
         * A gate has changed; {@link Gates#of} gives its new state.
         *
         * @param database null = all
         */
        void moved(@Nullable String database);
    }

    private record Place(@Nullable String database, int node) {}

    Gates(Listener listener) {
        this.listener = listener;
    }

    /** The gate in front of the pools of a database: its own and the one for all databases. */
    public Gate of(String database) {
        return of(database, PoolKey.NO_NODE);
    }

    /** The gate in front of the connections to one node; includes that of its database. */
    Gate of(String database, int node) {
        Gate gate = gate(ALL).and(gate(new Place(database, PoolKey.NO_NODE)));
        return node == PoolKey.NO_NODE ? gate : gate.and(gate(new Place(database, node)));
    }

    /** The gate in front of the primary, or of the only server, where there are no nodes. */
    public Gate ofPrimary(String database) {
        return gate(new Place(database, PRIMARY));
    }

    /** Keeps clients from whichever node is the primary; they may still read from other nodes. */
    public void closePrimary(String database, Cause cause, long deadlineNanos) {
        close(database, PRIMARY, cause, deadlineNanos);
    }

    /** Removes such a cause. */
    public void openPrimary(String database, Cause cause) {
        open(database, PRIMARY, cause);
    }

    /**
     * The causes that were given for this database in particular.
     *
     * @param database null = those given for all
     */
    public Gate own(@Nullable String database) {
        return gate(new Place(database, PoolKey.NO_NODE));
    }

    private Gate gate(Place place) {
        return gates.getOrDefault(place, Gate.OPEN);
    }

    /** Whether no client gets a server connection: PAUSE of all databases, or the process ends. */
    public boolean isAllPaused() {
        Gate all = gate(ALL);
        return all.has(Cause.PAUSE) || all.has(Cause.SHUTDOWN);
    }

    /** Whether a single database was paused, rather than all. */
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
     * @param deadlineNanos on the clock of {@link dev.weir.net.Clock#nanoTime}; may be exceeded by
     *     the interval at which {@link #expire} is called
     */
    void close(@Nullable String database, int node, Cause cause, long deadlineNanos) {
        gates.compute(
                new Place(database, node),
                (_, now) -> (now == null ? Gate.OPEN : now).closed(cause, deadlineNanos));
        listener.moved(database);
    }

    /**
     * Removes a cause; the gate opens if it was the last.
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

    /** Removes the causes whose deadline has passed. */
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
