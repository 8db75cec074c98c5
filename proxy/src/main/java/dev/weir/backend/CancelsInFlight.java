package dev.weir.backend;

import org.jspecify.annotations.Nullable;

/**
 * The cancel requests for one server connection that PostgreSQL may not have carried out yet.
 *
 * <p>Belongs to its connection's loop.
 */
public final class CancelsInFlight {
    private int count;
    private @Nullable Runnable onEnd;

    CancelsInFlight() {}

    void begins() {
        count++;
    }

    void ends() {
        count--;
        Runnable waiting = onEnd;
        if (count == 0 && waiting != null) {
            onEnd = null;
            waiting.run();
        }
    }

    public int count() {
        return count;
    }

    /** Runs {@code then} once none is left; there must be one. */
    public void whenDone(Runnable then) {
        assert count > 0;
        onEnd = then;
    }
}
