package dev.weir.net;

import io.netty.channel.EventLoop;

/**
 * The time when one loop's housekeeping last ran, at most a third of a second ago: good enough for
 * timeouts, and without a system call per transaction. Used on its loop only.
 */
public final class LoopClock {
    private final EventLoop loop;
    private long nanos;

    public LoopClock(EventLoop loop) {
        this.loop = loop;
        this.nanos = exactNanos();
    }

    /** Comparable with {@link LoopOwned#nanoTime}. */
    public long nanos() {
        return nanos;
    }

    /** The same, read now. */
    public long exactNanos() {
        return loop.ticker().nanoTime();
    }

    /** Called by the loop's housekeeping. */
    public void advance() {
        nanos = exactNanos();
    }
}
