package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import dev.weir.config.StartupParameters;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether a connection may be opened with the startup parameters of some clients, so that RESET
 * restores their values. Only clients with these parameters can use it afterwards, and a client
 * with others that finds no other connection has it closed: so it happens no more often than {@link
 * #PAUSE_NANOS} allows, however many different sets of parameters clients have. Any thread may ask.
 */
final class ResetValues {
    /** The least time between two such openings. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How many sets of parameters with which a server refused a login are remembered. */
    private static final int REFUSED_MAX = 100;

    private final AtomicLong next;
    private final Set<ParameterSet> refused = ConcurrentHashMap.newKeySet();

    /**
     * @param now as {@link System#nanoTime}
     */
    ResetValues(long now) {
        next = new AtomicLong(now);
    }

    /** Takes the right to open a connection with these parameters now; false if there is none. */
    boolean mayOpen(ParameterSet wanted, StartupParameters how, long now) {
        return !wanted.isEmpty()
                && !refused.contains(wanted)
                && switch (how) {
                    case SHARED -> false;
                    case PREFERRED -> takeTurn(now);
                    case STRICT -> true;
                };
    }

    private boolean takeTurn(long now) {
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + PAUSE_NANOS);
    }

    /** A server has refused a login with these parameters, though it may accept them in SET. */
    void refuse(ParameterSet wanted) {
        if (refused.size() >= REFUSED_MAX) {
            refused.clear();
        }
        refused.add(wanted);
    }
}
