package dev.weir.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections of one kind there may be, over all loops. Taken before a connection is
 * opened and given back only when its socket is gone, so the limit holds at every moment.
 */
public final class Permits {
    private final AtomicInteger used = new AtomicInteger();

    /**
     * Takes a permit; false if all are taken.
     *
     * @param limit how many there may be, including this one; 0 = no limit
     */
    public boolean tryTake(int limit) {
        while (true) {
            int now = used.get();
            if (limit > 0 && now >= limit) {
                return false;
            }
            if (used.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    public void free() {
        int left = used.decrementAndGet();
        assert left >= 0;
    }

    public int used() {
        return used.get();
    }
}
