package dev.weir.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Some calls at each place; {@code ./dev sim --faults 1} tries all, and the long form some more.
 */
@NullMarked
final class FaultWalkTest {
    private static final int PER_PLACE = Boolean.getBoolean("weir.soak") ? 0 : 2;

    private final Sim sim = new Sim(false);

    @AfterEach
    void close() {
        sim.close();
    }

    @Test
    void aCallThatIsRefusedLeavesAllAsItWas() {
        var walk = new FaultWalk(sim);
        walk.walk(1, PER_PLACE);
        assertThat(walk.places()).containsExactly(Faults.Place.values());
        assertThat(walk.tried()).isGreaterThan(100);
    }
}
