package dev.weir.bench.demo;

import java.util.concurrent.ExecutionException;

/**
 * Shows that reads are spread over the replicas, and that each sees what its client has written
 * before.
 */
final class RoutedReads implements Tour.Step {
    private static final int CLIENTS = 20;
    private static final int WRITERS = 5;
    private static final int ROUNDS = 50;
    private static final int READS = 5;

    @Override
    public void show(Stage stage, Screen screen) throws InterruptedException, ExecutionException {
        int replicas = stage.cluster().replicas().size();
        if (replicas == 0) {
            return;
        }
        screen.step("Reads go to " + (replicas == 1 ? "the replica" : replicas + " replicas"));
        try (Client console = stage.console();
                Crowd crowd = new Crowd(stage, CLIENTS, Stage.DATABASE)) {
            RouteCounts before = RouteCounts.now(console);
            int stale = crowd.play(RoutedReads::writeAndRead).stream().mapToInt(n -> n).sum();
            RouteCounts counts = RouteCounts.now(console).since(before);
            int reads = CLIENTS * ROUNDS * READS;
            screen.say(
                    "%d clients of database %s (route=auto) read a balance %d times, %d times over;"
                            + " %d of them change it first: %,d writes, %,d reads, %d of them"
                            + " stale. Replicas gave %.0f %% of the answers. SHOW ROUTES:",
                    CLIENTS,
                    Stage.DATABASE,
                    READS,
                    ROUNDS,
                    WRITERS,
                    WRITERS * ROUNDS,
                    reads,
                    stale,
                    counts.of(RouteCounts.Way::isOnReplica) * 100.0 / reads);
            screen.table(counts.table());
        }
        showReports(stage, screen);
    }

    /** Returns how many reads did not see the preceding write. */
    private static int writeAndRead(Client client, int index) {
        int stale = 0;
        int account = 1 + index;
        String read = "SELECT balance FROM account WHERE id = " + account;
        String expected = "";
        for (int round = 0; round < ROUNDS; round++) {
            if (index < WRITERS) {
                expected = String.valueOf(round);
                client.ask("UPDATE account SET balance = " + round + " WHERE id = " + account);
            }
            for (int i = 0; i < READS; i++) {
                String balance = client.ask(read);
                expected = expected.isEmpty() ? balance : expected; // nobody else changes it
                stale += balance.equals(expected) ? 0 : 1;
            }
        }
        return stale;
    }

    private static void showReports(Stage stage, Screen screen) {
        try (Client client = stage.client(Stage.ON_REPLICA)) {
            screen.say(
                    "Database %s (route=replica) is for reports: pg_is_in_recovery() says %s.",
                    Stage.ON_REPLICA, client.ask("SELECT pg_is_in_recovery()"));
        }
    }
}
