package dev.weir.admin;

import dev.weir.config.Database;
import dev.weir.config.LoadBalanceHosts;
import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
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

    /** One shard, or several, at one moment. */
    private record Part(ClientPool pool, int index, Readings now) {
        static Part of(ClientShard shard) {
            ClientPool pool = shard.pool();
            return new Part(pool, pool.shards().indexOf(shard), shard.read());
        }

        Part plus(Part other) {
            return new Part(pool, index, now.plus(other.now));
        }

        long get(Metric metric) {
            return now.get(metric);
        }
    }

    static CompletableFuture<Table> pools(Survey survey) {
        return survey.ofShards(Part::of).thenApply(parts -> pools(parts, survey.consoles()));
    }

    private static Table pools(List<Part> parts, int consoles) {
        Map<PoolKey, Part> pools = new LinkedHashMap<>();
        for (Part part : parts) {
            pools.merge(part.pool.key(), part, Part::plus);
        }
        var rows = new ArrayList<Row>();
        for (Part pool : pools.values()) {
            rows.add(row(pool));
        }
        rows.add(consolePool(consoles));
        return new Table(POOLS, rows);
    }

    private static Row row(Part part) {
        ClientPool pool = part.pool;
        long waiting = part.get(Metric.WAITING_CLIENTS);
        long cancels = part.get(Metric.CANCELS);
        long waitNanos = part.get(Metric.OLDEST_WAIT);
        return Row.of(
                pool.key().database(),
                pool.key().user(),
                Math.max(0, pool.clients() - waiting),
                waiting,
                cancels,
                0,
                part.get(Metric.SERVERS_ACTIVE),
                cancels,
                part.get(Metric.SERVERS_CANCELED),
                part.get(Metric.SERVERS_IDLE),
                part.get(Metric.SERVERS_USED),
                part.get(Metric.SERVERS_TESTED) + part.get(Metric.SERVERS_DRAINING),
                part.get(Metric.SERVERS_OPENING),
                Shown.seconds(waitNanos),
                Shown.microsOfSecond(waitNanos),
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

    private static List<Row> preparedRows(List<Part> parts) {
        return parts.stream().map(PoolReports::preparedRow).toList();
    }

    private static Row preparedRow(Part part) {
        return Row.of(
                part.pool.key().database(),
                part.pool.key().user(),
                part.index,
                part.get(Metric.CLIENT_STATEMENTS),
                part.get(Metric.SERVER_STATEMENTS),
                part.now.servers());
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
