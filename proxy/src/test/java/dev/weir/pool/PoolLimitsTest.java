package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** How many connections there may be, and for how long. */
@NullMarked
final class PoolLimitsTest {
    private static List<Client> asking(PoolRig rig, int count) {
        var clients = new ArrayList<Client>();
        for (int i = 0; i < count; i++) {
            clients.add(rig.client().asks());
        }
        return clients;
    }

    @Test
    void opensNoMoreThanThePoolMayHave() {
        PoolRig rig = PoolRig.of("default_pool_size = 2");
        asking(rig, 5);
        assertThat(rig.opener().pending()).isEqualTo(2);
        rig.open();
        rig.open();
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void opensNoMoreThanClientsWait() {
        PoolRig rig = PoolRig.of();
        asking(rig, 3);
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isEqualTo(3);
    }

    @Test
    void aConnectionCountsUntilTheServerHasClosedIt() {
        PoolRig rig = PoolRig.of("default_pool_size = 1", "server_lifetime = 0");
        Client first = rig.client().asks();
        ScriptedServer server = rig.open();
        Client next = rig.client().asks();
        first.returns();
        assertThat(server.isLeft()).as("used once").isTrue();
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isZero();
        server.vanishes();
        rig.run();
        rig.open();
        assertThat(next.isServed()).isTrue();
    }

    @Test
    void theReserveOpensForThoseWhoWaitedForLong() {
        PoolRig rig =
                PoolRig.of(
                        "default_pool_size = 1",
                        "reserve_pool_size = 1",
                        "reserve_pool_timeout = 3");
        rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        rig.pass(2_900);
        assertThat(rig.opener().pending()).isZero();
        rig.pass(500);
        rig.open();
        assertThat(waiting.isServed()).isTrue();
        rig.client().asks();
        rig.pass(4_000);
        assertThat(rig.opener().pending()).as("no more than the reserve").isZero();
    }

    @Test
    void whatTheReserveBroughtIsClosedWhenItIsIdle() {
        PoolRig rig =
                PoolRig.of(
                        "default_pool_size = 1",
                        "reserve_pool_size = 1",
                        "reserve_pool_timeout = 1");
        Client one = rig.client().asks();
        rig.open();
        Client two = rig.client().asks();
        rig.pass(1_400);
        rig.open();
        one.returns();
        two.returns();
        rig.reload(
                "app = host=10.0.0.1",
                "default_pool_size = 1",
                "reserve_pool_size = 0",
                "reserve_pool_timeout = 1");
        rig.pass(400);
        rig.closeLeft();
        assertThat(rig.pools().all().iterator().next().size()).isEqualTo(1);
    }

    @Test
    void anIdleConnectionGivesWayToAnotherPoolOfItsDatabase() {
        PoolRig rig = PoolRig.of("max_db_connections = 1");
        Client first = rig.client("app", "amy").asks();
        ScriptedServer idle = rig.open();
        first.returns();
        Client other = rig.client("app", "bob").asks();
        rig.run();
        assertThat(idle.isLeft()).isTrue();
        assertThat(rig.opener().pending()).isZero();
        rig.closeLeft();
        rig.open();
        assertThat(other.isServed()).isTrue();
    }

    @Test
    void anIdleConnectionGivesWayToAnotherPoolOfItsUser() {
        PoolRig rig =
                PoolRig.with("a = host=10.0.0.1\nb = host=10.0.0.1", "max_user_connections = 1");
        Client first = rig.client("a", "amy").asks();
        rig.open();
        first.returns();
        Client other = rig.client("b", "amy").asks();
        rig.closeLeft();
        rig.open();
        assertThat(other.isServed()).isTrue();
    }

    @Test
    void aConnectionInUseGivesWayToNobody() {
        PoolRig rig = PoolRig.of("max_db_connections = 1");
        Client holder = rig.client("app", "amy").asks();
        ScriptedServer busy = rig.open();
        Client other = rig.client("app", "bob").asks();
        rig.pass(2_000);
        assertThat(busy.isLeft()).isFalse();
        assertThat(other.waits()).isTrue();
        holder.returns();
        rig.pass(400);
        rig.closeLeft();
        rig.open();
        assertThat(other.isServed()).isTrue();
    }

    @Test
    void keepsTheMinimumOnceThereIsAClient() {
        PoolRig rig = PoolRig.of("min_pool_size = 2");
        rig.pass(1_000);
        assertThat(rig.opener().pending()).isZero();
        rig.client();
        rig.pass(400);
        assertThat(rig.opener().pending()).isEqualTo(2);
        ScriptedServer one = rig.open();
        rig.open();
        one.vanishes();
        rig.pass(400);
        assertThat(rig.opener().pending()).as("what is lost is replaced").isEqualTo(1);
    }

    @Test
    void keepsTheMinimumWithoutAClientForADatabasesOwnUser() {
        PoolRig rig = PoolRig.with("app = host=10.0.0.1 user=bob", "min_pool_size = 1");
        rig.pass(400);
        assertThat(rig.opener().pending()).isEqualTo(1);
    }

    // --- age ----------------------------------------------------------------------------------

    @Test
    void aConnectionThatNobodyNeedsIsClosed() {
        PoolRig rig = PoolRig.of("server_idle_timeout = 10");
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.returns();
        rig.pass(9_900);
        assertThat(server.isLeft()).isFalse();
        rig.pass(600);
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void theMinimumIsNotClosedForBeingIdle() {
        PoolRig rig = PoolRig.of("server_idle_timeout = 1", "min_pool_size = 1");
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        client.returns();
        rig.pass(5_000);
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void oldConnectionsEndOneByOne() {
        PoolRig rig = PoolRig.of("server_lifetime = 100", "server_idle_timeout = 0");
        List<Client> clients = asking(rig, 3);
        clients.forEach(_ -> rig.open());
        clients.forEach(Client::returns);
        rig.pass(89_000);
        assertThat(rig.opener().servers()).noneMatch(ScriptedServer::isLeft);
        rig.pass(12_000);
        assertThat(rig.opener().servers()).allMatch(ScriptedServer::isLeft);
    }

    @Test
    void aConnectionThatIsTooOldIsNotLeasedAgain() {
        PoolRig rig = PoolRig.of("server_lifetime = 10", "server_idle_timeout = 0");
        Client client = rig.client().asks();
        ScriptedServer server = rig.open();
        rig.pass(11_000);
        client.returns();
        assertThat(server.isLeft()).isTrue();
    }

    // --- several loops ------------------------------------------------------------------------

    @Test
    void aPoolHasOneShardUntilItsClientsAreMany() {
        PoolRig rig = PoolRig.onLoops(2, "default_pool_size = 16");
        for (int i = 0; i < 32; i++) {
            rig.client();
        }
        ClientPool pool = rig.pools().all().iterator().next();
        assertThat(pool.shards()).hasSize(1);
        rig.client();
        assertThat(pool.shards()).hasSize(2);
        assertThat(pool.shards()).extracting(ClientShard::loop).doesNotHaveDuplicates();
    }

    @Test
    void permitsMoveToTheShardThatStarves() {
        PoolRig rig = PoolRig.onLoops(2, "default_pool_size = 16");
        var clients = new ArrayList<Client>();
        for (int i = 0; i < 40; i++) {
            clients.add(rig.client());
        }
        ClientShard first = clients.getFirst().shard();
        List<Client> here =
                clients.stream().filter(client -> client.shard() == first).limit(16).toList();
        here.forEach(Client::asks);
        here.forEach(_ -> rig.open());
        Client starving =
                clients.stream()
                        .filter(client -> client.shard() != first)
                        .findFirst()
                        .orElseThrow();
        starving.asks();
        assertThat(starving.waits()).isTrue();
        assertThat(rig.opener().pending()).as("the limit spans loops").isZero();
        here.getFirst().returns();
        rig.closeLeft();
        rig.open();
        assertThat(starving.isServed()).isTrue();
    }

    @Test
    void anIdleConnectionIsClosedForAShardThatStarves() {
        PoolRig rig = PoolRig.onLoops(2, "default_pool_size = 16");
        var clients = new ArrayList<Client>();
        for (int i = 0; i < 40; i++) {
            clients.add(rig.client());
        }
        ClientShard first = clients.getFirst().shard();
        List<Client> here =
                clients.stream().filter(client -> client.shard() == first).limit(16).toList();
        here.forEach(Client::asks);
        here.forEach(_ -> rig.open());
        here.forEach(Client::returns);
        Client starving =
                clients.stream()
                        .filter(client -> client.shard() != first)
                        .findFirst()
                        .orElseThrow();
        starving.asks();
        rig.closeLeft();
        rig.open();
        assertThat(starving.isServed()).isTrue();
    }

    @Test
    void aShardWhoseClientsWaitNoMoreDoesNotStarve() {
        PoolRig rig = PoolRig.onLoops(2, "default_pool_size = 16");
        var clients = new ArrayList<Client>();
        for (int i = 0; i < 40; i++) {
            clients.add(rig.client());
        }
        ClientShard first = clients.getFirst().shard();
        List<Client> here =
                clients.stream().filter(client -> client.shard() == first).limit(16).toList();
        here.forEach(Client::asks);
        here.forEach(_ -> rig.open());
        Client starving =
                clients.stream()
                        .filter(client -> client.shard() != first)
                        .findFirst()
                        .orElseThrow();
        starving.asks().forgets();
        here.forEach(Client::returns);
        rig.closeLeft();
        assertThat(first.servers()).as("kept").hasSize(16);
    }
}
