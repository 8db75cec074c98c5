package dev.weir.watch;

import dev.weir.metrics.Readings;
import dev.weir.net.Clock;
import dev.weir.observe.Control;
import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.LimitSnapshot;
import dev.weir.observe.LoopLoad;
import dev.weir.observe.NodeSnapshot;
import dev.weir.observe.ShardSnapshot;
import dev.weir.observe.Snapshots;
import dev.weir.pool.PoolKey;
import dev.weir.session.ClientSnapshot;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a picture of the process every two seconds, keeps the figures of the last hour, and tells
 * the audience. The loops of clients take snapshots; everything else is done elsewhere.
 */
public final class Watch {
    /** The time from one picture to the next. */
    public static final int STEP_SECONDS = 2;

    /** The most pools in a picture: those whose clients wait longest, and those most in use. */
    static final int POOLS_MAX = 60;

    /** The most holders of a pool's server connections in a picture. */
    static final int HOLDERS_MAX = 5;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final Logger log = LoggerFactory.getLogger(Watch.class);

    private static final Comparator<PoolLine> WORST_FIRST =
            Comparator.comparingLong(PoolLine::oldestWaitNanos)
                    .thenComparingLong(PoolLine::waiting)
                    .thenComparingLong(PoolLine::active)
                    .thenComparingInt(PoolLine::clients)
                    .reversed();

    private final Control control;
    private final Snapshots snapshots;
    private final IntSupplier consoles;
    private final Clock clock;
    private final Executor threads;
    private final History history = new History();
    private volatile @Nullable Picture latest;

    /** The readings of the last picture; used by one picture at a time. */
    private Map<Owner, Readings> before = Map.of();

    private long beforeNanos;
    private volatile boolean isLooking;

    /**
     * @param consoles how many clients the console has
     * @param threads where pictures are taken
     */
    public Watch(
            Control control,
            Snapshots snapshots,
            IntSupplier consoles,
            Clock clock,
            Executor threads) {
        this.control = control;
        this.snapshots = snapshots;
        this.consoles = consoles;
        this.clock = clock;
        this.threads = threads;
        this.beforeNanos = clock.nanoTime();
    }

    /** Those who watch. */
    public interface Audience {
        /** Whether there is anybody. */
        boolean isThere();

        /** Gets every picture, on any thread. */
        void see(Picture picture);
    }

    /** Starts, with a timer on {@code loop}; ends when that loop does. */
    public void start(EventLoop loop, Audience audience) {
        loop.scheduleAtFixedRate(() -> look(audience), 0, STEP_SECONDS, TimeUnit.SECONDS);
    }

    public History history() {
        return history;
    }

    /** The last picture; null before there is one. */
    public @Nullable Picture latest() {
        return latest;
    }

    // --- a picture ----------------------------------------------------------------------------

    /** Takes a picture, unless the last one is not done yet. */
    private void look(Audience audience) {
        if (isLooking) {
            return;
        }
        isLooking = true;
        take(audience.isThere())
                .whenComplete((made, failure) -> {
                    isLooking = false;
                    if (made == null) {
                        log.error("watch_failed", failure);
                        return;
                    }
                    audience.see(made);
                });
    }

    /**
     * Takes a picture, and keeps it. One at a time.
     *
     * @param isSeen whether somebody is watching
     */
    CompletableFuture<Picture> take(boolean isSeen) {
        CompletableFuture<List<ShardSnapshot>> shards = snapshots.shards();
        CompletableFuture<List<NodeSnapshot>> nodes = snapshots.nodes();
        CompletableFuture<List<LoopLoad>> loops = snapshots.loads();
        CompletableFuture<List<LimitSnapshot>> limits =
                snapshots.limits(control, consoles.getAsInt());
        return CompletableFuture.allOf(shards, nodes, loops, limits)
                .thenComposeAsync(_ -> held(pools(shards.join()), isSeen), threads)
                .thenApplyAsync(
                        pools -> picture(pools, nodes.join(), loops.join(), limits.join()),
                        threads);
    }

    private List<PoolLine> pools(List<ShardSnapshot> shards) {
        Map<PoolKey, PoolLine> all = new LinkedHashMap<>();
        for (ShardSnapshot shard : shards) {
            PoolKey key = shard.pool().key();
            int size =
                    control.config().poolSettings(shard.pool().database(), key.user()).poolSize();
            all.merge(key, PoolLine.of(shard, size), PoolLine::plus);
        }
        return new ArrayList<>(all.values());
    }

    /** Adds the holders of connections of pools whose clients wait, if somebody is watching. */
    private CompletableFuture<List<PoolLine>> held(List<PoolLine> pools, boolean isSeen) {
        boolean matters =
                isSeen
                        && pools.stream()
                                .anyMatch(one -> one.oldestWaitNanos() >= Diagnosis.WAIT_NANOS_MIN);
        return matters
                ? snapshots.clients().thenApplyAsync(clients -> held(pools, clients), threads)
                : CompletableFuture.completedFuture(pools);
    }

    private static List<PoolLine> held(List<PoolLine> pools, List<ClientSnapshot> clients) {
        Map<String, List<ClientSnapshot>> holders = new HashMap<>();
        for (ClientSnapshot client : clients) {
            if (client.server() != null) {
                holders.computeIfAbsent(
                                client.database() + '\0' + client.poolUser(),
                                _ -> new ArrayList<>())
                        .add(client);
            }
        }
        return pools.stream()
                .map(pool -> {
                    List<ClientSnapshot> mine =
                            holders.get(pool.key().database() + '\0' + pool.key().user());
                    return mine == null || pool.waiting() == 0 ? pool : pool.heldBy(sorted(mine));
                })
                .toList();
    }

    private static List<ClientSnapshot> sorted(List<ClientSnapshot> holders) {
        holders.sort(
                Comparator.comparingLong((ClientSnapshot one) -> one.times().transactionNanos())
                        .reversed());
        return holders;
    }

    private Picture picture(
            List<PoolLine> pools,
            List<NodeSnapshot> nodes,
            List<LoopLoad> loops,
            List<LimitSnapshot> limits) {
        List<DatabaseSnapshot> databases = snapshots.databases(control.config());
        var situation =
                new Situation(
                        control.isShuttingDown(),
                        databases,
                        pools,
                        snapshots.outages(),
                        nodes,
                        limits,
                        loops);
        Map<Owner, float[]> figures = figures(pools, nodes);
        List<PoolLine> shown =
                pools.stream()
                        .sorted(WORST_FIRST)
                        .limit(POOLS_MAX)
                        .map(pool ->
                                pool.heldBy(pool.holders().stream().limit(HOLDERS_MAX).toList()))
                        .toList();
        var made =
                new Picture(
                        clock.now().toEpochMilli(),
                        Diagnosis.of(situation),
                        figures,
                        shown,
                        pools.size() - shown.size(),
                        nodes);
        history.add(made.atMillis(), figures);
        latest = made;
        return made;
    }

    // --- figures ------------------------------------------------------------------------------

    private Map<Owner, float[]> figures(List<PoolLine> pools, List<NodeSnapshot> nodes) {
        Map<Owner, Readings> now = new LinkedHashMap<>();
        Map<Owner, Integer> clients = new HashMap<>();
        now.put(Owner.ALL, Readings.ZERO);
        for (PoolLine pool : pools) {
            for (Owner owner : List.of(Owner.ALL, Owner.of(pool.key().database()))) {
                now.merge(owner, pool.readings(), Readings::plus);
                clients.merge(owner, pool.clients(), Integer::sum);
            }
        }
        long nanos = clock.nanoTime();
        double seconds = Math.max(1e-3, (nanos - beforeNanos) / NANOS_PER_SECOND);
        Map<Owner, float[]> figures = new LinkedHashMap<>();
        now.forEach((owner, readings) ->
                figures.put(
                        owner,
                        rates(owner, readings, seconds)
                                .ofDatabase(clients.getOrDefault(owner, 0))));
        for (NodeSnapshot node : nodes) {
            var owner = new Owner(node.database(), node.report().node().name());
            long lag =
                    node.report().isInRecovery() ? node.report().node().lagNanos() : Long.MAX_VALUE;
            now.put(owner, node.readings());
            figures.put(owner, rates(owner, node.readings(), seconds).ofNode(lag));
        }
        before = now;
        beforeNanos = nanos;
        return figures;
    }

    /** The rates of an owner; a new one had counted nothing before. */
    private Rates rates(Owner owner, Readings now, double seconds) {
        return new Rates(before.getOrDefault(owner, Readings.ZERO), now, seconds);
    }
}
