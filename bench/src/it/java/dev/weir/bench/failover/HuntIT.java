package dev.weir.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.failover.Scene.Shape;
import dev.weir.pgkit.PgVersion;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Servers crash and change their roles, and every client knows what became of its work. */
final class HuntIT {
    private static final long SECONDS = Boolean.getBoolean("weir.soak") ? 600 : 0;

    private final long seed = Long.getLong("weir.seed", System.nanoTime());

    @Test
    void whatClientsOfOneServerAreToldIsTrue() throws InterruptedException {
        PgVersion version = PgVersion.V15.available() ? PgVersion.V15 : PgVersion.V18;
        hunt(Shape.HOST, version, List.of(Crash.TERMINATE, Crash.RESTART, Crash.KILL));
    }

    @Test
    void whatClientsOfAClusterAreToldIsTrue() throws InterruptedException {
        hunt(
                Shape.NODES,
                PgVersion.V18,
                List.of(Crash.SWITCHOVER, Crash.LAGGING, Crash.FREEZE_PROMOTE));
    }

    private void hunt(Shape shape, PgVersion version, List<Crash> brief)
            throws InterruptedException {
        List<Crash> crashes = SECONDS == 0 ? brief : Crash.of(shape);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        var hunt = new Hunt(shape, version, seed);
        hunt.run(crashes, until);
        assertThat(hunt.findings()).as("seed " + seed).isEmpty();
        assertThat(hunt.rows()).isPositive();
        assertThat(hunt.results()).hasSize(crashes.size());
    }
}
