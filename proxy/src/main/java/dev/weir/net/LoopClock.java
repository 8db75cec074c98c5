package dev.weir.net;

/**
 * The time as one loop's housekeeping last saw it, a third of a second old at most: good enough for
 * timeouts, and free of a system call per transaction. Used on its loop only.
 */
public final class LoopClock {
    private long nanos = System.nanoTime();

    /** Comparable with {@link System#nanoTime}. */
    public long nanos() {
        return nanos;
    }

    /** Called by the loop's housekeeping. */
    public void advance() {
        nanos = System.nanoTime();
    }
}
