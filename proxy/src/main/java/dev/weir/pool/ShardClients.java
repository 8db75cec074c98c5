package dev.weir.pool;

import java.util.concurrent.atomic.AtomicInteger;

/** How many clients live on a shard. Updated by the loops on which clients log in and leave. */
final class ShardClients {
    private final AtomicInteger count = new AtomicInteger();

    int get() {
        return count.get();
    }

    void incrementAndGet() {
        count.incrementAndGet();
    }

    void decrementAndGet() {
        count.decrementAndGet();
    }
}
