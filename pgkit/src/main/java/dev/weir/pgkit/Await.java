package dev.weir.pgkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions that give no signal: it polls often, and fails with a clear message. */
final class Await {
    private static final long PAUSE_NANOS = 2_000_000;

    private Await() {}

    /** Returns when {@code done} holds; throws with {@code what} after {@code limit}. */
    static void until(String what, Duration limit, BooleanSupplier done) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("still waiting for " + what + " after " + limit);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting for " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
