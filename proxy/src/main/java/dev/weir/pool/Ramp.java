package dev.weir.pool;

import java.util.concurrent.TimeUnit;

/**
 * How a pool grows once its server is back: a few connections at first, twice as many every 100 ms,
 * so that a server that has just started does not get all of them at once.
 *
 * @param beginNanos when the first connection was opened
 * @param size how many connections there were then, including that one
 */
record Ramp(long beginNanos, int size) {
    /** How many new connections there may be at first. */
    private static final int FIRST = 4;

    /** The interval at which that number doubles. */
    static final long STEP_MILLIS = 100;

    /** After this many steps there is no limit any more. */
    private static final int STEPS = 10;

    /** How many connections there may be. */
    int most(long nowNanos) {
        long steps = TimeUnit.NANOSECONDS.toMillis(nowNanos - beginNanos) / STEP_MILLIS;
        return steps >= STEPS ? Integer.MAX_VALUE : size - 1 + (FIRST << (int) steps);
    }
}
