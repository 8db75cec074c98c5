package dev.weir.pgkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link Link}, for all its connections: what happens to the bytes.
 *
 * <p>Every setting may be changed at any time by any thread, and applies to the chunks read after
 * that.
 */
public final class Flow {
    /** Changes a chunk: returns the bytes to forward instead, or null for none. */
    @FunctionalInterface
    public interface Change {
        byte @Nullable [] apply(byte[] chunk);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition going = lock.newCondition();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong allowance = new AtomicLong(Long.MAX_VALUE);
    private boolean stalled;
    private volatile Change change = chunk -> chunk;
    private volatile long delayNanos;
    private volatile boolean dribbles;

    Flow() {}

    /** Replaces every chunk as it is read; chunks end anywhere, not at the ends of messages. */
    public Flow change(Change change) {
        this.change = change;
        return this;
    }

    /** Forwards every chunk later by this delay, and in order, like a long line. */
    public Flow delay(Duration delay) {
        delayNanos = delay.toNanos();
        return this;
    }

    /** Whether to forward single bytes, one per write. */
    public Flow dribble(boolean on) {
        dribbles = on;
        return this;
    }

    /** Stops reading and forwarding until {@link #go}, so that the sender's window fills up. */
    public Flow stall() {
        lock.lock();
        try {
            stalled = true;
        } finally {
            lock.unlock();
        }
        return this;
    }

    public Flow go() {
        lock.lock();
        try {
            stalled = false;
            going.signalAll();
        } finally {
            lock.unlock();
        }
        return this;
    }

    /** Forwards this many more bytes, then cuts all connections of the link. */
    public Flow cutAfter(long count) {
        allowance.set(count);
        return this;
    }

    /** The number of bytes forwarded so far. */
    public long bytes() {
        return bytes.get();
    }

    void awaitGo() throws InterruptedException {
        lock.lock();
        try {
            while (stalled) {
                going.await();
            }
        } finally {
            lock.unlock();
        }
    }

    byte @Nullable [] apply(byte[] chunk) {
        return change.apply(chunk);
    }

    /** Returns the {@link System#nanoTime} at which a chunk read now must be forwarded. */
    long due() {
        return System.nanoTime() + delayNanos;
    }

    boolean dribbles() {
        return dribbles;
    }

    /**
     * Returns how many of {@code wanted} bytes may be forwarded; if fewer, the connections must
     * then be cut.
     */
    int take(int wanted) {
        long before = allowance.getAndUpdate(left -> left - Math.min(left, wanted));
        int taken = (int) Math.min(before, wanted);
        bytes.addAndGet(taken);
        return taken;
    }

    /** Whether the limit of {@link #cutAfter} has been reached; true once per limit. */
    boolean isExhausted() {
        return allowance.compareAndSet(0, Long.MAX_VALUE);
    }
}
