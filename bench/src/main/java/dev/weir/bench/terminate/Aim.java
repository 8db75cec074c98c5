package dev.weir.bench.terminate;

import java.util.Random;

/**
 * When to terminate a statement, so that it is hit about its commit: later if the last was stopped
 * before it, earlier if it was too late. So about half of all are hit on either side, next to the
 * moment that matters.
 */
final class Aim {
    private static final double STEP = 0.08;
    private static final double MOST_NANOS = 50e6;

    private final Random random;
    private double nanos = 200_000;

    Aim(long seed) {
        random = new Random(seed);
    }

    /** How long after a statement was sent the next one is to be hit, in nanoseconds. */
    long next() {
        return (long) (nanos * (1 + random.nextGaussian() * 0.15));
    }

    void hit(Outcome outcome) {
        boolean isEarly = outcome == Outcome.STOPPED;
        nanos = Math.clamp(nanos * (isEarly ? 1 + STEP : 1 - STEP), 1_000, MOST_NANOS);
    }
}
