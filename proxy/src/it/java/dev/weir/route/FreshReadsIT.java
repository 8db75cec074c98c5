package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads are never older than they may be, while a replica's replay stops and goes on. */
final class FreshReadsIT {
    private static final int WRITERS = 4;

    /** How many pairs each writer makes. */
    private static final int PAIRS = Rig.SOAK ? 100_000 / WRITERS : 40;

    private static final int READERS = 3;

    /** How many pairs of reads each reader makes. */
    private static final int READS = Rig.SOAK ? 100_000 / READERS + 1 : 250;

    private static final Duration LIMIT = Duration.ofMinutes(Rig.SOAK ? 60 : 2);

    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        String eager = "user=postgres password=postgres route=auto causal_wait=20ms";
        String lazy = "user=lazy password=lazy route=auto causal_wait=20ms";
        routes =
                Routes.start(
                        directory,
                        2,
                        Write.SCHEMA,
                        List.of(
                                "own = " + eager,
                                "own_lazy = " + lazy,
                                "shared = causal_reads=user " + eager,
                                "shared_lazy = causal_reads=user " + lazy,
                                "off = causal_reads=off " + eager,
                                "off_lazy = causal_reads=off " + lazy,
                                "strict = max_replica_lag=300ms lag_check_interval=20ms " + eager));
        for (String database : List.of("own", "own_lazy", "shared", "shared_lazy", "strict")) {
            try (WireClient client = routes.client(database)) {
                await().until(() -> isRoutedAlready(client));
            }
        }
    }

    private static boolean isRoutedAlready(WireClient client) {
        return Read.QUERY.row(client, 0).port() != routes.primary().port();
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    // --- what one has written oneself -----------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"own, false", "shared, true"})
    void readsSeeWhatWasCommittedBefore(String database, boolean apart)
            throws InterruptedException, ExecutionException {
        Tally tally = pairs(database, apart, PAIRS);

        assertThat(tally.stale()).as(tally.toString()).isEmpty();
        assertThat(tally.shareOnReplicas()).as(tally.toString()).isGreaterThan(0.3);
    }

    /** The same, where it must fail: so the test could. */
    @ParameterizedTest
    @CsvSource({"off, false", "off, true"})
    void withoutCausalReadsSomeAreStale(String database, boolean apart)
            throws InterruptedException, ExecutionException {
        Tally tally = pairs(database, apart, PAIRS / 2);

        assertThat(tally.stale()).as(tally.toString()).isNotEmpty();
    }

    private static Tally pairs(String database, boolean apart, int count)
            throws InterruptedException, ExecutionException {
        var progress = new AtomicLong();
        List<Callable<Tally>> writers = new ArrayList<>();
        for (int id = 0; id < WRITERS; id++) {
            String name = id % 2 == 0 ? database : database + "_lazy";
            var pairs = new Pairs(routes, name, apart, id, count, progress);
            writers.add(pairs::run);
        }
        Tally tally = duringHiccups(writers, progress, FreshReadsIT::stutter);
        if (Rig.SOAK) {
            System.out.println(database + (apart ? ", another connection: " : ": ") + tally);
        }
        return tally;
    }

    // --- what one has read before ---------------------------------------------------------------

    @Test
    void readsOfASessionNeverGoBack() throws InterruptedException, ExecutionException {
        Tally tally = reads("strict", 1, READS, FreshReadsIT::leaveAndReturn);

        assertThat(tally.stale()).as(tally.toString()).isEmpty();
        assertThat(tally.moves()).as(tally.toString()).isGreaterThan(READERS);
        assertThat(tally.shareOnReplicas()).as(tally.toString()).isGreaterThan(0.3);
    }

    /** Nobody remembers where who reads through two sessions in turn has been. */
    @Test
    void readsOfSeveralSessionsDo() throws InterruptedException, ExecutionException {
        Tally tally = reads("own", 4, READS / 2, FreshReadsIT::stutter);

        assertThat(tally.stale()).as(tally.toString()).isNotEmpty();
    }

    private static Tally reads(String database, int sessions, int count, Hiccup hiccup)
            throws InterruptedException, ExecutionException {
        var isOver = new AtomicBoolean();
        var progress = new AtomicLong();
        List<Callable<Tally>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            var reader = new Reader(routes, database, sessions, count, progress);
            readers.add(reader::run);
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = threads.submit(() -> Reader.write(routes, isOver));
            try {
                Tally tally = duringHiccups(readers, progress, hiccup);
                if (Rig.SOAK) {
                    System.out.println(database + ", " + sessions + " sessions in turn: " + tally);
                }
                return tally;
            } finally {
                isOver.set(true);
                writer.get();
            }
        }
    }

    // --- replicas that stop ---------------------------------------------------------------------

    /** Something that happens to replicas again and again. */
    private interface Hiccup {
        void happen(PgNode replica, Run run);
    }

    /** Tasks that run, and how far they have come together. */
    private record Run(List<Future<Tally>> tasks, AtomicLong progress) {
        boolean isOver() {
            return tasks.stream().allMatch(Future::isDone);
        }

        void awaitMore(int pairs) {
            long enough = progress.get() + pairs;
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> progress.get() >= enough || isOver());
        }
    }

    private static Tally duringHiccups(
            List<Callable<Tally>> tasks, AtomicLong progress, Hiccup hiccup)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var run = new Run(tasks.stream().map(threads::submit).toList(), progress);
            for (int i = 0; !run.isOver(); i++) {
                hiccup.happen(routes.replica(i % 2), run);
            }
            var all = new Tally(routes.primary().port());
            for (Future<Tally> task : run.tasks()) {
                all.plus(task.get());
            }
            return all;
        }
    }

    /** Stops replay for some pairs, so that reads go on there. */
    private static void stutter(PgNode replica, Run run) {
        replica.pauseReplay();
        run.awaitMore(50);
        replica.resumeReplay();
        run.awaitMore(50);
    }

    /** Stops replay until no reads go there, and then goes on. */
    private static void leaveAndReturn(PgNode replica, Run run) {
        replica.pauseReplay();
        awaitState(replica, false);
        replica.resumeReplay();
        awaitState(replica, true);
    }

    private static void awaitState(PgNode replica, boolean isRead) {
        String node = replica.host() + ":" + replica.port();
        try (WireClient console = routes.console()) {
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> NodesTable.of(console).isRead("strict", node) == isRead);
        }
    }
}
