package dev.weir.bench.demo;

import dev.weir.pgkit.PgNode;
import java.util.List;
import java.util.Locale;

/** Shows that reads leave a replica that falls behind, and return when it has caught up. */
final class StalledReplica implements Tour.Step {
    /**
     * The number of looks, half a second apart, during which its replay is paused; LOOKS_MAX limits
     * those that follow.
     */
    private static final int PAUSED_LOOKS = 5;

    private static final int LOOKS_MAX = 25;

    private static final String HALF_A_SECOND = "SELECT pg_sleep(0.5)";

    private static final List<String> TITLES =
            List.of(
                    "seconds",
                    "replay",
                    "state",
                    "lag_ms",
                    "reads on it",
                    "elsewhere",
                    "of primary");

    /** The row of the replica in SHOW NODES. */
    private record Look(String state, String lagMillis) {}

    @Override
    public void show(Stage stage, Screen screen) {
        if (stage.cluster().replicas().isEmpty()) {
            return;
        }
        PgNode replica = stage.cluster().replica(0);
        screen.step("A replica that stands still");
        screen.say(
                "Clients come and go, read and write. Replay on %s is paused and resumed;"
                        + " max_replica_lag is 1 s. Each half second:",
                Stage.address(replica));
        var traffic = new Traffic(stage);
        boolean isBack;
        try (traffic) {
            isBack = watch(stage, screen, replica);
        } finally {
            replica.resumeReplay();
        }
        screen.say(
                "%s. %,d reads, %d errors.",
                isBack ? "It is read again" : "It was not read again",
                traffic.reads(),
                traffic.errors());
    }

    /** Returns whether the replica was read again at the end. */
    private static boolean watch(Stage stage, Screen screen, PgNode replica) {
        String address = Stage.address(replica);
        try (Client console = stage.console();
                Client clock = stage.observer()) {
            clock.ask(HALF_A_SECOND);
            List<Integer> widths = screen.tableHead(TITLES);
            long begin = System.nanoTime();
            RouteCounts counts = RouteCounts.now(console);
            boolean wasOut = false;
            for (int look = 0; look < LOOKS_MAX; look++) {
                clock.ask(HALF_A_SECOND);
                RouteCounts now = RouteCounts.now(console);
                RouteCounts since = now.since(counts);
                counts = now;
                Look found = look(console, address);
                double seconds = (System.nanoTime() - begin) / 1e9;
                String replay = look == 0 || look > PAUSED_LOOKS ? "goes on" : "paused";
                long there = since.of(way -> way.isOnReplica() && way.node().equals(address));
                screen.tableRow(widths, row(seconds, replay, found, since, there));
                wasOut |= found.state.equals("out");
                if (wasOut && found.state.equals("up") && there > 0) {
                    return true;
                }
                if (look == 0) {
                    replica.pauseReplay();
                } else if (look == PAUSED_LOOKS) {
                    replica.resumeReplay();
                }
            }
            return false;
        }
    }

    private static List<String> row(
            double seconds, String replay, Look found, RouteCounts since, long there) {
        long onReplicas = since.of(RouteCounts.Way::isOnReplica);
        long onPrimary = since.of(way -> !way.isOnReplica() && !way.isWrite());
        return List.of(
                String.format(Locale.ENGLISH, "%.1f", seconds),
                replay,
                found.state,
                found.lagMillis,
                String.valueOf(there),
                String.valueOf(onReplicas - there),
                String.valueOf(onPrimary));
    }

    private static Look look(Client console, String address) {
        return console.askRows("SHOW NODES").stream()
                .filter(row -> row.get(0).equals(Stage.DATABASE) && row.get(1).equals(address))
                .map(row -> new Look(row.get(3), row.get(6)))
                .findFirst()
                .orElseThrow();
    }
}
