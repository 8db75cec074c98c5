package dev.weir.net;

import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A limit on the memory for one purpose in this process. The loops count what they hold without a
 * lock: each takes grants from what is left, and returns those that it does not need.
 *
 * <p>It refuses nothing itself; callers check {@link Share#isFull} before they hold more.
 */
public final class MemoryBudget {
    /*
     *   limit   |██████ loop 1 ██████|███ loop 2 ███|      left      |
     *            used ··· | < GRANT
     *
     * A loop that uses up its grant takes another, and is full if there is none. What it holds is
     * still counted, even beyond the limit, so that the sum is never wrong.
     */
    private static final long GRANT = 64 * 1024;

    private final AtomicLong granted = new AtomicLong();
    private final Map<EventLoop, Share> shares = new IdentityHashMap<>();
    private volatile long limit;

    /**
     * @param limit in bytes
     * @param loops the loops that may hold memory
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

    /** The memory held, in bytes; each loop may hold up to 64 kB less. Thread-safe. */
    public long used() {
        return granted.get();
    }

    /** The share of one loop. */
    public Share on(EventLoop loop) {
        Share share = shares.get(loop);
        if (share == null) {
            throw new IllegalArgumentException("a loop that is not ours: " + loop);
        }
        return share;
    }

    /** The memory that one loop holds. */
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
         * Counts memory that is now held, or no longer held.
         *
         * @param bytes negative for memory that was released
         */
        public void add(long bytes) {
            assertInLoop();
            used += bytes;
            assert used >= 0 : used;
            if (used > mine || mine - used > GRANT || used == 0) {
                settle();
            }
        }

        /** Takes as many whole grants as needed, or returns those that are not. */
        private void settle() {
            long wanted = (used + GRANT - 1) / GRANT * GRANT;
            granted.addAndGet(wanted - mine);
            mine = wanted;
        }

        /** Whether the loop may hold no more. */
        public boolean isFull() {
            assertInLoop();
            return granted.get() > limit;
        }
    }
}
