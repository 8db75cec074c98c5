package dev.weir.bench.terminate;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Terminates statements about the moment of their commit, by {@code pg_terminate_backend}, and
 * looks whether the row of one is there that was answered with FATAL 57P01 and no CommandComplete.
 *
 * <p>Arguments: how many to terminate in all; how many at a time. Ends with status 1 if a row of
 * one is there that Weir would call rolled back.
 */
final class Terminate {
    /** How many of a kind are terminated before another kind is, and the rows are looked for. */
    private static final int ROUND = 200;

    private final Path folder;
    private final int atATime;
    private final AtomicLong ids = new AtomicLong();
    private long stopped;
    private long violations;

    private Terminate(Path folder, int atATime) {
        this.folder = folder;
        this.atATime = atATime;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        long wanted = args.length > 0 ? Long.parseLong(args[0]) : 100_000;
        int atATime = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        Path folder = Files.createTempDirectory(Path.of("/var/tmp"), "weir-terminate-");
        Files.setPosixFilePermissions(
                folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        var run = new Terminate(folder, atATime);
        run.all(wanted);
        Files.deleteIfExists(folder);
        System.exit(run.violations == 0 ? 0 : 1);
    }

    private void all(long wanted) throws InterruptedException {
        System.out.println("Statements: rows that are there.");
        System.out.println();
        System.out.println(
                "| server | statement | terminated | FATAL alone | CommandComplete, FATAL"
                        + " | acknowledged | no word | other |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        List<PgVersion> versions = new ArrayList<>();
        for (PgVersion version : PgVersion.values()) {
            if (version.available()) {
                versions.add(version);
            }
        }
        long each = wanted / ((long) versions.size() * Setup.values().length);
        for (PgVersion version : versions) {
            for (Setup setup : Setup.values()) {
                Path data = folder.resolve("pg" + version.major() + "-" + setup.ordinal());
                try (PgCluster cluster = setup.start(version, data)) {
                    on(cluster.primary(), version.major() + ", " + setup.title(), each);
                }
            }
        }
        System.out.println();
        System.out.printf(
                "FATAL 57P01 without CommandComplete, of statements to which the rule applies: %,d;"
                        + " rows that are there: %,d%n",
                stopped, violations);
    }

    private void on(PgNode node, String title, long count) throws InterruptedException {
        var tallies = new ArrayList<Tally>();
        for (Statement statement : Statement.values()) {
            tallies.add(new Tally(statement));
        }
        long done = 0;
        while (done < count) {
            for (Tally tally : tallies) {
                done += round(node, tally);
                tally.check(node);
            }
        }
        for (Tally tally : tallies) {
            System.out.println(tally.row(title));
            if (tally.statement().isOfTheRule()) {
                stopped += tally.count(Outcome.STOPPED)[0];
                violations += tally.count(Outcome.STOPPED)[1];
            }
        }
    }

    private int round(PgNode node, Tally tally) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < atATime; i++) {
            long seed = ids.get() + i;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try (var victim = new Victim(node, tally, seed, ids)) {
                                    for (int n = 0; n < ROUND; n++) {
                                        victim.once();
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return atATime * ROUND;
    }
}
