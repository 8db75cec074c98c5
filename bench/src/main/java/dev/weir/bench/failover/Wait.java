package dev.weir.bench.failover;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition. */
final class Wait {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(40);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Wait() {}

    /**
     * Waits until it is so.
     *
     * @throws IllegalStateException if it is not after 40 s
     */
    static void until(String what, BooleanSupplier condition) {
        if (!isSoon(condition)) {
            throw new IllegalStateException("not within 40 s: " + what);
        }
    }

    /** Waits until it is so, or 40 s are over; says which. */
    static boolean isSoon(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }
}
