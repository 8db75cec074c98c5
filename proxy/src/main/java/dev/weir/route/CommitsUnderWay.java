package dev.weir.route;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the commits in progress, so that a read can wait for those that began before it, and not
 * for those that follow. Thread-safe.
 */
final class CommitsUnderWay {
    /*
     * Commits are counted by era. Only the current era and the previous one can have any. A new era
     * begins when none is left of the previous one:
     *
     *     era      n-1       n       n+1      n+2      n+3
     *           ─commits──┐
     *                  ─commits──────────┐
     *                      ▲ a read comes in n: it waits for n+3
     *
     * The thread that begins era n+1 may have looked before the read came; those that begin n+2 and
     * n+3 have not, and found none left of n, or of what n-1 and n+1 share. A commit that has read
     * the era but is not counted yet may be missed: it has not been sent then, so that no client
     * can know of it.
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
