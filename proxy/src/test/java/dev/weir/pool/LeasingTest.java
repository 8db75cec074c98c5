package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Who gets which connection, and what happens to it in between. */
@NullMarked
final class LeasingTest {
    @Test
    void opensAConnectionForTheFirstClientAndKeepsIt() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        assertThat(client.waits()).isTrue();
        rig.open();
        assertThat(client.isServed()).isTrue();
        client.returns();
        assertThat(client.asks().isServed()).as("served at once").isTrue();
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void servesThoseWhoWaitInTheOrderInWhichTheyCame() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        rig.open();
        Client first = rig.client().asks();
        Client second = rig.client().asks();
        Client third = rig.client().asks();
        holder.returns();
        assertThat(first.isServed()).isTrue();
        assertThat(second.waits()).isTrue();
        first.returns();
        assertThat(second.isServed()).isTrue();
        assertThat(third.waits()).isTrue();
    }

    @Test
    void nobodyOvertakesThoseWhoWait() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        holder.returns();
        assertThat(holder.asks().waits()).isTrue();
        assertThat(waiting.isServed()).isTrue();
    }

    @Test
    void whoIsForgottenIsPassedOver() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        rig.open();
        Client gone = rig.client().asks();
        Client next = rig.client().asks();
        gone.forgets();
        holder.returns();
        assertThat(gone.leases()).isZero();
        assertThat(next.isServed()).isTrue();
    }

    @Test
    void theConnectionThatWasUsedLastIsUsedFirst() {
        PoolRig rig = PoolRig.of();
        Client a = rig.client().asks();
        Client b = rig.client().asks();
        ScriptedServer one = rig.open();
        rig.open();
        b.returns();
        a.returns();
        assertThat(rig.client().asks().server()).isSameAs(one.connection());
    }

    @Test
    void roundRobinUsesTheOneThatRestedLongest() {
        PoolRig rig = PoolRig.of("server_round_robin = 1");
        Client a = rig.client().asks();
        Client b = rig.client().asks();
        rig.open();
        ScriptedServer two = rig.open();
        b.returns();
        a.returns();
        assertThat(rig.client().asks().server()).isSameAs(two.connection());
    }

    @Test
    void aConnectionThatTheNextDoesNotAcceptIsReplaced() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        ScriptedServer old = rig.open();
        Client picky = rig.client().acceptsNone().asks();
        holder.returns();
        assertThat(old.isLeft()).isTrue();
        assertThat(picky.waits()).isTrue();
        rig.closeLeft();
        assertThat(rig.opener().pending()).isEqualTo(1);
    }

    @Test
    void anIdleConnectionThatWillNotDoIsClosedAndAnotherOpened() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client first = rig.client().asks();
        ScriptedServer old = rig.open();
        first.returns();
        Client picky = rig.client().acceptsNone().asks();
        assertThat(old.isLeft()).isTrue();
        assertThat(rig.opener().pending()).as("the old one still counts").isZero();
        rig.closeLeft();
        assertThat(rig.opener().pending()).isEqualTo(1);
        assertThat(picky.waits()).isTrue();
    }

    @Test
    void aConnectionThatEndedMeanwhileIsNotLeased() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.returns();
        server.vanishes();
        assertThat(client.asks().waits()).isTrue();
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    // --- checks -------------------------------------------------------------------------------

    @Test
    void anIdleConnectionIsAskedFirstIfItRestedForLong() {
        PoolRig rig = PoolRig.of("server_check_query = select 1", "server_check_delay = 10");
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.returns();
        rig.pass(9_000);
        client.asks().returns();
        assertThat(server.received()).isEmpty();
        rig.pass(11_000);
        client.asks();
        assertThat(client.waits()).isTrue();
        assertThat(rig.opener().pending()).as("that one will come").isZero();
        assertThat(server.received()).isEqualTo("Qselect 1");
        server.succeeds();
        rig.run();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void aConnectionThatFailsItsCheckIsReplaced() {
        PoolRig rig = PoolRig.of("server_check_query = select 1", "server_check_delay = 1");
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.returns();
        rig.pass(2_000);
        client.asks();
        server.fails();
        rig.run();
        assertThat(server.isLeft()).isTrue();
        rig.pass(400);
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void aSessionsConnectionIsResetBeforeTheNextClientGetsIt() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client session = rig.client().isSession().asks();
        ScriptedServer server = rig.open();
        Client next = rig.client().asks();
        session.returns();
        assertThat(next.waits()).isTrue();
        assertThat(server.received()).isEqualTo("QDISCARD ALL");
        server.succeeds();
        rig.run();
        assertThat(next.isServed()).isFalse();
        assertThat(server.received()).startsWith("QSELECT pg_catalog.setseed(");
        server.succeeds();
        rig.run();
        assertThat(next.isServed()).isTrue();
    }

    @Test
    void aConnectionThatCannotBeResetIsClosed() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client session = rig.client().isSession().asks();
        ScriptedServer server = rig.open();
        session.returns();
        server.fails();
        rig.run();
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void aConnectionIsHeldWhileACancelIsInFlight() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client first = rig.client().asks();
        ScriptedServer server = rig.open();
        Client next = rig.client().asks();
        server.connection()
                .cancel(first.shard().pool().nodePools().getFirst().cancels(), 1_000, () -> {});
        first.returns();
        assertThat(next.waits()).isTrue();
        rig.endCancel(true);
        assertThat(next.isServed()).isTrue();
    }

    @Test
    void aConnectionWhoseCancelIsNotProvenOverIsClosed() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client first = rig.client().asks();
        ScriptedServer server = rig.open();
        server.connection()
                .cancel(first.shard().pool().nodePools().getFirst().cancels(), 1_000, () -> {});
        first.returns();
        rig.endCancel(false);
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void aConnectionThatIsLeftBehindCleanGoesToTheNext() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client gone = rig.client().asks();
        rig.open();
        Client next = rig.client().asks();
        gone.abandons();
        assertThat(next.isServed()).isTrue();
    }

    @Test
    void whatAVanishedClientAskedForIsWaitedForAsLongAsAQueryMayTake() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client gone = rig.client().asks();
        ScriptedServer server = rig.open();
        gone.server().inject("select pg_sleep(100)", new IgnoredQuery());
        gone.server().flush();
        gone.abandons(Duration.ofSeconds(10));
        rig.pass(9_900);
        assertThat(server.isLeft()).isFalse();
        rig.pass(200);
        assertThat(server.isLeft()).isTrue();
        assertThat(rig.cancels()).as("its query is cancelled").isEqualTo(1);
    }

    // --- waiting ------------------------------------------------------------------------------

    @Test
    void whoWaitsForTooLongIsRefused() {
        PoolRig rig = PoolRig.of("default_pool_size = 1", "query_wait_timeout = 5");
        rig.client().asks();
        rig.open();
        Client late = rig.client().asks();
        rig.pass(4_900);
        assertThat(late.waits()).isTrue();
        rig.pass(600);
        assertThat(late.refusal()).extracting("text").isEqualTo("query_wait_timeout");
    }

    @Test
    void whoWaitsForLongIsToldOnce() {
        PoolRig rig = PoolRig.of("default_pool_size = 1", "query_wait_notify = 2");
        rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        rig.pass(1_900);
        assertThat(waiting.notices()).isZero();
        rig.pass(5_000);
        assertThat(waiting.notices()).isEqualTo(1);
    }

    // --- a connection of one's own ------------------------------------------------------------

    @Test
    void replicationHasAConnectionOfItsOwn() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().replicates().asks();
        var attempt = rig.opener().next();
        assertThat(attempt.target().parameters()).containsEntry("replication", "true");
        attempt.succeeds();
        rig.run();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void replicationTakesTheSlotOfAnIdleConnection() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client client = rig.client().asks();
        ScriptedServer idle = rig.open();
        client.returns();
        Client replication = rig.client().replicates().asks();
        assertThat(replication.waits()).isTrue();
        assertThat(idle.isLeft()).isTrue();
        rig.closeLeft();
        rig.open();
        assertThat(replication.isServed()).isTrue();
    }

    @Test
    void aConnectionThatNoWipeCleansIsClosedBeforeAnotherGetsIt() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.lease().stain(7);
        client.lease().outlivesWipe();
        client.returns();
        rig.client().asks();
        assertThat(server.isLeft()).isTrue();
        assertThat(server.received()).doesNotContain("RESET");
    }

    @Test
    void anIdleConnectionIsNoneOfItsOwn() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.open();
        client.returns();
        assertThat(rig.client().replicates().asks().waits()).isTrue();
    }

    @Test
    void aConnectionOfSomebodyWhoIsGoneIsClosed() {
        PoolRig rig = PoolRig.of();
        Client replication = rig.client().replicates().asks();
        replication.forgets();
        ScriptedServer server = rig.open();
        assertThat(server.isLeft()).isTrue();
        assertThat(replication.leases()).isZero();
    }

    @Test
    void aRefusalOfItsOwnConnectionRefusesNobodyElse() {
        PoolRig rig = PoolRig.of();
        Client replication = rig.client().replicates().asks();
        Client other = rig.client().asks();
        rig.opener().next().isRefused();
        rig.run();
        assertThat(replication.refusal()).isNotNull();
        assertThat(other.waits()).isTrue();
    }
}
