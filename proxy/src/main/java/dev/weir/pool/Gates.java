package dev.weir.pool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the operator has closed: PAUSE keeps clients from new server connections, DISABLE keeps them
 * from coming in. Outlives RELOAD. Any thread may ask; {@link Pools} changes it.
 */
public final class Gates {
    private final Set<String> paused = ConcurrentHashMap.newKeySet();
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();
    private volatile boolean allPaused;
    private volatile boolean shuttingDown;

    /** Whether the pools of a database lease nothing. */
    public boolean isPaused(String database) {
        return allPaused || paused.contains(database);
    }

    /** Whether PAUSE was said of this very database. */
    public boolean isPausedAlone(String database) {
        return paused.contains(database);
    }

    /** Whether PAUSE was said of all databases. */
    public boolean isAllPaused() {
        return allPaused;
    }

    public boolean isAnyPausedAlone() {
        return !paused.isEmpty();
    }

    public boolean isDisabled(String database) {
        return disabled.contains(database);
    }

    /** Whether no client gets a server connection any more, until the process ends. */
    public boolean isShuttingDown() {
        return shuttingDown;
    }

    void pause(String database, boolean on) {
        set(paused, database, on);
    }

    void pauseAll(boolean on) {
        allPaused = on;
    }

    public void disable(String database, boolean on) {
        set(disabled, database, on);
    }

    void shutDown() {
        shuttingDown = true;
        allPaused = true;
    }

    private static void set(Set<String> names, String name, boolean on) {
        if (on) {
            names.add(name);
        } else {
            names.remove(name);
        }
    }
}
