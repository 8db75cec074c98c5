package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.pool.Gate.Cause;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who waits for the primary while it is not to be used, and who does not. */
@NullMarked
final class PrimaryGateTest {
    private static final String NODES = "app = nodes=10.0.0.1,10.0.0.2";

    private static void close(PoolRig rig, Cause cause) {
        rig.pools().gates().closePrimary(PoolRig.DATABASE, cause, Gate.NO_DEADLINE);
        rig.run();
    }

    private static void open(PoolRig rig, Cause cause) {
        rig.pools().gates().openPrimary(PoolRig.DATABASE, cause);
        rig.run();
    }

    @ParameterizedTest
    @EnumSource(names = {"HOLD", "DRAIN", "SUSPECT"})
    void idleConnectionsToThePrimaryAreKeptAndReadsGoOn(Cause cause) {
        PoolRig rig = PoolRig.with(NODES, "query_wait_timeout = 1");
        Client idle = rig.client().asks();
        ScriptedServer primary = rig.open();
        idle.returns();
        close(rig, cause);
        Client first = rig.client().asks();
        Client second = rig.client().asks();
        Client reader = rig.client().asks(1);
        rig.open();
        assertThat(reader.isServed()).isTrue();
        rig.pass(5_000);
        assertThat(first.waits()).as("its time stands still").isTrue();
        assertThat(primary.isLeft()).isFalse();
        open(rig, cause);
        assertThat(first.isServed()).isTrue();
        assertThat(first.server()).isSameAs(primary.connection());
        first.returns();
        assertThat(second.isServed()).isTrue();
    }

    @Test
    void theOneServerThereIsCanBeHeldToo() {
        PoolRig rig = PoolRig.of();
        Client idle = rig.client().asks();
        rig.open();
        idle.returns();
        close(rig, Cause.HOLD);
        Client waiting = rig.client().asks();
        assertThat(waiting.waits()).isTrue();
        open(rig, Cause.HOLD);
        assertThat(waiting.isServed()).isTrue();
    }

    @Test
    void blocksStandAsideAndAreThenServedWhereTheyCame() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        Client idle = rig.client().asks();
        rig.open();
        idle.returns();
        close(rig, Cause.DRAIN_BLOCKS);
        Client block = rig.client().isSession().asks();
        Client single = rig.client().asks();
        assertThat(block.waits()).isTrue();
        assertThat(single.isServed()).isTrue();
        Client later = rig.client().asks();
        close(rig, Cause.DRAIN);
        open(rig, Cause.DRAIN_BLOCKS);
        single.returns();
        assertThat(later.waits()).isTrue();
        open(rig, Cause.DRAIN);
        assertThat(block.isServed()).as("it came before the other").isTrue();
        assertThat(later.waits()).isTrue();
    }

    @Test
    void whoStandsAsideMayLeave() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        Client idle = rig.client().asks();
        rig.open();
        idle.returns();
        close(rig, Cause.DRAIN_BLOCKS);
        Client gone = rig.client().isSession().asks();
        Client block = rig.client().isSession().asks();
        gone.shard().forget(gone);
        open(rig, Cause.DRAIN_BLOCKS);
        assertThat(block.isServed()).isTrue();
    }

    @Test
    void theNextPrimaryIsBehindTheSameGate() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 9");
        for (int i = 0; i < 6; i++) {
            rig.client().asks();
            rig.open();
        }
        close(rig, Cause.HOLD);
        Client waiting = rig.client().asks();
        for (int i = 0; i < 8; i++) {
            rig.client().asks();
        }
        rig.promote(1);
        assertThat(rig.opener().pending()).isZero();
        open(rig, Cause.HOLD);
        assertThat(rig.opener().pending()).as("step by step").isEqualTo(4);
        rig.open();
        assertThat(waiting.isServed()).isTrue();
        assertThat(waiting.server().target().address().host()).isEqualTo("10.0.0.2");
    }

    @Test
    void aSuspicionEndsByItself() {
        PoolRig rig = PoolRig.with(NODES);
        Client idle = rig.client().asks();
        rig.open();
        idle.returns();
        long deadline = rig.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        rig.pools().gates().closePrimary(PoolRig.DATABASE, Cause.SUSPECT, deadline);
        rig.run();
        Client waiting = rig.client().asks();
        assertThat(waiting.waits()).isTrue();
        rig.pass(1_500);
        assertThat(waiting.isServed()).isTrue();
    }
}
