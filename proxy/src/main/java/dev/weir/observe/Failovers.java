package dev.weir.observe;

import dev.weir.cluster.Clusters;
import dev.weir.cluster.PrimaryChange;
import dev.weir.net.Clock;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Gate.Cause;
import dev.weir.pool.Losses;
import dev.weir.pool.Pools;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Lets the pools follow the primaries, and remembers what became of these. Any thread. */
public final class Failovers implements Clusters.Changes {
    /** How many are remembered; the oldest is forgotten first. */
    private static final int KEPT_MAX = 100;

    /** For how long clients wait at most because of a suspicion. */
    private static final long SUSPICION_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Pools pools;
    private final Clock clock;
    private final ArrayDeque<Failover> kept = new ArrayDeque<>();
    private final Map<String, Plan> plans = new ConcurrentHashMap<>();

    /** Connections that end so long before the primary is known to be away end because of that. */
    private static final long BEFORE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Connections to the old primary are gone so long after there is another. */
    private static final long AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * What happened, how many were waiting, and what is lost, which their loops count.
     *
     * @param sinceNanos when it began
     * @param atNanos when another node was the primary
     */
    private record Failover(
            FailoverSnapshot seen,
            long sinceNanos,
            long atNanos,
            AtomicInteger held,
            LostCommits commits) {
        FailoverSnapshot now(List<ClientPool> pools) {
            Losses.Counts lost = Losses.Counts.NONE;
            for (ClientPool pool : pools) {
                lost =
                        lost.plus(
                                pool.losses()
                                        .between(sinceNanos - BEFORE_NANOS, atNanos + AFTER_NANOS));
            }
            return seen.with(
                    new FailoverSnapshot.Became(held.get(), lost, commits.min(), commits.max()));
        }
    }

    /**
     * A switchover for which clients are held.
     *
     * @param sinceNanos when the first had to wait
     * @param done completes once another node is the primary
     */
    record Plan(long sinceNanos, CompletableFuture<PrimaryChange> done) {}

    public Failovers(Pools pools, Clock clock) {
        this.pools = pools;
        this.clock = clock;
    }

    // --- plans --------------------------------------------------------------------------------

    /** Expects another primary of a database; null if that is expected already. */
    @Nullable Plan expect(String database) {
        var plan = new Plan(clock.nanoTime(), new CompletableFuture<>());
        return plans.putIfAbsent(database, plan) == null ? plan : null;
    }

    /** Nobody waits for another primary of a database any more. */
    void giveUp(String database) {
        Plan plan = plans.remove(database);
        if (plan != null) {
            plan.done.cancel(false);
        }
    }

    /** Whether another primary of a database is expected. */
    boolean expects(String database) {
        return plans.containsKey(database);
    }

    // --- changes ------------------------------------------------------------------------------

    @Override
    public void primaryChanged(PrimaryChange change) {
        String database = change.database();
        Plan plan = change.now() >= 0 && change.before() >= 0 ? plans.remove(database) : null;
        LostCommits lost = null;
        if (change.now() >= 0 && change.before() >= 0) {
            lost = note(change, plan);
        }
        pools.primaryChanged(database, change.before());
        if (lost != null) {
            lost.count(pools.of(database)); // once the connections to the old one are closed
        }
        if (plan != null) {
            open(database);
            plan.done.complete(change);
        }
    }

    /** Lets those go on who were held for a switchover. */
    void open(String database) {
        pools.gates().openPrimary(database, Cause.HOLD);
        pools.gates().openPrimary(database, Cause.DRAIN);
        pools.gates().openPrimary(database, Cause.DRAIN_BLOCKS);
    }

    private LostCommits note(PrimaryChange change, @Nullable Plan plan) {
        long now = clock.nanoTime();
        long since = change.awayNanos() == 0 ? now : change.awayNanos();
        if (plan != null && plan.sinceNanos - since < 0) {
            since = plan.sinceNanos;
        }
        var seen =
                new FailoverSnapshot(
                        clock.now(),
                        change.database(),
                        plan != null,
                        change.from(),
                        change.to(),
                        change.fromTimeline(),
                        change.timeline(),
                        change.forkLsn(),
                        TimeUnit.NANOSECONDS.toMillis(now - since),
                        FailoverSnapshot.Became.NOTHING);
        var lost = new LostCommits(change);
        var held = new AtomicInteger();
        for (ClientPool pool : pools.of(change.database())) {
            for (ClientShard shard : pool.shards()) {
                shard.loop().execute(() -> held.addAndGet(shard.waitingForPrimary()));
            }
        }
        synchronized (kept) {
            kept.addLast(new Failover(seen, since, now, held, lost));
            if (kept.size() > KEPT_MAX) {
                kept.removeFirst();
            }
        }
        return lost;
    }

    @Override
    public void suspected(String database) {
        long deadline = clock.nanoTime() + SUSPICION_NANOS;
        pools.gates().closePrimary(database, Cause.SUSPECT, deadline);
    }

    @Override
    public void trusted(String database) {
        pools.gates().openPrimary(database, Cause.SUSPECT);
    }

    @Override
    public void answersAgain(String database, int node) {
        pools.answersAgain(database, node);
    }

    // --- for those who look -------------------------------------------------------------------

    /** The last ones, oldest first. */
    public List<FailoverSnapshot> all() {
        var all = new ArrayList<FailoverSnapshot>();
        synchronized (kept) {
            kept.forEach(one -> all.add(one.now(pools.of(one.seen.database()))));
        }
        return all;
    }
}
