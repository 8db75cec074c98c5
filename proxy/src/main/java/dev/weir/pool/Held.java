package dev.weir.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many clients wait because the server of a {@link NodePool} is away, and did since that began.
 * Any thread may ask and count.
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

    /** One more waits. */
    void enters() {
        ofAllPools.incrementAndGet();
        now.incrementAndGet();
        total.incrementAndGet();
    }

    /** One waits no more, or for something else. */
    void leaves() {
        int left = now.decrementAndGet();
        assert left >= 0 : left;
        ofAllPools.decrementAndGet();
    }

    int now() {
        return now.get();
    }

    /** How many there have been since this was asked last. */
    int takeTotal() {
        return total.getAndSet(now.get());
    }
}
