package dev.weir.admin;

import dev.weir.config.Database;
import dev.weir.config.LoadBalanceHosts;
import dev.weir.config.PoolMode;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolCounters;
import dev.weir.pool.PoolKey;
import dev.weir.pool.PoolShard;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the console shows of pools. */
final class PoolReports {
    private static final List<Column> POOLS =
            Table.columns(
                    "database, user, cl_active int4, cl_waiting int4, cl_active_cancel_req int4,"
                            + " cl_waiting_cancel_req int4, sv_active int4, sv_active_cancel int4,"
                            + " sv_being_canceled int4, sv_idle int4, sv_used int4, sv_tested int4,"
                            + " sv_login int4, maxwait int4, maxwait_us int4, pool_mode,"
                            + " load_balance_hosts");

    private static final List<Column> PREPARED =
            Table.columns(
                    "database, user, shard int4, statements int4, on_servers int4, servers int4");

    private PoolReports() {}

    /** One shard, at one moment. */
    private record Part(
            Pool pool,
            int index,
            PoolCounters now,
            int used,
            int cancels,
            int prepared,
            int servers) {
        static Part of(PoolShard shard) {
            Pool pool = shard.pool();
            int used = 0;
            int cancels = 0;
            int prepared = 0;
            List<Lease> leases = shard.leases();
            for (Lease lease : leases) {
                used += SocketReports.isUsed(pool, lease) ? 1 : 0;
                cancels += lease.server().cancelsInFlight();
                prepared += lease.server().statements().size();
            }
            return new Part(
                    pool,
                    pool.shards().indexOf(shard),
                    shard.snapshot(),
                    used,
                    cancels,
                    prepared,
                    leases.size());
        }

        Part plus(Part other) {
            now.add(other.now);
            return new Part(
                    pool,
                    index,
                    now,
                    used + other.used,
                    cancels + other.cancels,
                    prepared + other.prepared,
                    servers + other.servers);
        }
    }

    static CompletableFuture<Table> pools(Survey survey) {
        return survey.ofShards(Part::of).thenApply(parts -> pools(parts, survey.consoles()));
    }

    private static Table pools(List<Part> parts, int consoles) {
        Map<PoolKey, Part> pools = new LinkedHashMap<>();
        for (Part part : parts) {
            pools.merge(part.pool.key().home(), part, Part::plus); // the home comes first
        }
        var rows = new ArrayList<Row>();
        for (Part pool : pools.values()) {
            rows.add(row(pool));
        }
        rows.add(consolePool(consoles));
        return new Table(POOLS, rows);
    }

    private static Row row(Part part) {
        Pool pool = part.pool;
        PoolCounters now = part.now;
        return Row.of(
                pool.key().database(),
                pool.key().user(),
                Math.max(0, pool.clients() - now.waiting),
                now.waiting,
                part.cancels,
                0,
                now.serversActive,
                part.cancels,
                now.serversCancelHeld,
                now.serversIdle - part.used,
                part.used,
                now.serversTested + now.serversDraining,
                now.serversOpening,
                Shown.seconds(now.waitNanosMax),
                Shown.microsOfSecond(now.waitNanosMax),
                mode(pool.mode()),
                loadBalance(pool.database()));
    }

    private static Row consolePool(int consoles) {
        return Row.of(
                ConsoleService.NAME,
                ConsoleService.NAME,
                consoles,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                mode(PoolMode.STATEMENT),
                null);
    }

    static CompletableFuture<Table> prepared(Survey survey) {
        return survey.ofShards(Part::of)
                .thenApply(parts -> new Table(PREPARED, preparedRows(parts)));
    }

    /** The shards of one index share their statements, whichever node they go to. */
    private static List<Row> preparedRows(List<Part> parts) {
        Map<Map.Entry<PoolKey, Integer>, Part> shards = new LinkedHashMap<>();
        for (Part part : parts) {
            shards.merge(Map.entry(part.pool.key().home(), part.index), part, Part::plus);
        }
        return shards.values().stream().map(PoolReports::preparedRow).toList();
    }

    private static Row preparedRow(Part part) {
        return Row.of(
                part.pool.key().database(),
                part.pool.key().user(),
                part.index,
                part.now.statements,
                part.prepared,
                part.servers);
    }

    static String mode(PoolMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** Says how hosts are chosen, where there is a choice. */
    static @Nullable String loadBalance(Database database) {
        if (database.hosts().size() < 2 || database.cluster() != null) {
            return null;
        }
        return database.loadBalanceHosts() == LoadBalanceHosts.DISABLE ? "disable" : "round-robin";
    }
}
