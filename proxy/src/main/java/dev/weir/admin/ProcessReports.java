package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.log.ConnectionName;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.HostNames;
import dev.weir.observe.Control;
import dev.weir.observe.LoopSnapshot;
import dev.weir.observe.PoolSnapshot;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the console shows of the process as a whole. */
final class ProcessReports {
    private static final List<Column> VERSION = Table.columns("version");
    private static final List<Column> STATE = Table.columns("key, value");
    private static final List<Column> CONFIG = Table.columns("key, value, default, changeable");
    private static final List<Column> SETTINGS =
            Table.columns("key, value, default, changeable, source");
    private static final List<Column> LISTS = Table.columns("list, items int4");
    private static final List<Column> DNS_HOSTS = Table.columns("hostname, ttl int8, addrs");
    private static final List<Column> DNS_ZONES =
            Table.columns("zonename, serial int8, count int4");
    private static final List<Column> LOOPS =
            Table.columns(
                    "loop int4, transport, shards int4, clients int4, servers int4,"
                            + " waiting int4, pending_tasks int4, transactions int8, queries int8,"
                            + " bytes_received int8, bytes_sent int8");

    private ProcessReports() {}

    /** What SHOW VERSION says. */
    static String versionText(Sources from) {
        return "PgBouncer 1.25.2 (Weir " + from.control().version() + ")";
    }

    static CompletableFuture<Table> version(Sources from) {
        return answer(VERSION, List.of(Row.of(versionText(from))));
    }

    static CompletableFuture<Table> state(Sources from) {
        boolean suspended = from.operations().isSuspended();
        boolean paused = from.snapshots().isAllPaused();
        return answer(
                STATE,
                List.of(
                        Row.of("active", yes(!paused && !suspended)),
                        Row.of("paused", yes(paused)),
                        Row.of("suspended", yes(suspended))));
    }

    private static String yes(boolean value) {
        return value ? "yes" : "no";
    }

    /** PgBouncer's settings and no others, since tools read this. */
    static CompletableFuture<Table> config(Sources from) {
        var settings = new ArrayList<>(Settings.PGBOUNCER);
        settings.removeAll(Settings.PGBOUNCER_LATER);
        Config config = from.control().config();
        List<Row> rows = new ArrayList<>();
        for (Setting<?> setting : settings) {
            rows.add(
                    Row.of(
                            setting.name(),
                            unset(setting, value(config, setting)),
                            unset(setting, config.defaultText(setting)),
                            changeable(setting)));
        }
        return answer(CONFIG, rows);
    }

    /** All settings, and where their values come from. */
    static CompletableFuture<Table> settings(Sources from) {
        Config config = from.control().config();
        List<Row> rows = new ArrayList<>();
        for (Setting<?> setting : Settings.ALL) {
            rows.add(
                    Row.of(
                            setting.name(),
                            value(config, setting),
                            config.defaultText(setting),
                            changeable(setting),
                            config.origin(setting)));
        }
        return answer(SETTINGS, rows);
    }

    /** What is not set is NULL where it is for PgBouncer. */
    private static @Nullable String unset(Setting<?> setting, String value) {
        return value.isEmpty() && Settings.PGBOUNCER_UNSET.contains(setting) ? null : value;
    }

    private static String value(Config config, Setting<?> setting) {
        boolean unsetFile = setting.equals(Settings.CONFFILE) && !config.isSet(setting);
        return unsetFile ? config.file().toString() : config.text(setting);
    }

    private static String changeable(Setting<?> setting) {
        return setting.changeable() ? "yes" : "no";
    }

    static CompletableFuture<Table> lists(Sources from) {
        Control control = from.control();
        return control.names()
                .known()
                .thenApply(names ->
                        listTable(
                                control.config(),
                                control.users().names().size(),
                                from.snapshots().pools(),
                                from.consoles().count(),
                                control.logins(),
                                names));
    }

    /**
     * The counts of various things.
     *
     * @param users how many have a secret
     * @param logins how many connections have not logged in yet
     * @param hosts the host names of servers
     */
    static Table listTable(
            Config config,
            int users,
            List<PoolSnapshot> pools,
            int consoles,
            int logins,
            List<HostNames.Known> hosts) {
        long pending = hosts.stream().filter(HostNames.Known::pending).count();
        return new Table(
                LISTS,
                List.of(
                        Row.of("databases", config.databases().size() + 1),
                        Row.of("users", users + 1), // and the console's
                        Row.of("peers", config.peers().size()),
                        Row.of("pools", pools.size() + sum(pools, PoolSnapshot::nodes) + 1),
                        Row.of("peer_pools", config.peers().size()),
                        Row.of("free_clients", 0),
                        Row.of("used_clients", sum(pools, PoolSnapshot::clients) + consoles),
                        Row.of("login_clients", logins),
                        Row.of("free_servers", 0),
                        Row.of("used_servers", sum(pools, PoolSnapshot::servers)),
                        Row.of("dns_names", hosts.size()),
                        Row.of("dns_zones", 0),
                        Row.of("dns_queries", pending),
                        Row.of("dns_pending", pending)));
    }

    private static int sum(List<PoolSnapshot> pools, ToIntFunction<PoolSnapshot> count) {
        return pools.stream().mapToInt(count).sum();
    }

    static CompletableFuture<Table> dnsHosts(Sources from) {
        return from.control().names().known().thenApply(ProcessReports::hostTable);
    }

    static Table hostTable(List<HostNames.Known> names) {
        return new Table(
                DNS_HOSTS,
                names.stream()
                        .sorted(Comparator.comparing(HostNames.Known::name))
                        .map(one -> Row.of(one.name(), one.seconds(), addresses(one)))
                        .toList());
    }

    private static String addresses(HostNames.Known name) {
        return name.addresses().stream()
                .map(address -> ConnectionName.host(address) + ":0") // PgBouncer knows no port yet
                .collect(Collectors.joining(","));
    }

    /** Weir does not watch zones. */
    static CompletableFuture<Table> dnsZones(Sources from) {
        return answer(DNS_ZONES, List.of());
    }

    static CompletableFuture<Table> loops(Sources from) {
        return from.snapshots().loops().thenApply(ProcessReports::loopTable);
    }

    static Table loopTable(List<LoopSnapshot> loops) {
        return new Table(LOOPS, loops.stream().map(ProcessReports::loop).toList());
    }

    private static Row loop(LoopSnapshot loop) {
        Readings now = loop.readings();
        return Row.of(
                loop.index(),
                loop.transport(),
                loop.shards(),
                loop.clients(),
                now.servers(),
                now.get(Metric.WAITING_CLIENTS),
                loop.pendingTasks(),
                now.get(Metric.TRANSACTIONS),
                now.get(Metric.QUERIES),
                now.get(Metric.BYTES_RECEIVED),
                now.get(Metric.BYTES_SENT));
    }

    private static CompletableFuture<Table> answer(List<Column> columns, List<Row> rows) {
        return CompletableFuture.completedFuture(new Table(columns, rows));
    }
}
