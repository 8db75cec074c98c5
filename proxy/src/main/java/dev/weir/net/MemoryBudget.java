package dev.weir.net;

import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory one kind of thing may take in this process. The loops count what they hold
 * without a lock: each takes grants from what is left, and returns those that it does not need.
 *
 * <p>It refuses nothing itself; whoever is about to hold more asks {@link Share#isFull}.
 */
public final class MemoryBudget {
    /*
     *   limit   |██████ loop 1 ██████|███ loop 2 ███|      left      |
     *            used ··· | < GRANT
     *
     * A loop that uses up its grant takes the next, and is full if there is none. What it holds
     * is counted all the same, beyond the limit if need be, so that the sum is never wrong.
     */
    private static final long GRANT = 64 * 1024;

    private final AtomicLong granted = new AtomicLong();
    private final Map<EventLoop, Share> shares = new IdentityHashMap<>();
    private volatile long limit;

    /**
     * @param limit in bytes
     * @param loops those that may hold something
     */
    public MemoryBudget(long limit, List<EventLoop> loops) {
        this.limit = limit;
        for (EventLoop loop : loops) {
            shares.put(loop, new Share(loop));
        }
    }

    public long limit() {
        return limit;
    }

    /** Changes the limit. What is held beyond it stays until it is given back. */
    public void limit(long bytes) {
        limit = bytes;
    }

    /** What is held, in bytes; each loop may hold up to 64 kB less. Any thread may ask. */
    public long used() {
        return granted.get();
    }

    /** The part of one loop. */
    public Share on(EventLoop loop) {
        Share share = shares.get(loop);
        if (share == null) {
            throw new IllegalArgumentException("a loop that is not ours: " + loop);
        }
        return share;
    }

    /** What one loop holds. */
    @LoopConfined
    public final class Share implements LoopOwned {
        private final EventLoop loop;
        private long used;
        private long mine;

        private Share(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        /**
         * Counts what is held from now on, or no longer.
         *
         * @param bytes negative for what was given up
         */
        public void add(long bytes) {
            assertInLoop();
            used += bytes;
            assert used >= 0 : used;
            if (used > mine || mine - used > GRANT || used == 0) {
                settle();
            }
        }

        /** Takes grants up to the next whole one, or returns those that are not needed. */
        private void settle() {
            long wanted = (used + GRANT - 1) / GRANT * GRANT;
            granted.addAndGet(wanted - mine);
            mine = wanted;
        }

        /** Whether all that may be held is held. */
        public boolean isFull() {
            assertInLoop();
            return granted.get() > limit;
        }
    }
}
