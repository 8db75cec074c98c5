package dev.weir.app;

import dev.weir.net.Clock;
import dev.weir.net.Loops;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the garbage of the old generation before the heap grows for it.
 *
 * <p>The JVM's serial collector does so only when the whole heap is taken, which is a quarter of
 * the machine's memory: until then a process whose clients come and go would grow for days. See
 * docs/adr/0093-the-heap.md.
 */
final class HeapWatch {
    /** How often it looks. */
    private static final Duration PERIOD = Duration.ofSeconds(30);

    /** Less garbage is not worth a pause. */
    static final long GARBAGE_LEAST = 64L * 1024 * 1024;

    /** The old generation of the serial collector; others collect theirs by themselves. */
    private static final String OLD_GENERATION = "Tenured Gen";

    private static final Logger log = LoggerFactory.getLogger(HeapWatch.class);

    private final Supplier<Old> old;
    private final Runnable collection;
    private final Clock clock;

    /**
     * The old generation.
     *
     * @param used its size now, in bytes
     * @param live what was left of it by its last collection; 0 if there was none
     */
    record Old(long used, long live) {
        /** Whether there may be more garbage than what is in use, and enough to be collected. */
        boolean isDue() {
            return used - live > Math.max(GARBAGE_LEAST, live);
        }
    }

    HeapWatch(Supplier<Old> old, Runnable collection, Clock clock) {
        this.clock = clock;
        this.old = old;
        this.collection = collection;
    }

    /** Watches the heap of this process, if it can have that much garbage. */
    static void start(Loops loops, Clock clock) {
        if (Runtime.getRuntime().maxMemory() <= 2 * GARBAGE_LEAST) {
            return;
        }
        var watch = new HeapWatch(HeapWatch::read, System::gc, clock);
        long nanos = PERIOD.toNanos();
        loops.all()
                .getFirst()
                .scheduleAtFixedRate(
                        () -> Thread.startVirtualThread(watch::look),
                        nanos,
                        nanos,
                        TimeUnit.NANOSECONDS);
    }

    /** The old generation of this process; empty if another collector takes care of it. */
    static Old read() {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals(OLD_GENERATION)) {
                return new Old(pool.getUsage().getUsed(), pool.getCollectionUsage().getUsed());
            }
        }
        return new Old(0, 0);
    }

    /** Looks once. */
    void look() {
        Old before = old.get();
        if (!before.isDue()) {
            return;
        }
        long begun = clock.nanoTime();
        collection.run();
        log.info(
                "heap_collected before={} after={} duration={}ms",
                before.used(),
                old.get().used(),
                TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - begun));
    }
}
