package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.net.HostNames;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.NodePool;
import dev.weir.protocol.BackendMessages.Column;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What the console shows of the process as a whole. */
final class ProcessReports {
    private static final List<Column> VERSION = Table.columns("version");
    private static final List<Column> STATE = Table.columns("key, value");
    private static final List<Column> CONFIG = Table.columns("key, value, default, changeable");
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

    static CompletableFuture<Table> version(Survey survey) {
        return answer(
                VERSION,
                List.of(Row.of("PgBouncer 1.25.2 (Weir " + survey.control().version() + ")")));
    }

    static CompletableFuture<Table> state(Survey survey) {
        boolean suspended = survey.operations().isSuspended();
        boolean paused = survey.gates().isAllPaused();
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

    /** PgBouncer's settings, and no others: tools read this. */
    static CompletableFuture<Table> config(Survey survey) {
        var settings = new ArrayList<>(Settings.PGBOUNCER);
        settings.removeAll(Settings.PGBOUNCER_LATER);
        return settings(survey, settings);
    }

    /** The settings that PgBouncer 1.25 does not have. */
    static CompletableFuture<Table> settings(Survey survey) {
        var settings = new ArrayList<>(Settings.ALL);
        settings.removeIf(setting ->
                Settings.PGBOUNCER.contains(setting)
                        && !Settings.PGBOUNCER_LATER.contains(setting));
        return settings(survey, settings);
    }

    private static CompletableFuture<Table> settings(Survey survey, List<Setting<?>> settings) {
        Config config = survey.control().config();
        var rows = new ArrayList<Row>();
        for (Setting<?> setting : settings) {
            rows.add(setting(config, setting));
        }
        return answer(CONFIG, rows);
    }

    private static <T> Row setting(Config config, Setting<T> setting) {
        boolean unsetFile = setting.equals(Settings.CONFFILE) && !config.isSet(setting);
        return Row.of(
                setting.name(),
                unsetFile ? config.file() : config.text(setting),
                setting.print(setting.defaultValue()),
                setting.changeable() ? "yes" : "no");
    }

    static CompletableFuture<Table> lists(Survey survey) {
        return survey.control().names().known().thenApply(names -> lists(survey, names));
    }

    private static Table lists(Survey survey, List<HostNames.Known> names) {
        Control control = survey.control();
        int clients = survey.consoles();
        int servers = 0;
        List<ClientPool> pools = survey.pools();
        int nodes = 0;
        for (ClientPool pool : pools) {
            clients += pool.clients();
            servers += pool.size();
            nodes += nodes(pool);
        }
        long pending = names.stream().filter(HostNames.Known::pending).count();
        return new Table(
                LISTS,
                List.of(
                        Row.of("databases", control.config().databases().size() + 1),
                        Row.of("users", control.users().names().size()),
                        Row.of("peers", control.config().peers().size()),
                        Row.of("pools", pools.size() + nodes + 1),
                        Row.of("peer_pools", control.config().peers().size()),
                        Row.of("free_clients", 0),
                        Row.of("used_clients", clients),
                        Row.of("login_clients", control.logins()),
                        Row.of("free_servers", 0),
                        Row.of("used_servers", servers),
                        Row.of("dns_names", names.size()),
                        Row.of("dns_zones", 0),
                        Row.of("dns_queries", pending),
                        Row.of("dns_pending", pending)));
    }

    /** The pools of nodes that a pool has; each counts as one. */
    private static int nodes(ClientPool pool) {
        int nodes = 0;
        for (NodePool node : pool.nodePools()) {
            nodes += node.key().node() >= 0 && !node.isRetired() ? 1 : 0;
        }
        return nodes;
    }

    static CompletableFuture<Table> dnsHosts(Survey survey) {
        return survey.control().names().known().thenApply(ProcessReports::dnsHosts);
    }

    private static Table dnsHosts(List<HostNames.Known> names) {
        return new Table(
                DNS_HOSTS,
                names.stream()
                        .sorted(Comparator.comparing(HostNames.Known::name))
                        .map(one -> Row.of(one.name(), one.seconds(), addresses(one)))
                        .toList());
    }

    private static String addresses(HostNames.Known name) {
        return name.addresses().stream()
                .map(InetAddress::getHostAddress)
                .collect(Collectors.joining(","));
    }

    /** Weir does not watch zones. */
    static CompletableFuture<Table> dnsZones(Survey survey) {
        return answer(DNS_ZONES, List.of());
    }

    static CompletableFuture<Table> loops(Survey survey) {
        return survey.ofLoops(loop -> loop(survey, loop)).thenApply(rows -> new Table(LOOPS, rows));
    }

    private static Row loop(Survey survey, EventLoop loop) {
        Readings sum = Readings.ZERO;
        int shards = 0;
        for (ClientPool pool : survey.pools()) {
            for (ClientShard shard : pool.shards()) {
                if (shard.loop() == loop) {
                    shards += 1 + nodes(pool);
                    sum = sum.plus(shard.read());
                }
            }
        }
        int clients = survey.count(loop, _ -> "").getOrDefault("", 0);
        return Row.of(
                survey.loops().all().indexOf(loop),
                survey.loops().transport().name().toLowerCase(Locale.ROOT),
                shards,
                clients,
                sum.servers(),
                sum.get(Metric.WAITING_CLIENTS),
                loop instanceof SingleThreadEventExecutor single ? single.pendingTasks() : 0,
                sum.get(Metric.TRANSACTIONS),
                sum.get(Metric.QUERIES),
                sum.get(Metric.BYTES_RECEIVED),
                sum.get(Metric.BYTES_SENT));
    }

    private static CompletableFuture<Table> answer(List<Column> columns, List<Row> rows) {
        return CompletableFuture.completedFuture(new Table(columns, rows));
    }
}
