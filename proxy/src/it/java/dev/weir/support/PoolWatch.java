package dev.weir.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.Weir;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.NodePool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What the pools of a Weir hold at a moment, as their loops say, and waiting for a change. */
record PoolWatch(Weir weir) {
    /** How long everything may take to come to rest once the clients are gone. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(5);

    /** What all pools together count. */
    Readings counts() {
        return Readings.sum(weir.pools().all().stream().map(PoolWatch::counts).toList());
    }

    private static Readings counts(ClientPool pool) {
        Readings sum = Readings.ZERO;
        for (ClientShard shard : pool.shards()) {
            sum = sum.plus(shard.loop().submit(shard::read).syncUninterruptibly().getNow());
        }
        return sum;
    }

    int servers() {
        return weir.pools().all().stream().mapToInt(ClientPool::size).sum();
    }

    /** By database, the connections of this user's pool to the node that has most. */
    Map<String, Integer> connectionsOf(String user) {
        return weir.pools().all().stream()
                .filter(pool -> pool.key().user().equals(user) && pool.size() > 0)
                .collect(Collectors.toMap(pool -> pool.key().database(), PoolWatch::mostOnANode));
    }

    private static int mostOnANode(ClientPool pool) {
        return pool.nodePools().stream().mapToInt(NodePool::size).max().orElse(0);
    }

    int clients() {
        return weir.pools().all().stream().mapToInt(ClientPool::clients).sum();
    }

    long leases(int node) {
        return weir.pools().all().stream()
                .flatMap(pool -> pool.shards().stream())
                .mapToLong(shard -> leases(shard, node))
                .sum();
    }

    private static long leases(ClientShard shard, int node) {
        return shard.loop().submit(() -> leasesHere(shard, node)).syncUninterruptibly().getNow();
    }

    private static long leasesHere(ClientShard shard, int node) {
        return shard.nodes().stream()
                .filter(one -> one.pool().key().node() == node)
                .mapToLong(one -> one.read().get(Metric.LEASES))
                .sum();
    }

    void awaitCounts(Consumer<Readings> expectation) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> expectation.accept(counts()));
    }

    void awaitIdle() {
        await("all connections idle")
                .atMost(LIMIT)
                .pollInterval(PAUSE)
                .untilAsserted(this::checkIdle);
    }

    private void checkIdle() {
        Readings now = counts();
        assertThat(
                        List.of(
                                now.get(Metric.WAITING_CLIENTS),
                                now.get(Metric.SERVERS_ACTIVE),
                                now.get(Metric.SERVERS_TESTED),
                                now.get(Metric.SERVERS_CANCELED),
                                now.get(Metric.SERVERS_DRAINING),
                                now.get(Metric.SERVERS_OPENING)))
                .as("waiting, active, tested, cancel held, draining, opening")
                .containsOnly(0L);
        assertThat(servers()).as("permits taken").isEqualTo(now.servers());
    }

    void awaitEmpty() {
        await("no client")
                .atMost(LIMIT)
                .pollInterval(PAUSE)
                .until(() -> clients() == 0 && weir.reception().clients() == 0);
        awaitIdle();
    }

    /** Fails when a pool holds pinned connections, or more of them than it may. */
    void checkSizes() {
        for (ClientPool pool : weir.pools().all()) {
            assertThat(pool.places().taken()).as("pinned in %s", pool.key()).isZero();
            int most = pool.settings().poolSize();
            for (NodePool node : pool.nodePools()) {
                assertThat(most == 0 || node.size() <= most)
                        .as("server connections of %s: %s", node.key(), node.size())
                        .isTrue();
            }
        }
    }
}
