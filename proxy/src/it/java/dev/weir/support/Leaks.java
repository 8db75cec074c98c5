package dev.weir.support;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

/** Makes Netty say which buffers were lost: it does so when it tracks one after a collection. */
final class Leaks {
    private static final long COLLECTION_MILLIS_MAX = 2_000;

    /** A collection costs more than many a test. */
    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private static final AtomicLong lastReport = new AtomicLong(System.nanoTime());

    private Leaks() {}

    /** Counts every buffer from now on. */
    static void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    /** When this returns, an ERROR line tells of each buffer that was lost before. */
    static void report() {
        for (int round = 0; round < 2; round++) {
            collect();
            ByteBufAllocator.DEFAULT.buffer(1).release();
            PooledByteBufAllocator.DEFAULT.buffer(1).release();
        }
    }

    /**
     * As {@link #report()}, but for tests that came within ten seconds: the next one tells of all.
     */
    static void reportNowAndThen() {
        long now = System.nanoTime();
        long last = lastReport.get();
        if (now - last > INTERVAL_NANOS && lastReport.compareAndSet(last, now)) {
            report();
        }
    }

    private static void collect() {
        var queue = new ReferenceQueue<Object>();
        var marker = new WeakReference<>(new Object(), queue);
        System.gc();
        try {
            if (queue.remove(COLLECTION_MILLIS_MAX) != marker) {
                throw new IllegalStateException("System.gc() collected nothing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
