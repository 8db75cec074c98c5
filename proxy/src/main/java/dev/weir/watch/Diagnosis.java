package dev.weir.watch;

import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.LimitSnapshot;
import dev.weir.observe.LoopLoad;
import dev.weir.observe.NodeSnapshot;
import dev.weir.pool.OutageSnapshot;
import dev.weir.session.ClientSnapshot;
import dev.weir.watch.Finding.Screen;
import dev.weir.watch.Finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Finds what is wrong, and what would help. Pure. */
final class Diagnosis {
    /** Shorter waits are not reported. */
    static final long WAIT_NANOS_MIN = 250_000_000;

    /** Clients that wait for longer count as not served. */
    static final long WAIT_NANOS_MAX = 2_000_000_000;

    /** The part of a limit in use from which it will soon be reached. */
    private static final double NEARLY = 0.85;

    /** A loop with more waiting tasks is behind. */
    private static final int TASKS_MAX = 1_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Situation situation;
    private final List<Finding> findings = new ArrayList<>();

    private Diagnosis(Situation situation) {
        this.situation = situation;
    }

    /** What is wrong, the worst first. */
    static List<Finding> of(Situation situation) {
        return new Diagnosis(situation).made();
    }

    private List<Finding> made() {
        if (situation.isShuttingDown()) {
            add(
                    Severity.DOWN,
                    "This process is shutting down and takes no new clients.",
                    "Send new clients to another process.",
                    "",
                    Screen.NOW);
        }
        outages();
        situation.databases().forEach(this::gates);
        nodes();
        situation.pools().forEach(this::pool);
        situation.limits().forEach(this::limit);
        situation.loops().forEach(this::loop);
        findings.sort(Comparator.comparing(Finding::severity));
        return List.copyOf(findings);
    }

    private void add(Severity severity, String what, String remedy, String command, Screen screen) {
        findings.add(new Finding(severity, what, remedy, command, screen));
    }

    // --- servers ------------------------------------------------------------------------------

    private record Place(String database, String host) {}

    /** One finding for the pools of all users of a database. */
    private void outages() {
        Map<Place, OutageSnapshot> longest = new LinkedHashMap<>();
        Map<Place, Integer> waiting = new LinkedHashMap<>();
        for (OutageSnapshot one : situation.outages()) {
            var place = new Place(one.pool().database(), one.host().toString());
            longest.merge(place, one, (a, b) -> a.lastsNanos() >= b.lastsNanos() ? a : b);
            waiting.merge(place, one.waiting(), Integer::sum);
        }
        longest.forEach((place, outage) -> {
            int clients = waiting.getOrDefault(place, 0);
            add(
                    Severity.DOWN,
                    "%s: for %s no connection to %s could be opened: %s.%s"
                            .formatted(
                                    place.database,
                                    duration(outage.lastsNanos()),
                                    place.host,
                                    withoutDot(outage.failure().message()),
                                    clients == 0 ? "" : " " + waiters(clients) + " for it."),
                    outage.failure().isAbsence()
                            ? "Start the server, or correct the entry's host and port. Weir goes on"
                                    + " trying."
                            : "The server answers, and refuses. Correct what its message names, in"
                                    + " the entry or on the server.",
                    "",
                    Screen.NOW);
        });
    }

    private void gates(DatabaseSnapshot one) {
        String name = one.database().name();
        if (one.isPaused()) {
            long waiting =
                    situation.pools().stream()
                            .filter(pool -> pool.key().database().equals(name))
                            .mapToLong(PoolLine::waiting)
                            .sum();
            add(
                    waiting == 0 ? Severity.NOTE : Severity.WARNING,
                    waiting == 0
                            ? name + " is paused."
                            : name + " is paused. " + waiters(waiting) + ".",
                    "RESUME lets its clients go on.",
                    "RESUME " + quoted(name),
                    Screen.NOW);
        }
        if (one.isDisabled()) {
            add(
                    Severity.NOTE,
                    name + " takes no new clients: DISABLE or DRAIN.",
                    "ENABLE lets them in again.",
                    "ENABLE " + quoted(name),
                    Screen.NOW);
        }
    }

    private void nodes() {
        Map<String, Boolean> hasPrimary = new LinkedHashMap<>();
        for (NodeSnapshot one : situation.nodes()) {
            NodeReport report = one.report();
            boolean isPrimary = report.node().isPrimary() && report.error().isEmpty();
            hasPrimary.merge(one.database(), isPrimary, Boolean::logicalOr);
        }
        hasPrimary.forEach((database, there) -> {
            if (!there) {
                add(
                        Severity.DOWN,
                        database + " has no primary. Who needs it waits, or is refused.",
                        "Start the primary, or promote a standby; Weir finds it by itself.",
                        "",
                        Screen.CLUSTER);
            }
        });
        situation.nodes().forEach(this::node);
    }

    private void node(NodeSnapshot one) {
        NodeReport report = one.report();
        Node node = report.node();
        String name = one.database() + ": " + node.name();
        if (!report.error().isEmpty()) {
            add(
                    Severity.WARNING,
                    name + " does not answer: " + withoutDot(report.error()) + ".",
                    "Start it, or take it out of nodes. It gets no clients until it answers.",
                    "",
                    Screen.CLUSTER);
        } else if (report.isKnown() && !node.isPrimary() && !node.isEligible()) {
            add(
                    Severity.WARNING,
                    "Replica "
                            + node.name()
                            + " of "
                            + one.database()
                            + " is not read: "
                            + node.whyNot()
                            + ".",
                    report.isReplayPaused()
                            ? "Its replay is paused: SELECT pg_wal_replay_resume() on it ends that."
                            : "Reads go to the other nodes. Look for a long query, a slow disk or a"
                                    + " slow network of the replica.",
                    "",
                    Screen.CLUSTER);
        } else if (report.isReplayPaused()) {
            add(
                    Severity.NOTE,
                    "Replay is paused on replica " + node.name() + " of " + one.database() + ".",
                    "SELECT pg_wal_replay_resume() on it ends that.",
                    "",
                    Screen.CLUSTER);
        }
    }

    // --- pools --------------------------------------------------------------------------------

    private void pool(PoolLine pool) {
        if (pool.waiting() == 0
                || pool.oldestWaitNanos() < WAIT_NANOS_MIN
                || isExplained(pool.key().database())) {
            return;
        }
        var use = Use.of(pool);
        String what =
                "%s/%s: %s for a server connection, the first for %s. %s"
                        .formatted(
                                pool.key().database(),
                                pool.key().user(),
                                waiters(pool.waiting()),
                                duration(pool.oldestWaitNanos()),
                                use.sentence(pool));
        add(
                pool.oldestWaitNanos() >= WAIT_NANOS_MAX ? Severity.DOWN : Severity.WARNING,
                what,
                use.remedy(pool),
                "",
                Screen.SESSIONS);
    }

    /** Whether another finding already explains why its clients wait. */
    private boolean isExplained(String database) {
        return situation.databases().stream()
                        .anyMatch(one -> one.isPaused() && one.database().name().equals(database))
                || situation.outages().stream()
                        .anyMatch(one -> one.pool().database().equals(database));
    }

    /**
     * What the holders of a pool's server connections do.
     *
     * @param inTransaction have a transaction open, but no query running
     * @param pinned keep their connection outside of transactions
     */
    private record Use(int inTransaction, int pinned, int running) {
        static Use of(PoolLine pool) {
            int inTransaction = 0;
            int pinned = 0;
            int running = 0;
            for (ClientSnapshot holder : pool.holders()) {
                if (holder.times().queryNanos() > 0) {
                    running++;
                } else if (holder.times().transactionNanos() > 0) {
                    inTransaction++;
                } else if (!holder.pins().isEmpty()) {
                    pinned++;
                }
            }
            return new Use(inTransaction, pinned, running);
        }

        private int sum() {
            return inTransaction + pinned + running;
        }

        String sentence(PoolLine pool) {
            String all = pool.size() == 0 ? "" : " of " + pool.size();
            String text = pool.active() + all + " are in use";
            var parts = new StringJoiner(", ");
            part(parts, running, "running a query");
            part(parts, inTransaction, "idle in transaction");
            part(parts, pinned, "kept by pinned sessions");
            return parts.length() == 0 ? text + "." : text + ": " + parts + ".";
        }

        private static void part(StringJoiner parts, int count, String what) {
            if (count > 0) {
                parts.add(count + " " + what);
            }
        }

        String remedy(PoolLine pool) {
            if (pool.size() > 0 && pool.active() < pool.size()) {
                return "More connections are being opened, or a limit on the server's connections"
                        + " holds them back: see max_db_connections and max_user_connections.";
            }
            if (inTransaction > 0 && 2 * inTransaction >= sum()) {
                return "Applications leave transactions open: see who, and let"
                        + " idle_transaction_timeout end them.";
            }
            if (pinned > 0 && 2 * pinned >= sum()) {
                return "Sessions keep their connections: see why, and give such applications a pool"
                        + " of their own.";
            }
            return "Shorten what runs longest, or raise pool_size if the server has room.";
        }
    }

    // --- limits -------------------------------------------------------------------------------

    private void limit(LimitSnapshot one) {
        if (one.value() > 0 && one.inUse() >= NEARLY * one.value()) {
            add(
                    Severity.WARNING,
                    "%s: %d of %d are in use."
                            .formatted(one.limit().setting().name(), one.inUse(), one.value()),
                    "Raise the limit, or find out who takes up so much.",
                    "",
                    Screen.LIMITS);
        }
    }

    private void loop(LoopLoad one) {
        if (one.pendingTasks() > TASKS_MAX) {
            add(
                    Severity.WARNING,
                    "Event loop %d is behind: %d tasks wait for it."
                            .formatted(one.index(), one.pendingTasks()),
                    "The machine has too little CPU time for this process.",
                    "",
                    Screen.LIMITS);
        }
    }

    // --- words --------------------------------------------------------------------------------

    private static String waiters(long clients) {
        return clients == 1 ? "1 client waits" : clients + " clients wait";
    }

    private static String withoutDot(String text) {
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A duration such as 0.8 s, 12 s, 3 min. */
    static String duration(long nanos) {
        double seconds = (double) nanos / NANOS_PER_SECOND;
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 120 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min";
    }
}
