package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Ports;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests processes that share a port: cancel requests find their query, and a restart disturbs no
 * client.
 */
@Timeout(180)
final class SeveralProcessesIT extends ProcessTests {
    private static final int PROCESSES = 3;
    private static final int WORKERS = 6;

    /** Protocol 3.0, and 3.2 with its long cancel keys. */
    private static final int[] PROTOCOLS = {3 << 16, 3 << 16 | 2};

    private final List<Path> folders = new ArrayList<>();
    private int port;

    @BeforeEach
    void configure() throws IOException {
        port = Ports.free();
        for (int i = 0; i < PROCESSES; i++) {
            folders.add(WeirProcess.folder(temporary));
        }
        for (int i = 0; i < PROCESSES; i++) {
            WeirProcess.configure(
                    folders.get(i),
                    cluster.primary(),
                    port,
                    "so_reuseport = 1",
                    "unix_socket_dir = " + folders.get(i),
                    "peer_id = " + (i + 1),
                    "default_pool_size = 10",
                    "max_client_conn = 500",
                    "log_connections = 0",
                    "log_disconnections = 0",
                    "[peers]",
                    "1 = host=" + folders.get(0) + " port=" + port,
                    "2 = host=" + folders.get(1) + " port=" + port,
                    "3 = host=" + folders.get(2) + " port=" + port);
        }
    }

    private WeirProcess start(int index, String... arguments) throws IOException {
        return WeirProcess.start(folders.get(index), port, Map.of(), arguments);
    }

    private WireClient client(int protocol) {
        WireClient client = WireClient.connect("127.0.0.1", port);
        client.startup(protocol, Map.of("user", "postgres", "database", "postgres"));
        client.authenticate("postgres", null);
        return client;
    }

    /** Runs a long query and cancels it through the shared port. */
    private void cancelOne(int protocol) {
        try (WireClient client = client(protocol)) {
            String sleep = "select pg_sleep(20) /* " + client.processId() + " */";
            client.send(Wire.query(sleep));
            awaitRunning(sleep); // a cancel that arrives before its query is lost, as in PostgreSQL
            WireClient.cancel("127.0.0.1", port, client.processId(), client.secret());
            String answer = client.readUntilReady().toString();
            if (!answer.contains("57014")) {
                throw new IllegalStateException("not cancelled: " + answer);
            }
        }
    }

    private static void awaitRunning(String query) {
        String count =
                "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and query = '%s'"
                        .formatted(query);
        cluster.primary().awaitText("the query to run", count, "1");
    }

    @Test
    void cancelsArriveWhereverTheyEnter() throws IOException, InterruptedException {
        try (WeirProcess first = start(0, "run", "weir.ini");
                WeirProcess second = start(1, "run", "weir.ini");
                WeirProcess third = start(2, "run", "weir.ini")) {
            assertThat(List.of(first, second, third)).allMatch(WeirProcess::isAlive);
            for (int i = 0; i < 24; i++) {
                cancelOne(PROTOCOLS[i % 2]);
            }
        }
    }

    /** Runs short sessions, some with a query that is cancelled, while each process is replaced. */
    @Test
    void aRollingRestartCostsNobody() throws IOException, InterruptedException {
        List<WeirProcess> running = new ArrayList<>();
        var end = new AtomicBoolean();
        var errors = new ConcurrentLinkedQueue<String>();
        var sessions = new AtomicInteger();
        var cancels = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                running.add(start(i, WeirProcess.asNobody("weir.ini")));
            }
            for (int i = 0; i < WORKERS; i++) {
                workers.add(Thread.ofVirtual().start(() -> work(end, errors, sessions, cancels)));
            }
            for (int i = 0; i < PROCESSES; i++) {
                WeirProcess old = running.get(i);
                int before = sessions.get();
                running.set(i, start(i, WeirProcess.asNobody("-R", "weir.ini")));
                assertThat(old.awaitEnd()).isZero();
                awaitMore(sessions, before);
            }
            end.set(true);
            for (Thread worker : workers) {
                worker.join();
            }
            Files.writeString(
                    Path.of("target", "rolling-restart.txt"),
                    "sessions %d, cancels %d, errors %s%n"
                            .formatted(sessions.get(), cancels.get(), errors));
            assertThat(errors).as("%s sessions, %s cancels", sessions, cancels).isEmpty();
            assertThat(cancels.get()).isPositive();
        } finally {
            end.set(true);
            running.forEach(WeirProcess::close);
        }
    }

    private static void awaitMore(AtomicInteger sessions, int before) {
        await().atMost(WeirProcess.LIMIT).until(() -> sessions.get() > before + 50);
    }

    private void work(
            AtomicBoolean end,
            ConcurrentLinkedQueue<String> errors,
            AtomicInteger sessions,
            AtomicInteger cancels) {
        while (!end.get()) {
            int protocol = PROTOCOLS[ThreadLocalRandom.current().nextInt(2)];
            try {
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                    cancelOne(protocol);
                    cancels.incrementAndGet();
                } else {
                    try (WireClient client = client(protocol)) {
                        for (int i = 0; i < 5; i++) {
                            String answer = client.query("select 1").toString();
                            if (!answer.contains("SELECT 1")) {
                                errors.add(answer);
                            }
                        }
                    }
                }
                sessions.incrementAndGet();
            } catch (RuntimeException e) {
                errors.add(e.toString());
            }
        }
    }
}
