package dev.weir.sim;

import java.util.random.RandomGenerator;

/** All chance of a simulation: the same seed throws the same numbers (SplitMix64). */
final class Dice implements RandomGenerator {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    Dice(long seed) {
        state = mix(seed + GAMMA);
    }

    @Override
    public long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }

    /** A number from 0 to {@code bound - 1}. */
    int below(int bound) {
        return (int) ((nextLong() >>> 32) * bound >>> 32);
    }

    /** A number from {@code least} to {@code most}. */
    int between(int least, int most) {
        return least + below(most - least + 1);
    }

    /** True once in {@code times}. */
    boolean oneIn(int times) {
        return below(times) == 0;
    }

    boolean percent(int chance) {
        return below(100) < chance;
    }
}
