package dev.weir.sim;

import org.jspecify.annotations.Nullable;

/** Something that must never be was; the seed and the step lead there again. */
final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long seed;
    private final long step;

    SimulationFailure(long seed, long step, String what, @Nullable Throwable cause) {
        super("seed " + seed + ", step " + step + ": " + what, cause);
        this.seed = seed;
        this.step = step;
    }

    long seed() {
        return seed;
    }

    long step() {
        return step;
    }
}
