package dev.weir.config;

import dev.weir.config.ConfigReader.Entry;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the {@code nodes} of the entries of {@code [databases]} and builds their cluster settings.
 */
final class ClusterEntries {
    private static final List<Setting<?>> ONLY_OF_HOST =
            List.of(EntrySettings.HOST, EntrySettings.LOAD_BALANCE_HOSTS);

    private final Values globals;
    private final Findings findings;

    ClusterEntries(Values globals, Findings findings) {
        this.globals = globals;
        this.findings = findings;
    }

    /** Returns null if the entry has no nodes, or none that can be used. */
    @Nullable ClusterSettings of(Entry entry) {
        Values values = entry.values();
        if (!values.isSet(EntrySettings.NODES)) {
            if (values.isSet(EntrySettings.ROUTE)) {
                problem(entry, "route: only goes with nodes, not with host");
            }
            if (values.isSet(EntrySettings.PATRONI)) {
                problem(entry, "patroni: only goes with nodes, not with host");
            }
            return null;
        }
        checkKeys(entry);
        List<ClusterNode> nodes = nodes(entry);
        String dbname = first(values, Settings.MONITOR_DBNAME);
        return nodes.isEmpty()
                ? null
                : new ClusterSettings(
                        nodes,
                        monitorUser(entry),
                        dbname.isEmpty() ? dbname(entry) : dbname,
                        first(values, Settings.MAX_REPLICA_LAG),
                        first(values, Settings.MAX_REPLICA_LAG_BYTES),
                        first(values, Settings.PRIMARY_LOST_GRACE),
                        first(values, Settings.STALE_READS_DURING_FAILOVER),
                        first(values, Settings.LAG_CHECK_INTERVAL),
                        new Routing(
                                values.orDefault(EntrySettings.ROUTE),
                                first(values, Settings.CAUSAL_READS),
                                first(values, Settings.CAUSAL_WAIT),
                                first(values, Settings.DEFER_BEGIN),
                                first(values, Settings.NO_REPLICA)),
                        patroni(entry));
    }

    private void checkKeys(Entry entry) {
        for (Setting<?> other : ONLY_OF_HOST) {
            if (entry.values().isSet(other)) {
                problem(entry, "both nodes and " + other.name() + " (expected: one of them)");
            }
        }
        if (entry.name().equals(DatabaseEntries.TEMPLATE)) {
            // Otherwise any client could have a cluster watched under a name that it makes up.
            problem(entry, "nodes: not for the entry * (expected: an entry for each name)");
        }
    }

    private List<ClusterNode> nodes(Entry entry) {
        List<String> texts = entry.values().orDefault(EntrySettings.NODES);
        int port = entry.values().orDefault(EntrySettings.PORT);
        List<ClusterNode> nodes = new ArrayList<>();
        Set<ServerAddress> seen = new HashSet<>();
        if (texts.isEmpty()) {
            problem(entry, "nodes: empty (expected: host:port with commas between)");
        }
        for (String text : texts) {
            try {
                ClusterNode node = ClusterNode.parse(text, port);
                nodes.add(node);
                if (!seen.add(node.address())) {
                    problem(entry, "nodes: \"" + node.address() + "\" stands there twice");
                }
            } catch (IllegalArgumentException _) {
                problem(
                        entry,
                        "nodes: \""
                                + text
                                + "\" (expected: host, host:port, [IPv6]:port, perhaps with a"
                                + " weight of 1..1000 as in host:port*2)");
            }
        }
        return nodes;
    }

    private List<URI> patroni(Entry entry) {
        List<URI> all = new ArrayList<>();
        for (String text : entry.values().orDefault(EntrySettings.PATRONI)) {
            URI url = url(text);
            if (url == null) {
                problem(
                        entry,
                        "patroni: \"" + text + "\" (expected: http://host:8008 or https://)");
            } else {
                all.add(url);
            }
        }
        return all;
    }

    private static @Nullable URI url(String text) {
        try {
            var url = new URI(text);
            boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            return isHttp && url.getHost() != null ? url : null;
        } catch (URISyntaxException _) {
            return null;
        }
    }

    private String monitorUser(Entry entry) {
        Values values = entry.values();
        for (Setting<String> setting : List.of(Settings.MONITOR_USER, Settings.AUTH_USER)) {
            String user = first(values, setting);
            if (!user.isEmpty()) {
                return user;
            }
        }
        String forced = values.orDefault(EntrySettings.FORCED_USER);
        if (forced.isEmpty()) {
            problem(
                    entry,
                    "nodes: nobody to ask them (expected: monitor_user, auth_user, or user of the"
                            + " entry)");
        }
        return forced;
    }

    private static String dbname(Entry entry) {
        String dbname = entry.values().get(EntrySettings.DBNAME);
        return dbname == null ? entry.name() : dbname;
    }

    private <T> T first(Values values, Setting<T> setting) {
        T own = values.get(setting);
        return own == null ? globals.orDefault(setting) : own;
    }

    private void problem(Entry entry, String text) {
        findings.problem(entry.place(), "database \"" + entry.name() + "\": " + text);
    }
}
