package dev.weir.observe;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.Node;
import dev.weir.cluster.Patroni;
import dev.weir.cluster.Topology;
import dev.weir.config.Settings;
import dev.weir.error.ProxyError;
import dev.weir.net.Clock;
import dev.weir.net.Loops;
import dev.weir.observe.Failovers.Plan;
import dev.weir.pool.Gate;
import dev.weir.pool.Gate.Cause;
import dev.weir.pool.Gates;
import dev.weir.pool.Pools;
import dev.weir.session.Sessions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HOLD, RELEASE and SWITCHOVER: clients wait while the operator gives a database another primary,
 * or does something else to it.
 */
final class Switchovers {
    /*
     * SWITCHOVER: blocks wait ──no block is open──▶ all wait ──nothing runs──▶ the replica has all
     *             └────the grace is over: blocks, then all that runs, are cut off───▶ │
     *                                                                                 ▼
     *    all go on ◀──another primary, RELEASE, or switchover_timeout──── all wait for the operator
     *
     * What waits is what needs the primary. Reads go on where they are.
     */

    /** For how long blocks may go on if the operator does not say. */
    static final int GRACE_SECONDS = 3;

    /** How long a replica may take until it has what was written before everybody waited. */
    private static final long CATCH_UP_MILLIS_MAX = 10_000;

    /** How long statements may run on whose blocks have used up the grace. */
    private static final long STATEMENTS_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How long it takes at most until connections are gone that were cut off. */
    private static final long CUT_OFF_MILLIS_MAX = 1_000;

    /** How long it takes at most to find out whether sessions can be moved. */
    private static final long JUDGE_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);

    /** The same, while nobody is held yet. */
    private static final long HOLD_JUDGE_MILLIS_MAX = 500;

    private static final Logger log = LoggerFactory.getLogger(Switchovers.class);

    private final Control control;
    private final Loops loops;
    private final Pools pools;
    private final Sessions sessions;
    private final Gates gates;
    private final Failovers failovers;
    private final Clock clock;

    Switchovers(
            Control control,
            Loops loops,
            Pools pools,
            Sessions sessions,
            Failovers failovers,
            Clock clock) {
        this.control = control;
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.gates = pools.gates();
        this.failovers = failovers;
        this.clock = clock;
    }

    // --- HOLD and RELEASE ---------------------------------------------------------------------

    /** Nobody gets the primary any more; complete when nothing runs there. */
    CompletableFuture<Void> hold(String database) {
        PrimaryConnections connections = connections(database);
        CompletableFuture<Void> judged = connections.judge();
        if (judged.isDone()) {
            gates.closePrimary(database, Cause.HOLD, Gate.NO_DEADLINE);
            return connections.atRest();
        }
        var held = new CompletableFuture<Void>();
        judged.completeOnTimeout(null, HOLD_JUDGE_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .thenRun(() -> {
                    gates.closePrimary(database, Cause.HOLD, Gate.NO_DEADLINE);
                    CompletableFuture<Void> atRest = connections.atRest();
                    atRest.thenRun(() -> held.complete(null));
                    held.whenComplete((_, _) -> atRest.cancel(false));
                });
        return held;
    }

    private PrimaryConnections connections(String database) {
        return new PrimaryConnections(loops, pools, sessions, database);
    }

    void release(String database) throws Refused {
        Gate gate = gates.ofPrimary(database);
        if (gate.isOpen() && !failovers.expects(database)) {
            throw new Refused(ProxyError.CONSOLE_NOT_HELD, database);
        }
        failovers.giveUp(database);
        failovers.open(database);
    }

    // --- SWITCHOVER ---------------------------------------------------------------------------

    /**
     * Lets clients wait for another primary. Completes when it may be promoted, with what the
     * operator should know. Whoever cancels what this returns lets the clients go on.
     *
     * @param to {@code host:port} of the next primary; empty for the replica that is least late
     * @param early told at once what the operator should know before anybody waits
     */
    CompletableFuture<List<String>> start(
            String database, String to, int graceSeconds, Consumer<String> early) throws Refused {
        Cluster cluster = control.clusters().of(database);
        if (cluster == null) {
            throw new Refused(ProxyError.CONSOLE_NO_NODES, database);
        }
        Node old = cluster.topology().primaryNode();
        if (old == null) {
            throw new Refused(ProxyError.CONSOLE_SWITCHOVER_REFUSED, database, "it has no primary");
        }
        Node next = next(database, cluster.topology(), to);
        Plan plan = failovers.expect(database);
        if (plan == null) {
            throw new Refused(
                    ProxyError.CONSOLE_SWITCHOVER_REFUSED, database, "another one is under way");
        }
        log.info("SWITCHOVER '{}' command issued from={} to={}", database, old.name(), next.name());
        var result = new CompletableFuture<List<String>>();
        Thread work =
                Thread.ofVirtual()
                        .name("weir-switchover-" + database)
                        .start(() -> {
                            var move = new Move(database, cluster, old, next, plan);
                            move.run(graceSeconds, early, result);
                        });
        result.whenComplete((_, _) -> {
            if (result.isCancelled()) {
                work.interrupt();
            }
        });
        return result;
    }

    private static Node next(String database, Topology topology, String to) throws Refused {
        Node best = null;
        for (Node node : topology.nodes()) {
            boolean isMeant = to.isEmpty() ? node.isEligible() : node.name().equals(to);
            if (isMeant && (best == null || node.lagBytes() < best.lagBytes())) {
                best = node;
            }
        }
        if (best == null) {
            String why = to.isEmpty() ? "no replica can be read" : "it has no node " + to;
            throw new Refused(ProxyError.CONSOLE_SWITCHOVER_REFUSED, database, why);
        }
        if (!best.isReadable()) {
            throw new Refused(
                    ProxyError.CONSOLE_SWITCHOVER_REFUSED,
                    database,
                    best.name() + " is " + (best.isPrimary() ? "the primary" : best.whyNot()));
        }
        return best;
    }

    /** The other databases whose primary is this node, by name. */
    private List<String> others(String database, String primary) {
        List<String> others = new ArrayList<>();
        for (String other : new TreeSet<>(control.clusters().databases())) {
            Cluster cluster = control.clusters().of(other);
            Node node = cluster == null ? null : cluster.topology().primaryNode();
            if (node != null && node.name().equals(primary) && !other.equals(database)) {
                others.add(other);
            }
        }
        return others;
    }

    /** One that is under way; on a thread of its own. */
    private final class Move {
        private final String database;
        private final Cluster cluster;
        private final Node old;
        private final Node next;
        private final Plan plan;
        private final PrimaryConnections connections;
        private final List<String> notices = new ArrayList<>();

        Move(String database, Cluster cluster, Node old, Node next, Plan plan) {
            this.database = database;
            this.cluster = cluster;
            this.old = old;
            this.next = next;
            this.plan = plan;
            this.connections = connections(database);
        }

        void run(int graceSeconds, Consumer<String> early, CompletableFuture<List<String>> result) {
            try {
                tellKept(early);
                List<String> others = others(database, old.name());
                if (!others.isEmpty()) {
                    early.accept(
                            "clients of %s have the same primary, and are not held"
                                    .formatted(String.join(", ", others)));
                }
                drain(TimeUnit.SECONDS.toNanos(graceSeconds));
                catchUp();
                long limit = control.config().get(Settings.SWITCHOVER_TIMEOUT).toNanos();
                ready(limit);
                Patroni patroni = cluster.patroni();
                if (patroni == null) {
                    notices.add(advice(limit));
                } else {
                    promote(patroni, limit);
                }
                if (!result.complete(notices) && !plan.done().isDone()) {
                    abandon();
                }
            } catch (InterruptedException _) {
                abandon();
            } catch (ExecutionException | RuntimeException e) {
                log.error("switchover_failed database={}", database, e);
                abandon();
                result.completeExceptionally(e);
            } catch (TimeoutException e) {
                log.warn("switchover_given_up database={} reason=\"{}\"", database, e.getMessage());
                abandon();
                result.completeExceptionally(
                        new Refused(
                                ProxyError.CONSOLE_SWITCHOVER_REFUSED,
                                database,
                                String.valueOf(e.getMessage())));
            }
        }

        /** Tells what becomes of the sessions that keep their server connection. */
        private void tellKept(Consumer<String> early)
                throws InterruptedException, ExecutionException {
            holds(connections.judge(), clock.nanoTime() + JUDGE_NANOS_MAX);
            PrimaryConnections.Kept kept = connections.kept().get();
            if (kept.bound() > 0) {
                early.accept(
                        kept.bound()
                                + " sessions keep their server connection and cannot be moved;"
                                + " they are closed");
            }
            if (kept.movable() > 0) {
                early.accept(
                        kept.movable()
                                + " sessions keep their server connection and are moved, unless"
                                + " the server shows that they have more there than settings and"
                                + " prepared statements");
            }
        }

        private void abandon() {
            failovers.giveUp(database);
            failovers.open(database);
        }

        private void drain(long graceNanos) throws InterruptedException, ExecutionException {
            long end = clock.nanoTime() + graceNanos;
            gates.closePrimary(database, Cause.DRAIN_BLOCKS, Gate.NO_DEADLINE);
            holds(connections.withoutBlocks(), end);
            gates.closePrimary(database, Cause.DRAIN, Gate.NO_DEADLINE);
            gates.openPrimary(database, Cause.DRAIN_BLOCKS);
            int closed = 0;
            if (!holds(connections.atRest(), end)) {
                notices.add("what was still running after the grace was cut off");
                closed = connections.cutOffIdleBlocks().get();
                holds(connections.atRest(), clock.nanoTime() + STATEMENTS_NANOS);
            }
            closed += connections.cutOff().get();
            if (closed > 0) {
                notices.add(closed + " sessions could not be moved and were closed");
            }
            holds(
                    connections.atRest(),
                    clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CUT_OFF_MILLIS_MAX));
        }

        /** Whether it becomes true before the time is over. */
        private boolean holds(CompletableFuture<Void> what, long endNanos)
                throws InterruptedException, ExecutionException {
            try {
                what.get(Math.max(0, endNanos - clock.nanoTime()), TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException _) {
                what.cancel(false);
                return false;
            }
        }

        /** Waits until the next primary has all that was written before everybody waited. */
        private void catchUp() throws InterruptedException, ExecutionException, TimeoutException {
            long begin = clock.nanoTime();
            var caughtUp = new CompletableFuture<Void>();
            Runnable look =
                    () -> {
                        if (hasAll(begin)) {
                            caughtUp.complete(null);
                        }
                    };
            cluster.await(look);
            try {
                cluster.hint(old.index());
                look.run();
                caughtUp.get(CATCH_UP_MILLIS_MAX, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                throw new TimeoutException(next.name() + " does not get all that was written");
            } finally {
                cluster.forget(look);
            }
        }

        private boolean hasAll(long begin) {
            Topology now = cluster.topology();
            if (now.primary() != old.index()) {
                return true; // it is away already
            }
            Node from = now.node(old.index());
            Node to = now.node(next.index());
            return from.polledNanos() - begin > 0
                    && Long.compareUnsigned(to.lsn(), from.lsn()) >= 0;
        }

        /** Everybody waits, and nothing is lost if the next primary is promoted now. */
        private void ready(long limit) {
            gates.closePrimary(database, Cause.HOLD, clock.nanoTime() + limit);
            gates.openPrimary(database, Cause.DRAIN);
            if (plan.done().isDone()) {
                failovers.open(database); // it came first
                return;
            }
            loops.all().getFirst().schedule(this::overdue, limit, TimeUnit.NANOSECONDS);
        }

        private String advice(long limit) {
            return "clients wait, and "
                    + next.name()
                    + " has all that was written: stop "
                    + old.name()
                    + " and promote "
                    + next.name()
                    + " within "
                    + TimeUnit.NANOSECONDS.toSeconds(limit)
                    + " seconds";
        }

        /** Has Patroni do it, and waits until it is done. */
        private void promote(Patroni patroni, long limit)
                throws InterruptedException, ExecutionException, TimeoutException {
            long end = clock.nanoTime() + limit;
            try {
                patroni.switchOver(cluster.address(old.index()), cluster.address(next.index()));
            } catch (IOException e) {
                if (!plan.done().isDone()) {
                    throw new TimeoutException(e.getMessage());
                }
            }
            try {
                plan.done().get(Math.max(0, end - clock.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                throw new TimeoutException("no other node became the primary in time");
            }
            notices.add(next.name() + " is the primary");
        }

        private void overdue() {
            if (!plan.done().isDone()) {
                log.warn(
                        "switchover_given_up database={} reason=\"no other node became the primary"
                                + " within switchover_timeout\"",
                        database);
                abandon();
            }
        }
    }
}
