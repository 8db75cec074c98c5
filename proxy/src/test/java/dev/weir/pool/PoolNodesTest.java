package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Databases with nodes, and what changes under those who wait. */
@NullMarked
final class PoolNodesTest {
    private static final String NODES = "app = nodes=10.0.0.1,10.0.0.2,10.0.0.3";

    @Test
    void leasesFromThePrimaryUnlessANodeIsNamed() {
        PoolRig rig = PoolRig.with(NODES);
        rig.client().asks();
        rig.client().asks(2);
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.1");
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.3");
    }

    @Test
    void thePoolSizeIsThatOfEachNode() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        rig.client().asks();
        rig.client().asks();
        rig.client().asks(1);
        rig.client().asks(1);
        assertThat(rig.opener().pending()).isEqualTo(2);
    }

    @Test
    void waitsForAPrimaryAsLongAsNoneIsKnown() {
        PoolRig rig = PoolRig.with(NODES);
        rig.promote(-1);
        Client client = rig.client().asks();
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isZero();
        rig.promote(1);
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.2");
        assertThat(client.waits()).isTrue();
    }

    @Test
    void holdEndsTheWaitForAPrimaryThatIsNotKnown() {
        PoolRig rig = PoolRig.with(NODES, "hold = 3");
        rig.promote(-1);
        Client client = rig.client().asks();
        Client reader = rig.client().asks(2);
        rig.pass(2_500);
        assertThat(client.waits()).isTrue();
        rig.pass(1_000);
        assertThat(String.valueOf(client.refusal())).contains("57P03");
        assertThat(reader.refusal()).isNull();
        Client newcomer = rig.client().asks();
        rig.pass(600);
        assertThat(newcomer.waits()).isTrue();
        rig.pass(800);
        assertThat(newcomer.refusal()).isNotNull();
        Client last = rig.client().asks();
        rig.promote(1);
        assertThat(last.waits()).isTrue();
        assertThat(rig.opener().pending()).isPositive();
    }

    @Test
    void whoWaitsForThePrimaryFollowsItInOrder() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        rig.client().asks();
        rig.open();
        Client first = rig.client().asks();
        Client second = rig.client().asks(0);
        Client third = rig.client().asks();
        rig.promote(1);
        rig.open();
        assertThat(first.isServed()).isTrue();
        first.returns();
        assertThat(second.isServed()).isTrue();
        second.returns();
        assertThat(third.isServed()).isTrue();
    }

    @Test
    void aConnectionThatWasToAReplicaServesAtOnceOnceItIsThePrimary() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        Client reader = rig.client().asks(1);
        ScriptedServer replica = rig.open();
        reader.returns();
        rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        rig.promote(1);
        assertThat(waiting.isServed()).isTrue();
        assertThat(waiting.server()).isSameAs(replica.connection());
    }

    @Test
    void connectionsToTheOldPrimaryAreCutOffThoughTheyAreBusy() {
        PoolRig rig = PoolRig.with(NODES);
        Client idle = rig.client().asks();
        rig.client().asks();
        ScriptedServer one = rig.open();
        ScriptedServer two = rig.open();
        idle.returns();
        rig.promote(1);
        assertThat(one.connection().cutOff()).isNotNull();
        assertThat(two.connection().cutOff()).isNotNull();
    }

    /** It may be a moment's error: what runs there counts until there is another primary. */
    @Test
    void connectionsToAPrimaryThatIsNoneAnyMoreEndWhenTheyAreFree() {
        PoolRig rig = PoolRig.with(NODES);
        Client idle = rig.client().asks();
        Client busy = rig.client().asks();
        ScriptedServer one = rig.open();
        ScriptedServer two = rig.open();
        idle.returns();
        rig.promote(-1);
        assertThat(one.isLeft()).isTrue();
        assertThat(two.isLeft()).isFalse();
        busy.returns();
        assertThat(two.isLeft()).isTrue();
    }

    @Test
    void anOutageOfANodeIsNoneOfAnother() {
        PoolRig rig = PoolRig.with(NODES);
        Client onReplica = rig.client().asks(1);
        Client onPrimary = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.open();
        assertThat(onReplica.refusal()).isNotNull();
        assertThat(onPrimary.isServed()).isTrue();
        assertThat(rig.nodes().hints()).contains(1);
    }

    /** What answers at the address next may be another server: the node is to be checked first. */
    @Test
    void aConnectionThatEndsWithoutAWordIsReported() {
        PoolRig rig = PoolRig.with(NODES);
        rig.client().asks();
        rig.open().vanishes();
        rig.run();
        assertThat(rig.nodes().ends()).containsExactly(0);
    }

    @Test
    void whoWaitsForANodeThatIsTakenAwayWaitsForThePrimary() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        rig.client().asks(2);
        rig.open();
        Client waiting = rig.client().asks(2);
        rig.reload("app = nodes=10.0.0.1,10.0.0.2", "default_pool_size = 1");
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.1");
        assertThat(waiting.waits()).isTrue();
    }

    @Test
    void whoWaitsForANodeWaitsForTheHostThatTakesThePlaceOfAllNodes() {
        PoolRig rig = PoolRig.with(NODES, "default_pool_size = 1");
        rig.client().asks(2);
        rig.open();
        Client waiting = rig.client().asks(2);
        rig.reload("app = host=10.0.0.9", "default_pool_size = 1");
        assertThat(rig.open().connection().target().address().host()).isEqualTo("10.0.0.9");
        assertThat(waiting.isServed()).isTrue();
    }

    @Test
    void theMinimumIsKeptAtThePrimary() {
        PoolRig rig = PoolRig.with(NODES, "min_pool_size = 1");
        rig.client();
        rig.pass(400);
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.1");
    }

    @Test
    void replicationGoesToThePrimary() {
        PoolRig rig = PoolRig.with(NODES);
        rig.client().asks(1);
        rig.open();
        Client replication = rig.client().replicates().asks();
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.1");
        assertThat(replication.waits()).isTrue();
    }

    // --- RELOAD and the end of pools ----------------------------------------------------------

    @Test
    void anotherHostReplacesConnections() {
        PoolRig rig = PoolRig.of();
        Client idle = rig.client().asks();
        Client busy = rig.client().asks();
        ScriptedServer one = rig.open();
        ScriptedServer two = rig.open();
        idle.returns();
        rig.reload("app = host=10.0.0.9");
        assertThat(one.isLeft()).isTrue();
        assertThat(two.isLeft()).isFalse();
        busy.returns();
        assertThat(two.isLeft()).isTrue();
        rig.client().asks();
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.9");
    }

    @Test
    void whatIsBeingOpenedToTheOldHostIsOfNoUse() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.reload("app = host=10.0.0.9");
        rig.opener().next().isUnreachable();
        rig.run();
        assertThat(client.waits()).isTrue();
        assertThat(rig.opener().next().target().address().host()).isEqualTo("10.0.0.9");
    }

    @Test
    void aConnectionToTheOldHostThatComesLateIsClosed() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.reload("app = host=10.0.0.9");
        assertThat(rig.open().isLeft()).isTrue();
        assertThat(client.waits()).isTrue();
    }

    @Test
    void aReloadThatChangesNothingKeepsConnections() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.returns();
        rig.reload("app = host=10.0.0.1", "default_pool_size = 7");
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void reconnectReplacesConnections() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client holder = rig.client().asks();
        ScriptedServer server = rig.open();
        rig.pools().reconnect(PoolRig.DATABASE);
        rig.run();
        assertThat(server.isLeft()).isFalse();
        holder.returns();
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void aPoolOfARemovedDatabaseIsForgottenOnceItIsEmpty() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.open();
        rig.reload("other = host=10.0.0.1");
        assertThat(client.shard().pool().isRemoved()).isTrue();
        client.returns();
        client.leaves();
        rig.closeLeft();
        rig.pass(700);
        assertThat(rig.pools().all()).isEmpty();
        assertThat(rig.pools().enter(PoolRig.DATABASE, PoolRig.USER)).isNull();
    }

    @Test
    void anEmptyPoolIsForgottenInItsTime() {
        PoolRig rig = PoolRig.of("pool_idle_timeout = 10", "server_idle_timeout = 1");
        Client client = rig.client().asks();
        rig.open();
        client.returns();
        client.leaves();
        rig.pass(2_000);
        rig.closeLeft();
        rig.pass(9_000);
        assertThat(rig.pools().all()).hasSize(1);
        rig.pass(2_000);
        assertThat(rig.pools().all()).isEmpty();
        assertThat(rig.client().asks().waits()).as("a new one").isTrue();
    }

    @Test
    void pinsAreLimited() {
        PoolRig rig = PoolRig.of("default_pool_size = 3", "max_pinned = 1");
        ClientPool pool = rig.client().shard().pool();
        assertThat(pool.places().tryTake()).isTrue();
        assertThat(pool.places().tryTake()).isFalse();
        pool.places().free();
        assertThat(pool.places().tryTake()).isTrue();
    }

    @Test
    void whatIsPinnedAlreadyMayExceedTheLimitUpToTheSizeOfThePool() {
        PoolRig rig = PoolRig.of("default_pool_size = 2", "max_pinned = 1");
        ClientPool pool = rig.client().shard().pool();
        assertThat(pool.places().tryTake()).isTrue();
        assertThat(pool.places().tryTakeAhead()).isTrue();
        assertThat(pool.places().tryTakeAhead()).isFalse();
        pool.places().free();
        assertThat(pool.places().tryTake()).as("two less one is the limit").isFalse();
    }
}
