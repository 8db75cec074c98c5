package dev.weir.bench.demo;

import dev.weir.pgkit.PgNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Shows a switchover that no client notices, and a crash after which each knows where it stands.
 */
final class MovedPrimary implements Tour.Step {
    private static final long POLL_NANOS = 20_000_000;
    private static final long WAIT_NANOS_MAX = 30_000_000_000L;

    /** How many rows are written before something happens, and after it. */
    private static final long ROWS = 500;

    /** The columns of SHOW FAILOVERS that are shown. */
    private static final List<Integer> COLUMNS = List.of(4, 8, 10, 11, 12, 13, 14, 15);

    private static final List<String> TITLES =
            List.of(
                    "to",
                    "held_ms",
                    "retried",
                    "rolled_back",
                    "in_doubt",
                    "resolved",
                    "lost_min",
                    "lost_max");

    @Override
    public void show(Stage stage, Screen screen) {
        if (stage.cluster().replicas().isEmpty()) {
            return;
        }
        PgNode one = stage.cluster().primary();
        PgNode two = stage.cluster().replica(0);
        try (Client setup = stage.client()) {
            setup.ask(Writers.TABLE);
        }
        try (Client console = stage.console();
                Writers writers = new Writers(stage, firstId(stage))) {
            switchover(stage, screen, console, writers, one, two);
            crash(stage, screen, writers, two, one);
            screen.say("SHOW FAILOVERS:");
            List<List<String>> rows = new ArrayList<>(List.of(TITLES));
            console.askRows("SHOW FAILOVERS").stream()
                    .filter(row -> row.get(1).equals(Stage.DATABASE))
                    .forEach(row -> rows.add(COLUMNS.stream().map(row::get).toList()));
            screen.table(rows);
            for (PgNode replica : stage.cluster().replicas()) {
                await(() -> isThere(console, Stage.address(replica)));
            }
        }
    }

    private static long firstId(Stage stage) {
        try (Client reader = stage.client()) {
            return 1 + Long.parseLong(reader.ask("SELECT coalesce(max(id), 0) FROM moved"));
        }
    }

    private static void switchover(
            Stage stage, Screen screen, Client console, Writers writers, PgNode from, PgNode to) {
        screen.step("The primary moves");
        String next = Stage.address(to);
        screen.say(
                "%d clients write a row each, again and again, every other one in a block."
                    + " SWITCHOVER on the console lets them wait; %s is stopped, and %s promoted.",
                Writers.CLIENTS, Stage.address(from), next);
        awaitRows(writers);
        await(() -> isThere(console, next));
        console.ask("SWITCHOVER " + Stage.DATABASE + " TO '" + next + "'");
        long begin = System.nanoTime();
        from.stop();
        to.promote();
        long millis = (System.nanoTime() - begin) / 1_000_000;
        follow(stage, to, from);
        from.start();
        awaitRows(writers);
        Writers.Count count = count(stage, writers);
        screen.say(
                "%,d transactions, %d errors. The longest took %,d ms; PostgreSQL alone was away"
                        + " for %,d ms.",
                count.acknowledged(), errors(count), count.longestMillis(), millis);
        await(() -> isThere(console, Stage.address(from)));
    }

    private static void crash(
            Stage stage, Screen screen, Writers writers, PgNode dies, PgNode next) {
        screen.step("The primary dies");
        screen.say(
                "The same clients. %s is killed (kill -9), and %s promoted; replication is"
                        + " asynchronous.",
                Stage.address(dies), Stage.address(next));
        awaitRows(writers);
        dies.kill();
        next.promote();
        awaitRows(writers);
        Writers.Count count = count(stage, writers);
        screen.say(
                "%,d transactions were acknowledged: %d are missing. %d were reported as rolled"
                        + " back (40001): %d are there. %d in doubt (08007): %d are there. %d other"
                        + " errors. The longest wait was %,d ms.",
                count.acknowledged(),
                count.missing(),
                count.rolledBack(),
                count.undone(),
                count.inDoubt(),
                count.committed(),
                count.others().size(),
                count.longestMillis());
        dies.copyOf(next);
        follow(stage, next, dies);
        dies.start();
    }

    private static long errors(Writers.Count count) {
        return count.rolledBack() + count.inDoubt() + count.others().size();
    }

    /** All replicas follow the new primary. */
    private static void follow(Stage stage, PgNode primary, PgNode old) {
        old.follow(primary);
        stage.cluster().nodes().stream()
                .filter(node -> node != primary && node != old)
                .forEach(node -> node.follow(primary));
    }

    private static Writers.Count count(Stage stage, Writers writers) {
        try (Client reader = stage.client()) {
            return writers.count(reader);
        }
    }

    private static boolean isThere(Client console, String address) {
        return console.askRows("SHOW NODES").stream()
                .anyMatch(row ->
                        row.get(0).equals(Stage.DATABASE)
                                && row.get(1).equals(address)
                                && row.get(2).equals("replica")
                                && row.get(3).equals("up"));
    }

    private static void awaitRows(Writers writers) {
        long before = writers.told();
        await(() -> writers.told() > before + ROWS);
    }

    private static void await(BooleanSupplier what) {
        long begin = System.nanoTime();
        while (!what.getAsBoolean()) {
            if (System.nanoTime() - begin > WAIT_NANOS_MAX) {
                throw new IllegalStateException("the servers or the clients do not go on");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
