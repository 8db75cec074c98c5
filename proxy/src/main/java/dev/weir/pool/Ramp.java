package dev.weir.pool;

import java.util.concurrent.TimeUnit;

/**
 * How a pool grows once its server is back: a few connections at first, twice as many every 100 ms,
 * so that a server that has just started is not asked for all of them at once.
 *
 * @param beginNanos when the first connection was opened
 * @param size how many connections there were then, with that one
 */
record Ramp(long beginNanos, int size) {
    /** How many connections may be new at first. */
    private static final int FIRST = 4;

    /** How long it takes until they may be twice as many. */
    static final long STEP_MILLIS = 100;

    /** After so many steps there is no limit any more. */
    private static final int STEPS = 10;

    /** How many connections there may be. */
    int most(long nowNanos) {
        long steps = TimeUnit.NANOSECONDS.toMillis(nowNanos - beginNanos) / STEP_MILLIS;
        return steps >= STEPS ? Integer.MAX_VALUE : size - 1 + (FIRST << (int) steps);
    }
}
