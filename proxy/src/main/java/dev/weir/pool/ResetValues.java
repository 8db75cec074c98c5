package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import dev.weir.config.StartupParameters;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether a connection may be opened with the startup parameters of one kind of clients, so that
 * RESET brings them back there. Only these can use it afterwards, and whoever finds no other closes
 * it: so it happens no more often than {@link #PAUSE_NANOS} allows, however many kinds of clients
 * there are. Any thread may ask.
 */
final class ResetValues {
    /** So often, at most: twice a second. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How many sets are remembered with which a server has refused a login. */
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

    /** A server has refused a login with these parameters, which a client's SET may have passed. */
    void refuse(ParameterSet wanted) {
        if (refused.size() >= REFUSED_MAX) {
            refused.clear();
        }
        refused.add(wanted);
    }
}
