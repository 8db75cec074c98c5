package dev.weir.net;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * Chance that need not be secret: how much earlier a lifetime ends, which of several replicas comes
 * first. Handed in as a {@link RandomGenerator}, so that a test can decide it by a seed. Any thread
 * may ask.
 */
public final class Chance implements RandomGenerator {
    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }
}
