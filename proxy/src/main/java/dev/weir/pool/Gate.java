package dev.weir.pool;

import java.util.EnumMap;
import java.util.Map;

/**
 * What keeps clients from server connections: a set of causes, each with an optional time at which
 * it ends by itself. Open when the set is empty. Immutable; {@link Gates} holds the gates of
 * databases and nodes.
 */
public final class Gate {
    /** Why a gate is closed. Several causes may hold at once; their effects add up. */
    public enum Cause {
        /** The operator wants no connection to be in use: PAUSE, KILL. */
        PAUSE(Effect.EMPTIES),
        /** The server is away, and clients wait for it. */
        HOLD(Effect.HOLDS),
        /** The server seems to be going away; lasts only until that has been checked. */
        SUSPECT(Effect.HOLDS),
        /** The server is about to go away: what runs may finish, no transaction block begins. */
        DRAIN_BLOCKS(Effect.HOLDS_BLOCKS),
        /** The server is about to go away: what runs may finish, nothing begins. */
        DRAIN(Effect.HOLDS),
        /** The operator lets no new client in: DISABLE. */
        DISABLE(Effect.TURNS_AWAY),
        /** The operator wants the clients gone: DRAIN, {@code shutdown_timeout}. */
        LEAVE(Effect.LETS_GO),
        /** The process ends. */
        SHUTDOWN(Effect.ENDS);

        private final Effect effect;

        Cause(Effect effect) {
            this.effect = effect;
        }
    }

    private enum Effect {
        /** Nothing is leased, free connections are closed. Waiting clients time out as usual. */
        EMPTIES,
        /** Nothing is leased, connections stay open. Clients wait, and that time is not counted. */
        HOLDS,
        /** The same, for clients that would keep a connection for more than a statement. */
        HOLDS_BLOCKS,
        /** New clients are turned away; those already connected notice nothing. */
        TURNS_AWAY,
        /** Clients are served until they have no transaction open, and are then disconnected. */
        LETS_GO,
        /** Like {@link #EMPTIES}, but waiting clients are refused. */
        ENDS
    }

    /** The deadline of a cause that lasts until it is removed. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    public static final Gate OPEN = new Gate(new EnumMap<>(Cause.class));

    /** When each cause ends. */
    private final Map<Cause, Long> causes;

    private final boolean leases;
    private final boolean keepsConnections;
    private final boolean holds;
    private final boolean holdsBlocks;
    private final boolean letsGo;

    private Gate(EnumMap<Cause, Long> causes) {
        this.causes = causes;
        this.leases = !hasAny(Effect.EMPTIES) && !hasAny(Effect.HOLDS) && !hasAny(Effect.ENDS);
        this.keepsConnections = !hasAny(Effect.EMPTIES) && !hasAny(Effect.ENDS);
        this.holds = hasAny(Effect.HOLDS);
        this.holdsBlocks = hasAny(Effect.HOLDS_BLOCKS);
        this.letsGo = hasAny(Effect.LETS_GO);
    }

    private boolean hasAny(Effect effect) {
        for (Cause cause : causes.keySet()) {
            if (cause.effect == effect) {
                return true;
            }
        }
        return false;
    }

    public boolean isOpen() {
        return causes.isEmpty();
    }

    public boolean has(Cause cause) {
        return causes.containsKey(cause);
    }

    /** Whether clients get server connections. */
    boolean leases() {
        return leases;
    }

    /** Whether connections that nobody uses stay open. */
    boolean keepsConnections() {
        return keepsConnections;
    }

    /** Whether the time that clients wait is not counted, so that nobody times out. */
    boolean holds() {
        return holds;
    }

    /** Whether clients that would keep a connection for more than a statement have to wait. */
    boolean holdsBlocks() {
        return holdsBlocks;
    }

    /** Whether clients leave as soon as they have no transaction open. */
    public boolean letsGo() {
        return letsGo;
    }

    /**
     * This gate, closed for one more cause; or for the same cause with a new deadline.
     *
     * @param deadlineNanos on the clock of {@link dev.weir.net.Clock#nanoTime}; or {@link
     *     #NO_DEADLINE}
     */
    Gate closed(Cause cause, long deadlineNanos) {
        EnumMap<Cause, Long> next = copy();
        next.put(cause, deadlineNanos);
        return new Gate(next);
    }

    /** This gate without a cause; others may remain. */
    Gate opened(Cause cause) {
        if (!has(cause)) {
            return this;
        }
        EnumMap<Cause, Long> next = copy();
        next.remove(cause);
        return of(next);
    }

    /** This gate without the causes whose time is up. */
    Gate at(long nowNanos) {
        EnumMap<Cause, Long> next = copy();
        next.values().removeIf(deadline -> isOver(deadline, nowNanos));
        return next.size() == causes.size() ? this : of(next);
    }

    private static boolean isOver(long deadline, long now) {
        return deadline != NO_DEADLINE && now - deadline >= 0;
    }

    /** The gate that has the causes of both; a cause that both have ends at the later time. */
    Gate and(Gate other) {
        if (isOpen()) {
            return other;
        }
        EnumMap<Cause, Long> next = copy();
        other.causes.forEach((cause, deadline) -> next.merge(cause, deadline, Gate::later));
        return new Gate(next);
    }

    private static long later(long one, long two) {
        boolean isForever = one == NO_DEADLINE || two == NO_DEADLINE;
        return isForever ? NO_DEADLINE : one - two > 0 ? one : two;
    }

    private EnumMap<Cause, Long> copy() {
        return new EnumMap<>(causes);
    }

    private static Gate of(EnumMap<Cause, Long> causes) {
        return causes.isEmpty() ? OPEN : new Gate(causes);
    }

    @Override
    public String toString() {
        return isOpen() ? "open" : "closed by " + causes.keySet();
    }
}
