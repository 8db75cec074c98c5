package dev.weir.net;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * Random numbers that need not be secret: how much earlier a lifetime ends, which of several
 * replicas comes first. Passed as a {@link RandomGenerator}, so that a test can use a seed.
 * Thread-safe.
 */
public final class Chance implements RandomGenerator {
    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }
}
