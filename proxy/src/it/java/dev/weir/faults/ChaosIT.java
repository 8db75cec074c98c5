package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Link;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Clients and servers die at random moments while ordinary clients work on the same five
 * connections. Every value that a client reads carries its mark, so that a stranger's row shows.
 */
class ChaosIT {
    private static final int CLIENT_DEATHS = Rig.SOAK ? 10_000 : 500;
    private static final int SERVER_DEATHS = Rig.SOAK ? 1_000 : 50;
    private static final int CRASHES = Rig.SOAK ? 20 : 1;
    private static final int LOYAL_CLIENTS = 6;

    /** So many answers are compared, however soon the dying is over. */
    private static final int ANSWERS_MIN = 100;

    private static final int MORTAL_THREADS = 4;

    /** What a client may hear when its server, or the whole cluster, dies. */
    private static final Set<String> DEATHS =
            Set.of("57P01", "57P02", "57P03", "08006", "40001", "08007");

    private static PgCluster cluster;
    private static Link link;

    private final long seed = Long.getLong("weir.seed", System.nanoTime());
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicInteger marks = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() {
        cluster = PgCluster.start();
        cluster.primary().execute("create table marks (v text)");
        link = Link.to(cluster.primary());
    }

    @AfterAll
    static void stop() {
        link.close();
        cluster.close();
    }

    @Test
    void deathsOfClientsHurtNobodyElse() throws InterruptedException {
        try (Rig rig =
                Rig.before(link, "default_pool_size = 5", "max_pinned = 5", "worker_loops = 2")) {
            List<Thread> loyal = startLoyal(rig, false);
            AtomicInteger deaths = new AtomicInteger(CLIENT_DEATHS);
            List<Thread> mortal = new ArrayList<>();
            for (int i = 0; i < MORTAL_THREADS; i++) {
                Random random = new Random(seed + 100 + i);
                mortal.add(
                        thread(() -> {
                            while (deaths.getAndDecrement() > 0 && faults.isEmpty()) {
                                die(rig, random);
                            }
                        }));
            }
            join(mortal);
            end(rig, loyal);
        }
    }

    @Test
    void deathsOfServersNeverMixUpAnswers() throws InterruptedException {
        try (Rig rig =
                Rig.before(
                        link,
                        "default_pool_size = 5",
                        "max_pinned = 5",
                        "worker_loops = 2",
                        "server_login_retry = 0.2")) {
            List<Thread> loyal = startLoyal(rig, true);
            Random random = new Random(seed);
            for (int i = 0; i < SERVER_DEATHS && faults.isEmpty(); i++) {
                long before = answers.get();
                killServer(random, i % (SERVER_DEATHS / CRASHES) == SERVER_DEATHS / CRASHES / 2);
                Awaitility.await("work goes on")
                        .atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() ->
                                answers.get() >= before + random.nextInt(30) || !faults.isEmpty());
            }
            end(rig, loyal);
        }
    }

    private void end(Rig rig, List<Thread> loyal) throws InterruptedException {
        Awaitility.await("work goes on")
                .atMost(Duration.ofSeconds(30))
                .until(() -> answers.get() > ANSWERS_MIN || !faults.isEmpty());
        over.set(true);
        join(loyal);
        assertThat(faults).as("seed " + seed).isEmpty();
        rig.awaitEmpty();
        assertThat(rig.servers()).isBetween(0, 5);
        Awaitility.await("the last death is known")
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(rig::serves);
        PgNode node = cluster.primary();
        assertThat(
                        node.queryText(
                                "select count(*) from pg_stat_activity where backend_type = 'client"
                                    + " backend' and state <> 'idle' and pid <> pg_backend_pid()"))
                .as("servers that are not idle")
                .isEqualTo("0");
        assertThat(node.queryText("select count(*) from pg_prepared_xacts")).isEqualTo("0");
    }

    // --- clients that live --------------------------------------------------------------------

    private List<Thread> startLoyal(Rig rig, boolean serversDie) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < LOYAL_CLIENTS; i++) {
            Random random = new Random(seed + i);
            int id = i;
            threads.add(
                    thread(() -> {
                        while (!over.get() && faults.isEmpty()) {
                            live(rig, random, id, serversDie);
                        }
                    }));
        }
        return threads;
    }

    /** One connection, until it fails or has said enough. */
    private void live(Rig rig, Random random, int id, boolean serversDie) {
        try (WireClient client = rig.client()) {
            String timeout = (1_000_001 + id) + "ms";
            client.query("set statement_timeout = '" + timeout + "'");
            for (int i = 0; i < 50 && !over.get(); i++) {
                String mark = "client-" + id + "-seq-" + marks.incrementAndGet();
                CheckedTalk.good(random, mark).run(client);
                answers.incrementAndGet();
            }
            String now = client.query("show statement_timeout").get(1).row().getFirst();
            if (!timeout.equals(now)) {
                throw new AssertionError("statement_timeout: " + now + " (expected: " + timeout);
            }
        } catch (CheckedTalk.Refused e) {
            if (!serversDie || !DEATHS.contains(e.sqlState())) {
                throw e;
            }
        } catch (UncheckedIOException | dev.weir.pgkit.ServerError | IllegalStateException e) {
            if (!serversDie) {
                throw e;
            }
        }
    }

    // --- clients that die ---------------------------------------------------------------------

    private void die(Rig rig, Random random) {
        try (WireClient client = rig.client()) {
            String mark = "mortal-" + marks.incrementAndGet();
            CheckedTalk last =
                    random.nextBoolean()
                            ? CheckedTalk.bad(random, mark)
                            : CheckedTalk.good(random, mark);
            byte[] bytes = last.bytes();
            int cut = random.nextInt(4) == 0 ? bytes.length : random.nextInt(bytes.length + 1);
            client.send(java.util.Arrays.copyOf(bytes, cut));
            if (random.nextInt(3) == 0) {
                client.tryRead(Duration.ofMillis(1 + random.nextInt(5)));
            }
            if (random.nextInt(5) == 0) {
                WireClient.cancel("127.0.0.1", rig.port(), client.processId(), client.secret());
            }
            if (random.nextInt(4) > 0) {
                client.reset();
            }
        } catch (UncheckedIOException e) {
            // it is what we are here for
        }
    }

    // --- servers that die ---------------------------------------------------------------------

    private static void killServer(Random random, boolean crash) {
        PgNode node = cluster.primary();
        String one =
                " from (select pid from pg_stat_activity where backend_type = 'client backend' and"
                        + " pid <> pg_backend_pid() order by random() limit 1) as one";
        if (crash) {
            // the postmaster ends all others and starts anew
            String pid = node.queryText("select coalesce(max(pid), 0)" + one);
            if (!pid.equals("0")) { // kill 0 would be us, and all who started us
                Tools.run(Duration.ofSeconds(10), "kill", "-9", pid).orThrow();
            }
        } else if (random.nextInt(3) == 0) {
            link.cut();
        } else {
            try {
                node.execute("select pg_terminate_backend(pid)" + one);
            } catch (RuntimeException restarting) {
                link.cut();
            }
        }
    }

    // --- threads ------------------------------------------------------------------------------

    private Thread thread(Runnable work) {
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

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(Duration.ofMinutes(Rig.SOAK ? 30 : 2));
            assertThat(thread.isAlive()).as("a client hangs").isFalse();
        }
    }
}
