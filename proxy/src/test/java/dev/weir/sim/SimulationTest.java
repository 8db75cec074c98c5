package dev.weir.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Some worlds from fixed seeds; {@code ./dev sim} looks at more of them. */
@NullMarked
final class SimulationTest {
    private static final long STEPS = 100_000;

    private final Sim sim = new Sim(false);

    @AfterEach
    void close() {
        sim.close();
    }

    @Test
    void nothingGoesWrongInSomeWorlds() {
        assertThat(sim.run(1, STEPS)).isGreaterThanOrEqualTo(STEPS);
    }

    @Test
    void aSeedMakesTheSameStepsEveryTime() {
        sim.run(7, 30_000);
        long once = sim.trace();
        var again = new Sim(false);
        try {
            again.run(7, 30_000);
            assertThat(again.trace()).isEqualTo(once);
        } finally {
            again.close();
        }
    }
}
