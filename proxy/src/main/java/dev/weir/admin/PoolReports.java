package dev.weir.admin;

import dev.weir.config.Database;
import dev.weir.config.LoadBalanceHosts;
import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.observe.PoolSnapshot;
import dev.weir.observe.ShardSnapshot;
import dev.weir.pool.PoolKey;
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

    static CompletableFuture<Table> pools(Sources from) {
        return from.snapshots()
                .shards()
                .thenApply(shards -> poolTable(shards, from.consoles().count()));
    }

    static Table poolTable(List<ShardSnapshot> shards, int consoles) {
        Map<PoolKey, ShardSnapshot> pools = new LinkedHashMap<>();
        for (ShardSnapshot shard : shards) {
            pools.merge(shard.pool().key(), shard, PoolReports::both);
        }
        var rows = new ArrayList<Row>();
        for (ShardSnapshot whole : pools.values()) {
            rows.add(row(whole.pool(), whole.readings()));
        }
        rows.add(consolePool(consoles));
        return new Table(POOLS, rows);
    }

    private static ShardSnapshot both(ShardSnapshot one, ShardSnapshot other) {
        return new ShardSnapshot(one.pool(), one.index(), one.readings().plus(other.readings()));
    }

    private static Row row(PoolSnapshot pool, Readings now) {
        long waiting = now.get(Metric.WAITING_CLIENTS);
        long cancels = now.get(Metric.CANCELS);
        long waitNanos = now.get(Metric.OLDEST_WAIT);
        return Row.of(
                pool.key().database(),
                pool.key().user(),
                Math.max(0, pool.clients() - waiting),
                waiting,
                cancels,
                0,
                now.get(Metric.SERVERS_ACTIVE),
                cancels,
                now.get(Metric.SERVERS_CANCELED),
                now.get(Metric.SERVERS_IDLE),
                now.get(Metric.SERVERS_USED),
                now.get(Metric.SERVERS_TESTED) + now.get(Metric.SERVERS_DRAINING),
                now.get(Metric.SERVERS_OPENING),
                Shown.seconds(waitNanos),
                Shown.microsOfSecond(waitNanos),
                mode(pool.mode()),
                loadBalance(pool.database()));
    }

    private static Row consolePool(int consoles) {
        return Row.of(
                Consoles.DATABASE,
                Consoles.DATABASE,
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

    static CompletableFuture<Table> prepared(Sources from) {
        return from.snapshots().shards().thenApply(PoolReports::preparedTable);
    }

    static Table preparedTable(List<ShardSnapshot> shards) {
        return new Table(PREPARED, shards.stream().map(PoolReports::preparedRow).toList());
    }

    private static Row preparedRow(ShardSnapshot shard) {
        return Row.of(
                shard.pool().key().database(),
                shard.pool().key().user(),
                shard.index(),
                shard.readings().get(Metric.CLIENT_STATEMENTS),
                shard.readings().get(Metric.SERVER_STATEMENTS),
                shard.readings().servers());
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
