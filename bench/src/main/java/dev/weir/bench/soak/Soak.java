package dev.weir.bench.soak;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * <pre>Soak FOLDER OPTIONS-OF-THE-LAUNCHER MINUTES CLIENTS THINK-MILLIS SEED</pre>
 *
 * Writes {@code soak.csv}, {@code soak.svg} and the log of Weir into the folder, and prints totals.
 * Status 1 if an answer was wrong, if Weir logged an ERROR of its own, or if at the end not all was
 * given back.
 */
public final class Soak {
    private static final int SAMPLE_SECONDS = 5;
    private static final int TROUBLE_SECONDS = 10;
    private static final int REST_SECONDS_MAX = 60;

    /** Until then what is compiled and cached grows; at most a third of the whole. */
    private static final double WARM_MINUTES = 10;

    private Soak() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
        int minutes = Integer.parseInt(args[2]);
        int clients = Integer.parseInt(args[3]);
        int think = Integer.parseInt(args[4]);
        long seed = Long.parseLong(args[5]);
        boolean isWell;
        try (PgCluster cluster =
                        PgCluster.builder().replicas(1).setting("max_connections", "150").start();
                Subject subject =
                        Subject.start(folder, cluster, Path.of(args[1]), freePort(), clients)) {
            cluster.primary().execute("create table t (v text)");
            cluster.primary().execute("create index on t (v)");
            var crowd = new Crowd(subject, seed, think);
            var trouble = new Trouble(subject, cluster, folder, seed);
            List<Sampler.Sample> samples = run(subject, crowd, trouble, minutes, clients);
            isWell = tell(folder, subject, crowd, trouble, samples);
        }
        System.exit(isWell ? 0 : 1);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static List<Sampler.Sample> run(
            Subject subject, Crowd crowd, Trouble trouble, int minutes, int clients)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        long length = TimeUnit.MINUTES.toNanos(minutes);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(crowd.enter(i));
            TimeUnit.MILLISECONDS.sleep(5);
        }
        var isOver = new AtomicBoolean();
        Thread troubles = Thread.ofPlatform().start(() -> troubles(trouble, isOver));
        List<Sampler.Sample> samples = new ArrayList<>();
        try (var sampler = new Sampler(subject)) {
            long before = crowd.transactions();
            long beforeNanos = System.nanoTime();
            while (System.nanoTime() - begun < length && subject.isAlive()) {
                TimeUnit.SECONDS.sleep(SAMPLE_SECONDS);
                long count = crowd.transactions();
                long now = System.nanoTime();
                double rate = (count - before) * 1e9 / (now - beforeNanos);
                samples.add(sampler.take((now - begun) / 6e10, crowd.here(), rate));
                System.out.println(samples.getLast().line());
                before = count;
                beforeNanos = now;
            }
        }
        isOver.set(true);
        troubles.join();
        crowd.end();
        for (Thread each : threads) {
            each.join();
        }
        return samples;
    }

    private static void troubles(Trouble trouble, AtomicBoolean isOver) {
        try {
            while (!isOver.get()) {
                TimeUnit.SECONDS.sleep(TROUBLE_SECONDS);
                next(trouble);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void next(Trouble trouble) throws InterruptedException {
        try {
            System.out.println("# " + trouble.next());
        } catch (IOException | RuntimeException e) {
            System.out.println("# failed: " + e);
        }
    }

    // --- the result ---------------------------------------------------------------------------

    private static boolean tell(
            Path folder,
            Subject subject,
            Crowd crowd,
            Trouble trouble,
            List<Sampler.Sample> samples)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>(List.of(Sampler.Sample.COLUMNS));
        samples.forEach(one -> lines.add(one.line()));
        Files.write(folder.resolve("soak.csv"), lines);
        double end = samples.getLast().minutes();
        String title =
                "Soak of %.0f minutes: %.0f clients, %d transactions, %d wrong answers"
                        .formatted(
                                end,
                                samples.getLast().clients(),
                                crowd.transactions(),
                                crowd.wrong());
        Files.writeString(folder.resolve("soak.svg"), Plot.of(title, samples));
        double warm = Math.min(WARM_MINUTES, end / 3);
        List<Sampler.Sample> late = samples.stream().filter(one -> one.minutes() > warm).toList();
        System.out.println(title);
        System.out.println(crowd.totals());
        System.out.println("troubles=" + trouble.totals());
        System.out.printf(
                "after %.0f minutes, per hour: old generation %+.2f MB, direct %+.2f MB, RSS %+.2f"
                        + " MB, descriptors %+.1f, threads %+.1f%n",
                warm,
                Plot.slope(late, 0),
                Plot.slope(late, 1),
                Plot.slope(late, 2),
                Plot.slope(late, 3),
                Plot.slope(late, 4));
        List<String> errors =
                subject.said().lines().filter(line -> line.contains(" ERROR ")).toList();
        errors.stream().limit(10).forEach(System.out::println);
        String left = rest(subject);
        System.out.println("errors=" + errors.size() + " left=" + left);
        return crowd.wrong() == 0 && errors.isEmpty() && left.isEmpty();
    }

    /** What clients and connections are still in use after a while; empty if all is given back. */
    private static String rest(Subject subject) throws InterruptedException {
        String left = "Weir has ended";
        for (int i = 0; i < REST_SECONDS_MAX && subject.isAlive() && !left.isEmpty(); i++) {
            TimeUnit.SECONDS.sleep(1);
            left = "";
            try (WireClient console = subject.console()) {
                for (Message row : console.query("show pools")) {
                    if (row.tag() == 'D' && !"pgbouncer".equals(row.row().getFirst())) {
                        List<String> values = new ArrayList<>(row.row());
                        // cl_active to sv_active_cancel, without sv_idle and what follows
                        boolean isBusy =
                                values.subList(2, 8).stream().anyMatch(count -> !"0".equals(count));
                        left += isBusy ? values + " " : "";
                    }
                }
            }
        }
        return left;
    }
}
