package dev.weir.pool;

import static dev.weir.backend.ScriptedOpener.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.pool.Gate.Cause;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each cause does to connections and to those who wait. */
@NullMarked
final class PoolGateTest {
    private static void close(PoolRig rig, Cause cause) {
        rig.pools().gates().close(PoolRig.DATABASE, cause);
        rig.run();
    }

    private static void open(PoolRig rig, Cause cause) {
        rig.pools().gates().open(PoolRig.DATABASE, cause);
        rig.run();
    }

    @ParameterizedTest
    @EnumSource(names = {"PAUSE", "HOLD", "DRAIN"})
    void whoAsksWaitsAndIsServedInOrderOnceItIsOpen(Cause cause) {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        close(rig, cause);
        Client first = rig.client().asks();
        Client second = rig.client().asks();
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isZero();
        assertThat(first.waits()).isTrue();
        open(rig, cause);
        rig.open();
        assertThat(first.isServed()).isTrue();
        first.returns();
        assertThat(second.isServed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"PAUSE", "HOLD", "DRAIN"})
    void whoHasAConnectionKeepsIt(Cause cause) {
        PoolRig rig = PoolRig.of();
        Client holder = rig.client().asks();
        rig.open();
        close(rig, cause);
        rig.pass(1_000);
        assertThat(holder.server().isOpen()).isTrue();
    }

    @Test
    void pauseClosesIdleConnectionsAndTheOthersWhenTheyComeBack() {
        PoolRig rig = PoolRig.of();
        Client idle = rig.client().asks();
        Client busy = rig.client().asks();
        ScriptedServer one = rig.open();
        ScriptedServer two = rig.open();
        idle.returns();
        close(rig, Cause.PAUSE);
        assertThat(one.isLeft()).isTrue();
        assertThat(two.isLeft()).isFalse();
        busy.returns();
        assertThat(two.isLeft()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"HOLD", "DRAIN"})
    void connectionsStayAndServeOnceItIsOpen(Cause cause) {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        ScriptedServer server = rig.open();
        close(rig, cause);
        holder.returns();
        Client waiting = rig.client().asks();
        assertThat(server.isLeft()).isFalse();
        assertThat(waiting.waits()).isTrue();
        open(rig, cause);
        assertThat(waiting.isServed()).as("by the idle connection").isTrue();
    }

    @Test
    void pauseMakesUselessWhatIsBeingOpened() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        close(rig, Cause.PAUSE);
        ScriptedServer late = rig.open();
        assertThat(late.isLeft()).isTrue();
        assertThat(client.waits()).isTrue();
    }

    @Test
    void whoWaitsDuringAPauseTimesOut() {
        PoolRig rig = PoolRig.of("query_wait_timeout = 2");
        close(rig, Cause.PAUSE);
        Client client = rig.client().asks();
        rig.pass(2_500);
        assertThat(client.refusal()).extracting("text").isEqualTo("query_wait_timeout");
    }

    @ParameterizedTest
    @EnumSource(names = {"HOLD", "DRAIN"})
    void theTimeOfThoseWhoAreHeldStandsStill(Cause cause) {
        PoolRig rig = PoolRig.of("default_pool_size = 1", "query_wait_timeout = 5");
        Client holder = rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        rig.pass(2_000);
        close(rig, cause);
        rig.pass(60_000);
        assertThat(waiting.waits()).isTrue();
        open(rig, cause);
        rig.pass(2_000);
        assertThat(waiting.waits()).isTrue();
        rig.pass(2_000);
        assertThat(waiting.refusal()).isNotNull();
        assertThat(holder.isServed()).isTrue();
    }

    @Test
    void nobodyIsRefusedForAnOutageWhileItHolds() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        close(rig, Cause.HOLD);
        rig.opener().next().isUnreachable();
        rig.run();
        assertThat(client.waits()).isTrue();
        rig.pass(5_000);
        open(rig, Cause.HOLD);
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void anOutageIsToldOnceItHoldsNoMore() {
        PoolRig rig = PoolRig.of("server_login_retry = 15", "hold = 0");
        Client client = rig.client().asks();
        close(rig, Cause.HOLD);
        rig.opener().next().isUnreachable();
        open(rig, Cause.HOLD);
        assertThat(client.refusal()).isEqualTo(UNREACHABLE.refusal());
    }

    @Test
    void shutdownRefusesThoseWhoWaitAndThoseWhoCome() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        ScriptedServer server = rig.open();
        Client waiting = rig.client().asks();
        rig.pools().gates().close(null, Cause.SHUTDOWN);
        rig.run();
        assertThat(waiting.refusal()).extracting("sqlState").isEqualTo("57P01");
        assertThat(rig.client().asks().refusal()).extracting("sqlState").isEqualTo("57P01");
        assertThat(server.isLeft()).isFalse();
        holder.returns();
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void disableIsNoticedByNobodyWhoIsHere() {
        PoolRig rig = PoolRig.of();
        close(rig, Cause.DISABLE);
        Client client = rig.client().asks();
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void itOpensWhenTheLastOfSeveralCausesIsGone() {
        PoolRig rig = PoolRig.of();
        close(rig, Cause.PAUSE);
        close(rig, Cause.HOLD);
        rig.pools().gates().close(null, Cause.DRAIN);
        Client client = rig.client().asks();
        open(rig, Cause.PAUSE);
        open(rig, Cause.HOLD);
        assertThat(rig.opener().pending()).isZero();
        rig.pools().gates().open(null, Cause.DRAIN);
        rig.run();
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void itOpensAtItsDeadline() {
        PoolRig rig = PoolRig.of();
        long deadline = rig.nanoTime() + 3_000_000_000L;
        rig.pools().gates().close(PoolRig.DATABASE, PoolKey.NO_NODE, Cause.HOLD, deadline);
        Client client = rig.client().asks();
        rig.pass(2_900);
        assertThat(rig.opener().pending()).isZero();
        rig.pass(500);
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void anotherDatabaseGoesOn() {
        PoolRig rig = PoolRig.with("app = host=10.0.0.1\nother = host=10.0.0.1");
        close(rig, Cause.PAUSE);
        Client client = rig.client("other", "bob").asks();
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void aPoolThatIsMadeBehindAClosedGateIsClosed() {
        PoolRig rig = PoolRig.of();
        rig.pools().gates().close(null, Cause.PAUSE);
        assertThat(rig.client().asks().waits()).isTrue();
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void theMinimumIsNotKeptBehindAClosedGate() {
        PoolRig rig = PoolRig.of("min_pool_size = 1");
        close(rig, Cause.PAUSE);
        rig.client();
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isZero();
        open(rig, Cause.PAUSE);
        rig.pass(400);
        assertThat(rig.opener().pending()).isEqualTo(1);
    }

    @Test
    void theGateOfANodeClosesThatNodeAlone() {
        PoolRig rig = PoolRig.with("app = nodes=10.0.0.1,10.0.0.2");
        rig.pools().gates().close(PoolRig.DATABASE, 0, Cause.HOLD, Gate.NO_DEADLINE);
        rig.run();
        Client onPrimary = rig.client().asks();
        Client onReplica = rig.client().asks(1);
        assertThat(rig.opener().pending()).isEqualTo(1);
        rig.open();
        assertThat(onReplica.isServed()).isTrue();
        assertThat(onPrimary.waits()).isTrue();
        rig.pools().gates().open(PoolRig.DATABASE, 0, Cause.HOLD);
        rig.run();
        rig.open();
        assertThat(onPrimary.isServed()).isTrue();
    }
}
