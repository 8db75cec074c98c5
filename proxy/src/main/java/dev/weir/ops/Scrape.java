package dev.weir.ops;

import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.config.Settings;
import dev.weir.metrics.Exemplars;
import dev.weir.metrics.Figure;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.metrics.Sheet;
import dev.weir.metrics.Timing;
import dev.weir.net.Clock;
import dev.weir.net.DirectMemory;
import dev.weir.observe.Control;
import dev.weir.observe.DatabaseSnapshot;
import dev.weir.observe.LimitSnapshot;
import dev.weir.observe.LoopLoad;
import dev.weir.observe.NodeSnapshot;
import dev.weir.observe.RouteSnapshot;
import dev.weir.observe.ShardSnapshot;
import dev.weir.observe.Snapshots;
import dev.weir.pool.OutageSnapshot;
import dev.weir.tls.Tls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/** Reads all metrics at once. The loops only take snapshots; the rest is done elsewhere. */
final class Scrape {
    private static final String OTHER = "other";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    private static final List<Timing> OF_DATABASES =
            List.of(Timing.WAIT, Timing.TRANSACTION, Timing.QUERY, Timing.CONNECT);

    private final Control control;
    private final Snapshots snapshots;
    private final IntSupplier consoles;
    private final Tls tls;
    private final Clock clock;
    private final Executor threads;
    private final PushMeters pushes;
    private final double startSeconds;
    private final Places<Pool> pools = new Places<>();
    private final Places<String> databases = new Places<>();

    private record Pool(String database, String user) {}

    /**
     * @param consoles returns the number of console clients
     * @param threads adds up the readings of the loops
     * @param pushes shown if there is a collector
     */
    Scrape(
            Control control,
            Snapshots snapshots,
            IntSupplier consoles,
            Tls tls,
            Clock clock,
            Executor threads,
            PushMeters pushes) {
        this.control = control;
        this.snapshots = snapshots;
        this.consoles = consoles;
        this.tls = tls;
        this.clock = clock;
        this.threads = threads;
        this.pushes = pushes;
        Instant start = ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);
        this.startSeconds = start.toEpochMilli() / MILLIS_PER_SECOND;
    }

    /** Reads them; one scrape at a time. */
    CompletableFuture<Sheet> now() {
        long begun = clock.nanoTime();
        // Before the counts, so that whatever has an exemplar is counted.
        CompletableFuture<Map<String, Exemplars>> exemplars = snapshots.exemplars();
        CompletableFuture<List<ShardSnapshot>> shards = snapshots.shards();
        CompletableFuture<List<NodeSnapshot>> nodes = snapshots.nodes();
        CompletableFuture<List<RouteSnapshot>> routes = snapshots.routes();
        CompletableFuture<List<LoopLoad>> loops = snapshots.loads();
        CompletableFuture<Readings> logins = control.loginTimes();
        CompletableFuture<List<LimitSnapshot>> limits =
                snapshots.limits(control, consoles.getAsInt());
        return CompletableFuture.allOf(shards, nodes, routes, loops, exemplars, logins, limits)
                .thenApplyAsync(
                        _ -> {
                            var sheet = new Sheet();
                            process(sheet);
                            pools(sheet, shards.join(), exemplars.join());
                            databases(sheet);
                            outages(sheet);
                            nodes.join().forEach(node -> node(sheet, node));
                            routes.join().forEach(route -> route(sheet, route));
                            loops.join().forEach(loop -> loop(sheet, loop));
                            limits.join().forEach(limit -> limit(sheet, limit));
                            sheet.addTimes(Timing.LOGIN, logins.join());
                            if (!control.config().get(Settings.OTLP_URL).isEmpty()) {
                                pushes.addTo(sheet);
                            }
                            sheet.add(Figure.SCRAPE, (clock.nanoTime() - begun) / NANOS_PER_SECOND);
                            return sheet;
                        },
                        threads);
    }

    private void process(Sheet sheet) {
        sheet.add(Figure.BUILD, 1, control.version(), Runtime.version().toString());
        sheet.add(Figure.START_TIME, startSeconds);
        sheet.add(Figure.CLIENTS, control.clients());
        sheet.add(Figure.LOGINS_OPEN, control.logins());
        sheet.add(Figure.SHUTTING_DOWN, control.isShuttingDown() ? 1 : 0);
        control.loginResults()
                .forEach((result, count) -> sheet.add(Figure.LOGIN_RESULTS, count, result.word()));
        Control.Reloaded reload = control.lastReload();
        sheet.add(Figure.RELOAD_SUCCESS, reload.isMade() ? 1 : 0);
        sheet.add(Figure.CONFIG_TIME, reload.read().toEpochMilli() / MILLIS_PER_SECOND);
        tls.expiries()
                .forEach((side, when) ->
                        sheet.add(Figure.CERTIFICATE_EXPIRY, when.getEpochSecond(), side));
        sheet.add(Figure.DIRECT_MEMORY, DirectMemory.used());
        sheet.add(Figure.DIRECT_MEMORY_MAX, DirectMemory.max());
    }

    // --- pools and databases ------------------------------------------------------------------

    private void pools(Sheet sheet, List<ShardSnapshot> shards, Map<String, Exemplars> exemplars) {
        Map<Pool, Readings> read = new LinkedHashMap<>();
        Map<Pool, Integer> clients = new HashMap<>();
        for (ShardSnapshot shard : shards) {
            var pool = new Pool(shard.pool().key().database(), shard.pool().key().user());
            read.merge(pool, shard.readings(), Readings::plus);
            clients.put(pool, shard.pool().clients()); // the same in each shard of a pool
        }
        int max = control.config().get(Settings.METRICS_MAX_SERIES);
        pools.assign(read.keySet(), max);
        databases.assign(read.keySet().stream().map(Pool::database).distinct().toList(), max);
        Map<Pool, Readings> shown = new LinkedHashMap<>();
        Map<Pool, Integer> clientsShown = new LinkedHashMap<>();
        Map<String, Readings> byDatabase = new LinkedHashMap<>();
        read.forEach((pool, readings) -> {
            Pool as = pools.has(pool) ? pool : new Pool(OTHER, OTHER);
            shown.merge(as, readings, Readings::plus);
            clientsShown.merge(as, clients.getOrDefault(pool, 0), Integer::sum);
            byDatabase.merge(place(pool.database), readings, Readings::plus);
        });
        var rows = new ArrayList<Sheet.PoolReadings>(shown.size());
        shown.forEach((pool, readings) ->
                rows.add(new Sheet.PoolReadings(pool.database, pool.user, readings)));
        sheet.addPools(rows);
        clientsShown.forEach(
                (pool, count) -> sheet.add(Figure.POOL_CLIENTS, count, pool.database, pool.user));
        byDatabase.forEach((database, readings) ->
                sheet.addTimes(OF_DATABASES, readings, database, exemplars.get(database)));
        long over = read.keySet().stream().filter(pool -> !pools.has(pool)).count();
        sheet.add(Figure.OVERFLOWED, over);
    }

    private String place(String database) {
        return databases.has(database) ? database : OTHER;
    }

    private void databases(Sheet sheet) {
        int left = control.config().get(Settings.METRICS_MAX_SERIES);
        for (DatabaseSnapshot one : snapshots.databases(control.config())) {
            if (left-- == 0) {
                return;
            }
            String name = one.database().name();
            sheet.add(Figure.POOL_SIZE, one.settings().poolSize(), name);
            sheet.add(Figure.DATABASE_SERVERS_MAX, one.settings().maxDbConnections(), name);
            sheet.add(Figure.PAUSED, one.isPaused() ? 1 : 0, name);
            sheet.add(Figure.DISABLED, one.isDisabled() ? 1 : 0, name);
        }
    }

    private record Place(String database, String host) {}

    private void outages(Sheet sheet) {
        Map<Place, Double> lasting = sum(OutageSnapshot::lastsNanos, true);
        Map<Place, Double> waiting = sum(OutageSnapshot::waiting, false);
        lasting.forEach((at, nanos) ->
                sheet.add(Figure.OUTAGE, nanos / NANOS_PER_SECOND, at.database, at.host));
        waiting.forEach(
                (at, clients) -> sheet.add(Figure.OUTAGE_WAITING, clients, at.database, at.host));
    }

    /** The outages of a database, for all its users. */
    private Map<Place, Double> sum(ToDoubleFunction<OutageSnapshot> what, boolean isMaximum) {
        Map<Place, Double> all = new LinkedHashMap<>();
        for (OutageSnapshot outage : snapshots.outages()) {
            String database = place(outage.pool().database());
            String host = database.equals(OTHER) ? OTHER : outage.host().toString();
            all.merge(
                    new Place(database, host),
                    what.applyAsDouble(outage),
                    isMaximum ? Math::max : Double::sum);
        }
        return all;
    }

    // --- nodes --------------------------------------------------------------------------------

    private static void node(Sheet sheet, NodeSnapshot snapshot) {
        NodeReport report = snapshot.report();
        Node node = report.node();
        String database = snapshot.database();
        String name = node.name();
        boolean isUp = report.isKnown() && report.error().isEmpty();
        sheet.add(Figure.NODE_UP, isUp ? 1 : 0, database, name);
        boolean isReadable = isUp && (node.isPrimary() || node.isEligible());
        sheet.add(Figure.NODE_READABLE, isReadable ? 1 : 0, database, name);
        String role =
                !report.isKnown()
                        ? "unknown"
                        : node.isPrimary() ? "primary" : report.isInRecovery() ? "replica" : OTHER;
        sheet.add(Figure.NODE_ROLE, 1, database, name, role);
        if (report.isInRecovery()) {
            if (node.lagNanos() < Long.MAX_VALUE) {
                sheet.add(Figure.NODE_LAG, node.lagNanos() / NANOS_PER_SECOND, database, name);
            }
            sheet.add(Figure.NODE_LAG_BYTES, node.lagBytes(), database, name);
        }
        double latency = node.latencyNanos() / NANOS_PER_SECOND;
        sheet.add(Figure.NODE_LATENCY, latency, database, name);
        sheet.add(Figure.NODE_SERVERS, snapshot.readings().servers(), database, name);
        sheet.add(Figure.NODE_LEASES, snapshot.readings().get(Metric.LEASES), database, name);
    }

    private static void route(Sheet sheet, RouteSnapshot route) {
        String reason = route.reason().name().toLowerCase(Locale.ROOT);
        sheet.add(Figure.ROUTED, route.transactions(), route.database(), route.node(), reason);
    }

    // --- loops and limits ---------------------------------------------------------------------

    private static void loop(Sheet sheet, LoopLoad loop) {
        String name = String.valueOf(loop.index());
        sheet.add(Figure.LOOP_CLIENTS, loop.clients(), name);
        sheet.add(Figure.LOOP_TASKS, loop.pendingTasks(), name);
    }

    private static void limit(Sheet sheet, LimitSnapshot one) {
        String name = one.limit().setting().name();
        sheet.add(Figure.LIMIT, one.value(), name);
        sheet.add(Figure.LIMIT_USED, one.inUse(), name);
        sheet.add(Figure.LIMIT_MOST, one.most(), name);
        sheet.add(Figure.LIMIT_REFUSALS, one.refusals(), name);
    }
}
