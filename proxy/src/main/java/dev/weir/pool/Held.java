package dev.weir.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many clients wait because the server of a {@link NodePool} is away, and how many have done so
 * since it went away. Any thread may read and count.
 */
final class Held {
    private final AtomicInteger ofAllPools;
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger total = new AtomicInteger();

    /**
     * @param ofAllPools counts them for all pools together
     */
    Held(AtomicInteger ofAllPools) {
        this.ofAllPools = ofAllPools;
    }

    /** One more client waits. */
    void enters() {
        ofAllPools.incrementAndGet();
        now.incrementAndGet();
        total.incrementAndGet();
    }

    /** A client no longer waits, or waits for something else. */
    void leaves() {
        int left = now.decrementAndGet();
        assert left >= 0 : left;
        ofAllPools.decrementAndGet();
    }

    int now() {
        return now.get();
    }

    /** How many there have been since the last call. */
    int takeTotal() {
        return total.getAndSet(now.get());
    }
}
