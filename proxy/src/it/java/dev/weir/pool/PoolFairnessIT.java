package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who waits how long, and that nobody waits for ever. */
class PoolFairnessIT {
    private static final int TRANSACTIONS = Rig.SOAK ? 20_000 : 800;

    @Test
    void waitersAreServedInTheOrderInWhichTheyCame() {
        int count = 40;
        PgNode node = Rig.postgres();
        node.execute("create sequence if not exists turn; alter sequence turn restart");
        try (Rig rig = Rig.before(node, "default_pool_size = 1");
                WireClient holder = rig.client()) {
            holder.query("begin");
            List<WireClient> line = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                WireClient client = rig.client();
                line.add(client);
                client.send(Wire.query("select nextval('turn')"));
                int waiting = i;
                Awaitility.await().until(() -> rig.counts().get(Metric.WAITING_CLIENTS) == waiting);
            }
            holder.query("commit");
            for (int i = 1; i <= count; i++) {
                assertThat(line.get(i - 1).readUntilReady())
                        .extracting(Message::summary)
                        .as("who came as number %d", i)
                        .contains("D " + i);
            }
            line.forEach(WireClient::close);
        }
    }

    @Test
    @Tag("alone")
    void fiftyClientsOfOneServerWaitAboutEquallyLong() throws InterruptedException {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1")) {
            List<Long> nanos = waits(rig, 50, TRANSACTIONS, "select pg_sleep(0.001)");
            double mean = nanos.stream().mapToLong(n -> n).average().orElseThrow();
            // A machine that stands still delays all who wait then; who waits unfairly, waits
            // often.
            long long99 =
                    nanos.stream()
                            .sorted()
                            .skip(nanos.size() * 99L / 100)
                            .findFirst()
                            .orElseThrow();
            assertThat(long99 / mean).as("99 % wait at most / mean wait").isLessThanOrEqualTo(3);
            rig.awaitEmpty();
        }
    }

    /** 64 clients on two loops: connections move to where they are needed. */
    @Test
    @Tag("alone")
    void nobodyStarvesOnTwoShards() throws InterruptedException {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 16", "worker_loops = 2")) {
            List<Long> nanos = waits(rig, 80, TRANSACTIONS, "select pg_sleep(0.002)");
            ClientPool pool = rig.weir().pools().all().iterator().next();
            assertThat(pool.shards()).hasSize(2);
            assertThat(nanos).allSatisfy(n -> assertThat(n).isLessThan(5_000_000_000L));
            rig.awaitEmpty();
            assertThat(rig.servers()).isBetween(1, 16);
        }
    }

    /** All clients that work live on one shard, and the other's connections come to them. */
    @Test
    void permitsMoveToTheHungryShard() throws InterruptedException {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 16", "worker_loops = 2")) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(rig.client());
            }
            ClientPool pool = rig.weir().pools().all().iterator().next();
            assertThat(pool.shards()).hasSize(2);
            // every client in turn has used a connection; now one shard has them all, idle
            for (WireClient client : clients) {
                client.send(Wire.query("select pg_sleep(0.001)"));
            }
            for (WireClient client : clients) {
                client.readUntilReady();
            }
            List<WireClient> busy = new ArrayList<>();
            for (WireClient client : clients) {
                if (busy.size() == 16) {
                    break;
                }
                client.send(Wire.query("begin"));
                if (client.tryRead(Duration.ofSeconds(5)) == null) {
                    break;
                }
                client.readUntilReady();
                busy.add(client);
            }
            assertThat(busy).as("transactions at a time").hasSize(16);
            assertThat(rig.servers()).isEqualTo(16);
            for (WireClient client : busy) {
                client.query("commit");
            }
            clients.forEach(WireClient::close);
            rig.awaitEmpty();
        }
    }

    /** Returned connections are kept, not closed for a hunger that is over. */
    @Test
    void twoShardsDoNotCloseAndOpenWithoutNeed() throws InterruptedException {
        PgNode node = Rig.postgres();
        try (dev.weir.pgkit.Link link = dev.weir.pgkit.Link.to(node);
                Rig rig = Rig.before(link, "default_pool_size = 16", "worker_loops = 2")) {
            waits(rig, 80, TRANSACTIONS, "select 1");
            assertThat(link.accepted())
                    .as("connections opened for %d transactions", TRANSACTIONS)
                    .isLessThan(16 + TRANSACTIONS / 10);
            rig.awaitEmpty();
        }
    }

    @Test
    @Tag("alone")
    void aColdPoolServesAStormOfClientsInAFewLoginTimes() throws InterruptedException {
        PgNode node = Rig.postgres();
        long begin = System.nanoTime();
        storm(
                20,
                () -> {
                    try (WireClient direct = node.wire()) {
                        direct.login(Rig.USER, "postgres");
                        direct.query("select 1");
                    }
                });
        Duration direct = Duration.ofNanos(System.nanoTime() - begin);
        try (Rig rig = Rig.before(node, "default_pool_size = 20")) {
            long start = System.nanoTime();
            storm(64, rig::serves);
            Duration pooled = Duration.ofNanos(System.nanoTime() - start);
            // a busy machine may take its time, but not for one login after the other
            assertThat(pooled).isLessThan(direct.multipliedBy(10).plusSeconds(1));
            rig.awaitEmpty();
        }
    }

    /** Clients leave at the very moment when a connection is handed to them. */
    @Test
    @SuppressWarnings("try") // a waiter that leaves on its own is the point
    void aWaiterThatLeavesAtHandOffTakesNoConnectionWithIt() {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        var random = new Random(seed);
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1")) {
            for (int i = 0; i < (Rig.SOAK ? 5_000 : 200); i++) {
                try (WireClient holder = rig.client();
                        WireClient waiter = rig.client();
                        WireClient next = rig.client()) {
                    holder.query("begin");
                    waiter.send(Wire.query("select 'waiter'"));
                    next.send(Wire.query("select 'next'"));
                    holder.send(Wire.query("commit"));
                    for (int spin = random.nextInt(3_000); spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    switch (random.nextInt(3)) {
                        case 0 -> waiter.reset();
                        case 1 -> waiter.closeOutput();
                        default ->
                                WireClient.cancel(
                                        "127.0.0.1",
                                        rig.port(),
                                        waiter.processId(),
                                        waiter.secret());
                    }
                    assertThat(next.readUntilReady())
                            .as("seed %d, round %d", seed, i)
                            .extracting(Message::summary)
                            .contains("D next");
                    holder.readUntilReady();
                }
            }
            rig.awaitEmpty();
        }
    }

    /** A waiter is not read, but its death is seen: it must not keep its place in the line. */
    @Test
    void aWaiterThatDiesLeavesTheLine() {
        try (Rig rig = Rig.before(Rig.postgres(), "default_pool_size = 1");
                WireClient holder = rig.client()) {
            holder.query("begin");
            WireClient small = rig.client();
            small.send(Wire.query("select 1"));
            WireClient large = rig.client();
            large.send(Wire.query("/*" + "x".repeat(50_000) + "*/"), Wire.query("select 1"));
            Awaitility.await().until(() -> rig.counts().get(Metric.WAITING_CLIENTS) == 2);
            large.reset();
            Awaitility.await("the one that sent much left")
                    .until(() -> rig.counts().get(Metric.WAITING_CLIENTS) == 1);
            small.close();
            Awaitility.await("both left")
                    .until(() -> rig.counts().get(Metric.WAITING_CLIENTS) == 0);
            assertThat(rig.clients()).isEqualTo(1);
        }
    }

    /** How long each of {@code transactions} took, in nanoseconds, once all clients were warm. */
    private static List<Long> waits(Rig rig, int clients, int transactions, String sql)
            throws InterruptedException {
        var nanos = new ConcurrentLinkedQueue<Long>();
        var faults = new ConcurrentLinkedQueue<Throwable>();
        var left = new AtomicInteger(transactions);
        var ready = new CountDownLatch(clients);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try (WireClient client = rig.client()) {
                                    ready.countDown();
                                    ready.await();
                                    client.query(sql); // the line forms
                                    client.query(sql);
                                    while (left.getAndDecrement() > 0) {
                                        long start = System.nanoTime();
                                        client.query(sql);
                                        if (left.get() > 0) {
                                            nanos.add(System.nanoTime() - start);
                                        }
                                    }
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                } catch (Throwable e) {
                                    faults.add(e);
                                    ready.countDown();
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join(Duration.ofMinutes(2));
            assertThat(thread.isAlive()).as("a client hangs").isFalse();
        }
        assertThat(faults).isEmpty();
        return List.copyOf(nanos);
    }

    private static void storm(int clients, Runnable visit) throws InterruptedException {
        var faults = new ConcurrentLinkedQueue<Throwable>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    visit.run();
                                } catch (Throwable e) {
                                    faults.add(e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(faults).isEmpty();
    }
}
