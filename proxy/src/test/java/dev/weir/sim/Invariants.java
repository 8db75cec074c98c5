package dev.weir.sim;

import dev.weir.metrics.Metric;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Gate;
import dev.weir.pool.Lease;
import dev.weir.pool.LeaseSnapshot;
import dev.weir.pool.NodeShard;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import dev.weir.session.Sessions;
import dev.weir.session.Waiters;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What must hold after every step, and at the end. */
final class Invariants {
    /** How often all is looked at. */
    private static final int THOROUGH = 64;

    /** query_wait_timeout and two ticks of housekeeping. */
    private static final long WAIT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(4_000 + 700);

    /** When a gate is closed for so long, every loop has had its housekeeping. */
    private static final long GATE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private final World world;
    private final Pools pools;
    private final Sessions sessions;
    private final Map<ClientShard, Queue> queues = new IdentityHashMap<>();
    private final List<ClientPool> known = new ArrayList<>();
    private final List<Queue> all = new ArrayList<>();
    private long steps;
    private long gateNanos;
    private long movedNanos = Long.MIN_VALUE / 2;

    Invariants(World world, Pools pools, Sessions sessions) {
        this.world = world;
        this.pools = pools;
        this.sessions = sessions;
    }

    /** After each step. */
    void step() {
        boolean isThorough = steps++ % THOROUGH == 0;
        if (isThorough) {
            know();
        }
        permits();
        SimLoop ran = world.schedule().ran();
        for (Queue queue : all) {
            if (isThorough || queue.loop == ran) {
                queue.look(isThorough);
            }
        }
        if (isThorough) {
            waits();
        }
    }

    private void know() {
        known.clear();
        all.clear();
        for (ClientPool pool : pools.all()) {
            known.add(pool);
            for (ClientShard shard : pool.shards()) {
                all.add(queues.computeIfAbsent(shard, _ -> new Queue(shard)));
            }
        }
        if (queues.size() > all.size() * 2 + 64) {
            queues.keySet().removeIf(shard -> all.stream().noneMatch(one -> one.shard == shard));
        }
    }

    /** Who waits for the primary goes where it is now, behind those who wait there. */
    void waitersMove() {
        movedNanos = world.schedule().nanoTime();
    }

    /** PAUSE or RESUME. */
    void gateMoves() {
        gateNanos = world.schedule().nanoTime();
    }

    /** Whether every loop must know of a PAUSE. */
    private boolean isClosed() {
        return isPaused() && world.schedule().nanoTime() - gateNanos > GATE_NANOS_MAX;
    }

    private boolean isPaused() {
        return pools.gates().of("app").has(Gate.Cause.PAUSE);
    }

    /** Where there are nodes, clients wait for different ones in one line. */
    private boolean isInOrder() {
        return world.rules().nodes() == 1
                && world.schedule().nanoTime() - movedNanos > WAIT_NANOS_MAX;
    }

    /** A permit is taken exactly as long as a connection, or its opening, is there. */
    private void permits() {
        if (!areRight()) {
            know();
        }
        if (!areRight()) {
            int used = known.stream().mapToInt(ClientPool::size).sum();
            world.fails(used + " permits are taken (expected: " + world.serverChannels() + ")");
        }
    }

    /** One that is being opened has no channel while its name is looked up, or after it failed. */
    private boolean areRight() {
        int used = 0;
        int opening = 0;
        for (ClientPool pool : known) {
            used += pool.size();
            opening += pool.opening();
        }
        int without = used - world.serverChannels();
        return without == 0 || world.mayLackChannels() && without > 0 && without <= opening;
    }

    private void waits() {
        for (Queue queue : all) {
            queue.in(() -> {
                waits(queue.shard.waiters());
                waits(queue.shard.waitersForPin());
            });
        }
    }

    private void waits(Map<Waiter, Long> waiters) {
        long now = world.schedule().nanoTime();
        for (long since : waiters.values()) {
            if (now - since > WAIT_NANOS_MAX) {
                world.failsSoon("a client waits for " + (now - since) + " ns");
            }
        }
    }

    /** Where somebody waits, and since when. */
    private record Place(long number, long sinceNanos) {}

    /** The waiters of one shard, as they were seen last. */
    private final class Queue {
        private final ClientShard shard;
        private final SimLoop loop;
        private Map<Waiter, Place> order = Map.of();
        private long joined;
        private long leases;
        private boolean isClosed;

        Queue(ClientShard shard) {
            this.shard = shard;
            this.loop = (SimLoop) shard.loop();
        }

        void in(Runnable what) {
            world.schedule().run(loop, what);
        }

        void look(boolean isThorough) {
            in(this::compare);
            if (isThorough) {
                in(this::gate);
            }
        }

        /** Nobody is served while the gate is closed. */
        private void gate() {
            long before = leases;
            leases = shard.meters().read().get(Metric.LEASES);
            boolean wasClosed = isClosed;
            isClosed = isClosed();
            if (wasClosed && isClosed && leases > before) {
                world.failsSoon("a client was served though the gate is closed");
            }
        }

        /** Whoever was served came before all who still wait. */
        private void compare() {
            Map<Waiter, Long> waiters = shard.waiters();
            if (waiters.isEmpty()) {
                order = Map.of(); // whoever is served when all are comes in turn
                return;
            }
            var next = new IdentityHashMap<Waiter, Place>();
            List<Map.Entry<Waiter, Long>> since = new ArrayList<>(waiters.entrySet());
            since.sort(Map.Entry.comparingByValue());
            long first = Long.MAX_VALUE;
            for (Map.Entry<Waiter, Long> one : since) {
                Place before = order.get(one.getKey());
                if (before != null && before.sinceNanos == one.getValue()) {
                    first = Math.min(first, before.number);
                    next.put(one.getKey(), before);
                } else {
                    next.put(one.getKey(), new Place(++joined, one.getValue()));
                }
            }
            for (Map.Entry<Waiter, Place> one : order.entrySet()) {
                if (isInOrder()
                        && one.getValue().number > first
                        && !next.containsKey(one.getKey())
                        && isServed(one.getKey())) {
                    world.failsSoon("a client was served before one that came first");
                }
            }
            order = next;
            idle();
        }

        private boolean isServed(Waiter waiter) {
            return Waiters.isServed(sessions, loop, waiter);
        }

        /**
         * Nobody waits while a connection is free, unless enough are being tested or wiped: one
         * that has something of another client's is left alone then, and so is one that was opened
         * with other startup parameters.
         */
        private void idle() {
            if (isPaused() || world.rules().nodes() > 1 || world.rules().matchesStartups()) {
                return;
            }
            for (Lease lease : leases(shard)) {
                if (lease.isIdle() && !lease.server().closeNeeded() && coming() < order.size()) {
                    world.failsSoon("a client waits while a connection is idle");
                }
            }
        }

        private long coming() {
            return shard.servers().stream().filter(one -> one.state().equals("tested")).count();
        }
    }

    private static List<Lease> leases(ClientShard shard) {
        var all = new ArrayList<Lease>();
        for (NodeShard node : shard.nodes()) {
            all.addAll(node.leases());
        }
        return all;
    }

    /** How the pool is: whether connections are free, or clients wait. */
    String poolState() {
        know();
        int[] counts = new int[3];
        for (Queue queue : all) {
            queue.in(() -> {
                counts[0] += queue.shard.waiters().size();
                for (Lease lease : leases(queue.shard)) {
                    counts[1] += lease.isIdle() ? 1 : 0;
                    counts[2]++;
                }
            });
        }
        if (counts[0] > 0) {
            return "clients wait";
        }
        if (counts[1] > 0) {
            return "some are free";
        }
        return counts[2] > 0 ? "all are taken" : "no connection";
    }

    // --- the end ------------------------------------------------------------------------------

    /** Whether nobody is here, nobody waits, and every connection is idle. */
    boolean isAtRest() {
        know();
        boolean[] rests = {true};
        for (Queue queue : all) {
            queue.in(() -> {
                rests[0] &= queue.shard.waiters().isEmpty();
                rests[0] &= queue.shard.waitersForPin().isEmpty();
                for (Lease lease : leases(queue.shard)) {
                    rests[0] &= lease.isIdle();
                }
            });
        }
        for (ClientPool pool : known) {
            rests[0] &= pool.clients() == 0 && pool.opening() == 0 && pool.places().taken() == 0;
        }
        return rests[0];
    }

    /** Nothing is left. */
    void end() {
        know();
        for (ClientPool pool : known) {
            if (pool.size() != 0) {
                world.fails("permits of " + pool.key() + " are left: " + pool.size());
            }
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Queue queue : all) {
            queue.in(() -> {
                text.append(queue.shard.pool().key())
                        .append(" clients=")
                        .append(queue.shard.pool().clients())
                        .append(" waiting=")
                        .append(queue.shard.waiters().size())
                        .append(" waitingForPin=")
                        .append(queue.shard.waitersForPin().size())
                        .append(" pinned=")
                        .append(queue.shard.pool().places().taken())
                        .append(" opening=")
                        .append(queue.shard.pool().opening());
                for (LeaseSnapshot lease : queue.shard.servers()) {
                    text.append(' ').append(lease.state());
                }
                text.append("; ");
            });
        }
        return text.toString();
    }
}
