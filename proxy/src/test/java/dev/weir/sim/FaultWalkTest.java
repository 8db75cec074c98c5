package dev.weir.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.ManualPage;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Some calls at each place; {@code ./dev sim --faults 1} and the long form try all of them; with
 * {@code -Ddocs.update=true}, the long form writes docs/faults.md.
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
        assertThat(walk.failures()).isEmpty();
        assertThat(walk.places()).containsExactly(Faults.Place.values());
        assertThat(walk.tried()).isGreaterThan(100);
        if (PER_PLACE == 0 && Boolean.getBoolean("docs.update")) {
            ManualPage.hold("faults.md", walk.page(1));
        }
    }

    @Test
    void theManualTellsOfEveryPlace() {
        assertThat(ManualPage.path("faults.md"))
                .content()
                .contains(Arrays.stream(Faults.Place.values()).map(FaultWalk::rowOf).toList());
    }
}
