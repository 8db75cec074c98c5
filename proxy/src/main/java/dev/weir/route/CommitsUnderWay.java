package dev.weir.route;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the commits that are in progress, so that a read can wait for those that were when it
 * came, and not for those that follow. Any thread.
 */
final class CommitsUnderWay {
    /*
     * Commits are counted by eras, of which two can have some: this one and the one before. A new
     * era begins when nothing is left of the one before:
     *
     *     era      n-1       n       n+1      n+2      n+3
     *           ─commits──┐
     *                  ─commits──────────┐
     *                      ▲ a read comes in n: it waits for n+3
     *
     * Whoever begins era n+1 may have looked before the read came; who begins n+2 and n+3 has not,
     * and these have seen nothing left of n, and of what n-1 and n+1 share. A commit that has
     * looked at the era and not been counted yet may be missed: it has not been sent then, and
     * nobody can have heard of it.
     */

    /** After this many eras, everything that was in progress is over. */
    private static final int ERAS = 3;

    private final AtomicInteger era = new AtomicInteger();
    private final AtomicInteger even = new AtomicInteger();
    private final AtomicInteger odd = new AtomicInteger();

    private AtomicInteger of(int when) {
        return (when & 1) == 0 ? even : odd;
    }

    int era() {
        return era.get();
    }

    /** A commit is about to be sent; returns its era, for {@link #end}. */
    int begin() {
        int now = era.get();
        of(now).incrementAndGet();
        return now;
    }

    void end(int begun) {
        of(begun).decrementAndGet();
    }

    /** Whether all commits that were in progress in era {@code then} are over. */
    boolean isOverSince(int then) {
        if (even.get() == 0 && odd.get() == 0) {
            return true;
        }
        while (era.get() - then < ERAS) {
            int now = era.get();
            if (of(now + 1).get() > 0) {
                return false;
            }
            era.compareAndSet(now, now + 1);
        }
        return true;
    }
}
