package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The ledger against a model of the server, over random conversations and random delays.
 *
 * <p>{@code -Dweir.seed=N} runs the conversation that failed, alone.
 */
final class LedgerProperties {
    private static final int CONVERSATIONS = 30_000;

    @Test
    void tellsAnObserverOfEachRequestOnce() {
        for (long seed = 0; seed < CONVERSATIONS / 10; seed++) {
            ModelRun run = new ModelRun(new SplittableRandom(seed)).observed();
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + "\n" + run, e);
            }
        }
    }

    @Test
    void agreesWithTheModelOfTheServer() {
        Long only = Long.getLong("weir.seed");
        if (only != null) {
            new ModelRun(new SplittableRandom(only)).run();
            return;
        }
        int uncertain = 0;
        int idle = 0;
        for (long seed = 0; seed < CONVERSATIONS; seed++) {
            ModelRun run = new ModelRun(new SplittableRandom(seed));
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("weir.seed=" + seed + "\n" + run, e);
            }
            uncertain += run.isUncertain() ? 1 : 0;
            idle += run.isIdle() ? 1 : 0;
        }
        assertThat(uncertain).isBetween(CONVERSATIONS / 50, CONVERSATIONS / 2);
        assertThat(idle).isGreaterThan(CONVERSATIONS / 5);
    }
}
