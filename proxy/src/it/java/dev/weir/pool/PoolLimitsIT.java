package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The limits of pools, which hold at every moment. */
class PoolLimitsIT {
    private static final int ROUNDS = Rig.SOAK ? 2_000 : 30;

    /** Connects, disconnects and kills on two loops: PostgreSQL never sees one connection more. */
    @Test
    void neverMoreThanPoolSizeAtAnyMoment() throws InterruptedException {
        assertThat(hammer("default_pool_size = 16", "worker_loops = 2")).hasSizeBetween(1, 16);
    }

    @Test
    void neverMoreThanPoolSizeAndReserveAtAnyMoment() throws InterruptedException {
        assertThat(
                        hammer(
                                "default_pool_size = 3",
                                "reserve_pool_size = 2",
                                "reserve_pool_timeout = 0.05",
                                "worker_loops = 2"))
                .hasSizeBetween(4, 5);
    }

    /**
     * The backends of PostgreSQL but for the test's own, by process id and start; cancel requests
     * are none. PostgreSQL does not read them at one moment: one that ended early in the view and
     * one that began late may both be there. What stands in two views, one after the other, was
     * there at the moment between them.
     */
    private static Map<String, String> backends(WireClient observer) {
        var found = new HashMap<String, String>();
        for (Message message :
                observer.query(
                        "select concat_ws(' ', pid, backend_start), concat_ws(' ',"
                            + " application_name, client_port, state, state_change, query) from"
                            + " pg_stat_activity where usename is not null and backend_type ="
                            + " 'client backend' and client_port is not null and application_name"
                            + " not in ('observer', 'killer')")) {
            if (message.tag() == 'D') {
                found.put(
                        Objects.requireNonNull(message.row().get(0)),
                        Objects.requireNonNull(message.row().get(1)));
            }
        }
        return found;
    }

    /** The most connections that PostgreSQL had at a time. */
    private static Map<String, String> hammer(String... settings) throws InterruptedException {
        var most = new AtomicReference<>(Map.<String, String>of());
        var over = new AtomicBoolean();
        var faults = new ConcurrentLinkedQueue<Throwable>();
        PgNode node = Rig.postgres();
        try (Link link = Link.to(node);
                WireClient observer = node.wire();
                WireClient killer = node.wire();
                Rig rig = Rig.before(link, settings)) {
            observer.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            observer.query("set application_name = 'observer'");
            killer.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            killer.query("set application_name = 'killer'");
            // Left by tests before: a query goes on for a while where its client is gone.
            Set<String> others = backends(observer).keySet();
            Thread watch =
                    start(
                            faults,
                            () -> {
                                Map<String, String> before = backends(observer);
                                while (!over.get()) {
                                    Map<String, String> now = backends(observer);
                                    now.keySet().removeAll(others);
                                    before.keySet().retainAll(now.keySet());
                                    if (before.size() > most.get().size()) {
                                        most.set(before);
                                    }
                                    before = now;
                                }
                            });
            var left = new AtomicInteger(ROUNDS * 8);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                var random = new Random(i);
                threads.add(start(faults, () -> visit(rig, random, left)));
            }
            while (left.get() > 0) {
                killer.query(
                        "select pg_sleep(0.01), pg_terminate_backend(pid) from (select pid from"
                                + " pg_stat_activity where application_name = 'victim' limit 1)"
                                + " as one");
            }
            for (Thread thread : threads) {
                thread.join(Duration.ofMinutes(2));
                assertThat(thread.isAlive()).as("a client hangs").isFalse();
            }
            over.set(true);
            watch.join();
            assertThat(faults).isEmpty();
            rig.awaitEmpty();
            Awaitility.await("the link's ends").until(() -> link.connections() == rig.servers());
            rig.serves();
        }
        return most.get();
    }

    private static void visit(Rig rig, Random random, AtomicInteger left) {
        while (left.getAndDecrement() > 0) {
            try (WireClient client = rig.client()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    client.query("set application_name = 'victim'; select 1");
                }
                switch (random.nextInt(5)) {
                    case 0 -> client.send(Wire.query("begin"));
                    case 1 -> client.send(Wire.query("select pg_sleep(0.01)"));
                    case 2 -> client.send(java.util.Arrays.copyOf(Wire.query("select 1"), 9));
                    default -> client.send(Wire.terminate());
                }
                if (random.nextBoolean()) {
                    client.reset();
                }
            } catch (UncheckedIOException killed) {
                // with its server
            }
        }
    }

    /** One limit spans two pools; what the one does not use goes to the other. */
    @Test
    void anIdleConnectionGivesWayToAnotherPoolOfItsDatabase() {
        PgNode node = Rig.postgres();
        node.execute("drop role if exists other; create role other login");
        try (Link link = Link.to(node);
                Rig rig = Rig.before(link, "default_pool_size = 5", "max_db_connections = 2")) {
            try (WireClient a = rig.client();
                    WireClient b = rig.client();
                    WireClient c = rig.client()) {
                a.query("begin");
                b.query("begin");
                a.query("commit");
                b.query("commit");
                assertThat(rig.servers()).isEqualTo(2);
                try (WireClient other = rig.client("other", Rig.DATABASE)) {
                    assertThat(other.query("select current_user"))
                            .extracting(Message::summary)
                            .contains("D other");
                    assertThat(rig.servers()).isEqualTo(2);
                    assertThat(c.query("select 1")).extracting(Message::tag).contains('D');
                }
                assertThat(link.connections()).isLessThanOrEqualTo(2);
            }
            rig.awaitEmpty();
        }
    }

    @Test
    void aUsersConnectionsAreLimitedOverAllDatabases() {
        PgNode node = Rig.postgres();
        String host = "host=" + node.host() + " port=" + node.port() + " dbname=";
        try (Rig rig =
                        Rig.with(
                                "app = " + host + "postgres\nsecond = " + host + "template1",
                                "max_user_connections = 1");
                WireClient a = rig.client();
                WireClient b = rig.client(Rig.USER, "second")) {
            for (int i = 0; i < 5; i++) {
                assertThat(a.query("select 'a'")).extracting(Message::summary).contains("D a");
                assertThat(rig.servers()).isEqualTo(1);
                assertThat(b.query("select 'b'")).extracting(Message::summary).contains("D b");
                assertThat(rig.servers()).isEqualTo(1);
            }
        }
    }

    @Test
    void clientsOverTheirLimitsAreToldWhich() {
        check("max_client_conn = 2", "53300 no more connections allowed (max_client_conn)");
        check(
                "max_db_client_connections = 2",
                "53300 client connections exceeded (max_db_client_connections)");
        check(
                "max_user_client_connections = 2",
                "53300 client connections exceeded (max_user_client_connections)");
    }

    private static void check(String setting, String error) {
        try (Rig rig = Rig.before(Rig.postgres(), setting)) {
            try (WireClient a = rig.client();
                    WireClient b = rig.client()) {
                a.query("select 1");
                assertThatThrownBy(rig::client).as(setting).hasMessageContaining(error);
                b.query("select 1");
            }
            rig.awaitEmpty();
            rig.client().close();
            rig.client().close(); // those that were refused count no more
        }
    }

    /** The limit of logins is about those who have not logged in, not about all who have. */
    @Test
    void maxLoginConnCountsOnlyLogins() {
        try (Rig rig = Rig.before(Rig.postgres(), "max_login_conn = 2")) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(rig.client());
            }
            try (WireClient silent = rig.connect();
                    WireClient mute = rig.connect()) {
                silent.send(new byte[] {0});
                mute.send(new byte[] {0});
                Awaitility.await("two that do not log in")
                        .until(() -> rig.weir().reception().logins() == 2);
                // Who means well takes the place of who is silent for longest.
                clients.add(rig.client());
                Awaitility.await("one of them").until(() -> rig.weir().reception().logins() == 1);
            }
            Awaitility.await("nobody logs in").until(() -> rig.weir().reception().logins() == 0);
            rig.serves();
            clients.forEach(WireClient::close);
        }
    }

    @Test
    void keepsTheMinimumAndNoMore() {
        try (Rig rig =
                        Rig.before(
                                Rig.postgres(),
                                "min_pool_size = 3",
                                "default_pool_size = 5",
                                "server_idle_timeout = 0.1");
                WireClient client = rig.client()) {
            Awaitility.await("the minimum").until(() -> rig.counts().get(Metric.SERVERS_IDLE) == 3);
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(rig.client());
                clients.getLast().query("begin");
            }
            assertThat(rig.servers()).isEqualTo(5);
            clients.forEach(WireClient::close);
            Awaitility.await("back to the minimum").until(() -> rig.servers() == 3);
            client.query("select 1");
        }
    }

    @Test
    void theReserveOpensOnlyAfterItsTimeout() {
        try (Rig rig =
                        Rig.before(
                                Rig.postgres(),
                                "default_pool_size = 1",
                                "reserve_pool_size = 1",
                                "reserve_pool_timeout = 0.5");
                WireClient a = rig.client();
                WireClient b = rig.client();
                WireClient c = rig.client()) {
            a.query("begin");
            long start = System.nanoTime();
            assertThat(b.query("begin")).last().hasToString("Z T");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(450), Duration.ofSeconds(3));
            c.send(Wire.query("select 1"));
            assertThat(c.tryRead(Duration.ofSeconds(1))).isNull();
            b.query("commit");
            assertThat(c.readUntilReady()).last().hasToString("Z I");
        }
    }

    private static Thread start(ConcurrentLinkedQueue<Throwable> faults, Runnable work) {
        return Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        faults.add(e);
                    }
                });
    }
}
