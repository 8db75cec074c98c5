package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** pgbench, four of five transactions of which read, while replicas fail in all their ways. */
final class TroubledReplicasIT {
    private static final int SECONDS = Rig.SOAK ? 60 : 15;
    private static final int CLIENTS = 8;

    /** Transactions of all clients per second: enough to notice, and not all that could be. */
    private static final String RATE = "400";

    private static final Duration LIMIT = Duration.ofSeconds(SECONDS + 60);

    /** Read wholly in one packet: a replica that is lost is never lost in the middle. */
    private static final String BLOCK =
            """
            \\set id random(1, 100000)
            BEGIN READ ONLY \\; SELECT abalance FROM pgbench_accounts WHERE aid = :id \\; COMMIT;
            """;

    private static final String READ =
            """
            \\set id random(1, 100000)
            SELECT abalance FROM pgbench_accounts WHERE aid = :id;
            """;

    private static final String WRITE =
            """
            \\set id random(1, 100000)
            BEGIN;
            UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :id;
            COMMIT;
            """;

    /** What may become of a replica. */
    private enum Trouble {
        REPLAY_PAUSED {
            @Override
            void begin(PgNode replica) {
                replica.pauseReplay();
            }

            @Override
            void end(PgNode replica, PgNode primary) {
                replica.resumeReplay();
            }
        },
        CUT_OFF {
            @Override
            void begin(PgNode replica) {
                replica.setting("wal_retrieve_retry_interval", "100ms"); // for its return
                replica.setting("primary_conninfo", "host=127.0.0.1 port=1");
            }

            @Override
            void end(PgNode replica, PgNode primary) {
                replica.follow(primary);
            }
        },
        FROZEN {
            @Override
            void begin(PgNode replica) {
                replica.pause();
            }

            @Override
            void end(PgNode replica, PgNode primary) {
                replica.resume();
            }
        },
        KILLED {
            @Override
            void begin(PgNode replica) {
                replica.kill();
            }

            @Override
            void end(PgNode replica, PgNode primary) {
                replica.start();
            }
        };

        abstract void begin(PgNode replica);

        abstract void end(PgNode replica, PgNode primary);
    }

    @TempDir private Path directory;
    private Routes routes;
    private WireClient console;
    private CompletableFuture<Tools.Result> load = new CompletableFuture<>();
    private final List<String> log = new ArrayList<>();

    @BeforeEach
    void start() {
        assumeTrue(Tools.find("pgbench").isPresent(), "pgbench is not installed");
        routes =
                Routes.start(
                        directory,
                        2,
                        "",
                        List.of(
                                "bench = user=postgres password=postgres route=auto"
                                        + " causal_wait=20ms max_replica_lag=500ms"
                                        + " lag_check_interval=50ms"));
        pgbench("plain", "-i", "-q", "-s", "1").orThrow();
        routes.cluster().awaitReplicas();
        console = routes.console();
        awaitRead(routes.replica(0), true);
        awaitRead(routes.replica(1), true);
    }

    @AfterEach
    void stop() {
        if (routes != null) {
            console.close();
            routes.close();
        }
    }

    @Test
    void clientsSeeNothingOfIt() throws IOException {
        load = CompletableFuture.supplyAsync(this::load);
        for (int i = 0; !load.isDone(); i++) {
            for (Trouble trouble : Trouble.values()) {
                befall(trouble, List.of(routes.replica(i % 2)));
            }
            befall(Trouble.REPLAY_PAUSED, routes.cluster().replicas());
            befall(Trouble.KILLED, routes.cluster().replicas());
        }
        Tools.Result result = load.join();

        assertThat(result.exit()).as(result.out() + result.err() + log).isZero();
        assertThat(result.out()).contains("number of failed transactions: 0 ");
        assertThat(log).hasSizeGreaterThanOrEqualTo(Trouble.values().length + 2);
        if (Rig.SOAK) {
            log.forEach(System.out::println);
            System.out.println(result.out());
        }
    }

    /** Without writes a replica that does not replay is not behind: then it is no trouble. */
    private void befall(Trouble trouble, List<PgNode> replicas) {
        long began = System.nanoTime();
        replicas.forEach(trouble::begin);
        replicas.forEach(replica -> awaitRead(replica, false));
        long left = System.nanoTime();
        replicas.forEach(replica -> trouble.end(replica, routes.primary()));
        long ended = System.nanoTime();
        replicas.forEach(replica -> awaitRead(replica, true));
        long returned = System.nanoTime();
        if (load.isDone()) {
            return;
        }
        log.add(
                "%s of %d: reads left after %d ms, returned %d ms after its end"
                        .formatted(
                                trouble,
                                replicas.size(),
                                (left - began) / 1_000_000,
                                (returned - ended) / 1_000_000));
    }

    private void awaitRead(PgNode replica, boolean isRead) {
        String node = replica.host() + ":" + replica.port();
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(() ->
                        load.isDone() || NodesTable.of(console).isRead("bench", node) == isRead);
    }

    private Tools.Result load() {
        List<String> options = new ArrayList<>();
        Collections.addAll(options, "-n", "-c", "" + CLIENTS, "-j", "2", "-T", "" + SECONDS);
        if (!Rig.SOAK) {
            Collections.addAll(options, "-R", RATE);
        }
        try {
            Collections.addAll(options, "-f", script("read", READ) + "@5");
            Collections.addAll(options, "-f", script("block", BLOCK) + "@3");
            Collections.addAll(options, "-f", script("write", WRITE) + "@2");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pgbench("bench", options.toArray(String[]::new));
    }

    private Path script(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name + ".sql"), text);
    }

    private Tools.Result pgbench(String database, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Tools.find("pgbench").orElseThrow().toString());
        command.addAll(List.of(options));
        command.add("postgresql://postgres@127.0.0.1:" + routes.port() + "/" + database);
        return Tools.run(LIMIT, command.toArray(String[]::new));
    }
}
