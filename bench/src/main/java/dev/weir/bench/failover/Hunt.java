package dev.weir.bench.failover;

import dev.weir.bench.failover.Scene.Shape;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.WireClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One scene, in which crashes happen, one after the other, while clients work. */
final class Hunt {
    private static final int SHARED_CLIENTS = 12;
    private static final int OWN_CLIENTS = 2;
    private static final int SHORT_CLIENTS = 2;

    /** Those whose sessions cannot be moved. */
    private static final int LISTENERS = 1;

    private final Shape shape;
    private final PgVersion version;
    private final long seed;
    private final Map<Crash, Result> results = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();
    private long rows;
    private long untoldBefore;

    /** What clients saw of all crashes of a kind. */
    static final class Result {
        private final List<Long> waits = new ArrayList<>();
        private final long[] sums = new long[7];

        private void add(long wait, long[] before, long[] after) {
            waits.add(wait);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += after[i] - before[i];
            }
        }

        /** A row of the table. */
        String row(String title) {
            long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
            return "| %s | %d | %d | %d | %d | %d | %s | %d | %d | %d |"
                    .formatted(
                            title,
                            sorted.length,
                            sums[0],
                            sums[1],
                            sums[2],
                            sums[3],
                            sums[5] + " to " + (sums[5] + sums[6]),
                            sums[4],
                            sorted[sorted.length / 2],
                            sorted[sorted.length - 1]);
        }
    }

    static final String HEADING =
            """
            | crash | times | 40001 | 08007 | COMMIT found | acknowledged, lost | reported as lost | sessions ended | longest wait, median, ms | worst, ms |
            |---|---|---|---|---|---|---|---|---|---|\
            """;

    Hunt(Shape shape, PgVersion version, long seed) {
        this.shape = shape;
        this.version = version;
        this.seed = seed;
    }

    Map<Crash, Result> results() {
        return results;
    }

    List<String> findings() {
        return findings;
    }

    /** How many transactions were acknowledged. */
    long rows() {
        return rows;
    }

    /**
     * Lets the crashes happen in turn.
     *
     * @param until when to end, by {@link System#nanoTime}; each crash happens once at least
     */
    void run(List<Crash> crashes, long until) throws InterruptedException {
        var random = new Random(seed);
        try (Scene scene = Scene.set(shape, version);
                var errors = new LoggedErrors()) {
            var clients = new ArrayList<Client>();
            for (int i = 0; i < SHARED_CLIENTS + OWN_CLIENTS + SHORT_CLIENTS; i++) {
                Client.Kind kind =
                        i < SHARED_CLIENTS
                                ? i % 2 == 0 ? Client.Kind.SHARED : Client.Kind.BLOCKS
                                : i < SHARED_CLIENTS + OWN_CLIENTS
                                        ? Client.Kind.OWN
                                        : Client.Kind.SHORT;
                clients.add(new Client(scene, kind, i, seed));
            }
            var threads = new ArrayList<Thread>();
            for (Client client : clients) {
                threads.add(Thread.ofPlatform().daemon().start(client));
            }
            var listener = new Listener(scene);
            threads.add(Thread.ofPlatform().daemon().start(listener));
            try {
                goOn(scene, clients, listener);
                for (int i = 0; i < crashes.size() || System.nanoTime() - until < 0; i++) {
                    if (!scene.findings().isEmpty()) {
                        break;
                    }
                    once(scene, crashes.get(i % crashes.size()), random, clients, listener);
                }
            } catch (RuntimeException e) {
                scene.found(String.valueOf(e));
            }
            scene.over();
            for (Thread thread : threads) {
                thread.join(WireClient.TIMEOUT);
            }
            check(scene, 0);
            new AtRest(scene).check();
            errors.lines().forEach(line -> scene.found("logged: " + line));
            rows = scene.book().counts().getOrDefault(Told.ACKNOWLEDGED, 0L);
            findings.addAll(scene.findings());
        }
    }

    private void once(
            Scene scene, Crash crash, Random random, List<Client> clients, Listener listener) {
        long from = scene.book().next();
        long[] before = sums(scene);
        scene.takeLongestMillis();
        crash.happens(scene, random);
        goOn(scene, clients, listener);
        check(scene, from);
        long[] after = sums(scene);
        checkLoss(scene, crash, before, after);
        if (crash == Crash.SWITCHOVER && (after[0] > before[0] || after[1] > before[1])) {
            scene.found("errors in a switchover that was planned");
        }
        if (crash == Crash.SWITCHOVER && after[6] > before[6]) {
            scene.found("commits are reported to be lost perhaps in a planned switchover");
        }
        if (crash == Crash.SWITCHOVER && after[4] > before[4] + LISTENERS) {
            scene.found("sessions have ended that could be moved");
        }
        results.computeIfAbsent(crash, _ -> new Result())
                .add(scene.takeLongestMillis(), before, after);
    }

    /** What Weir reports as lost is what is lost. */
    private void checkLoss(Scene scene, Crash crash, long[] before, long[] after) {
        long lost = after[3] - before[3];
        long untold = scene.book().lostUntold() - untoldBefore;
        long min = after[5] - before[5];
        long max = min + after[6] - before[6];
        untoldBefore += untold;
        if (min > lost + untold || max < lost) {
            scene.found(
                    "%s: %d acknowledged commits are lost, and %d more; reported: %d to %d"
                            .formatted(crash, lost, untold, min, max));
        }
    }

    private static long[] sums(Scene scene) {
        return new long[] {
            scene.errors("40001"),
            scene.errors("08007"),
            scene.commitsFound(),
            scene.book().lost(),
            scene.sessionsEnded(),
            scene.reportedLost(),
            scene.reportedPerhaps()
        };
    }

    /** Every client is answered. */
    private static void goOn(Scene scene, List<Client> clients, Listener listener) {
        long[] done = clients.stream().mapToLong(Client::done).toArray();
        long heard = listener.heard();
        for (int i = 0; i < done.length; i++) {
            Client client = clients.get(i);
            long before = done[i];
            if (!Wait.isSoon(() -> client.done() > before + 2 || !scene.findings().isEmpty())) {
                scene.found(client + ": is not answered");
            }
        }
        if (!Wait.isSoon(() -> listener.heard() > heard || !scene.findings().isEmpty())) {
            scene.found("the listener hears nothing any more");
        }
    }

    private static void check(Scene scene, long from) {
        Map<Write, Told> known = scene.book().told();
        scene.book().check(known, Scene.rows(scene.primary(), from), from).forEach(scene::found);
    }
}
