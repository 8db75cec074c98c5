package dev.weir.environment;

import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.environment.ServerUri.Host;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code [databases]}, made from the parts of a URI or from variables for them.
 *
 * @param name the database name for clients; {@code *} if no database is given
 * @param keys as they would appear in the file
 * @param globals settings that libpq has for each connection, but Weir for all
 * @param unknown parameters that have no meaning here
 */
record Entry(
        String name,
        Map<String, String> keys,
        Map<Setting<?>, String> globals,
        Set<String> unknown) {
    private static final String PORT = "5432";
    private static final String BALANCE = "load_balance_hosts";
    private static final String ATTRIBUTES = "target_session_attrs";

    /** libpq's parameters that mean the same as a setting. */
    private static final Map<String, Setting<?>> GLOBAL =
            Map.of(
                    "sslmode", Settings.SERVER_TLS_SSLMODE,
                    "sslrootcert", Settings.SERVER_TLS_CA_FILE,
                    "sslcert", Settings.SERVER_TLS_CERT_FILE,
                    "sslkey", Settings.SERVER_TLS_KEY_FILE,
                    "sslpassword", Settings.SERVER_TLS_KEY_PASSPHRASE,
                    "sslcrl", Settings.SERVER_TLS_CRL_FILE,
                    "connect_timeout", Settings.SERVER_CONNECT_TIMEOUT);

    /** libpq's parameters that have no effect here, or whose effect Weir has anyway. */
    private static final Set<String> SILENT =
            Set.of(
                    "fallback_application_name",
                    "gssencmode",
                    "keepalives",
                    "keepalives_idle",
                    "keepalives_interval",
                    "keepalives_count",
                    "sslsni",
                    "sslcompression",
                    "channel_binding");

    /**
     * Makes an entry from a URI.
     *
     * @param isKey whether an entry may have such a key
     * @throws IllegalArgumentException with a message for the operator
     */
    static Entry of(ServerUri uri, Predicate<String> isKey) {
        return of(uri.hosts(), uri.dbname(), uri.parameters(), isKey);
    }

    /**
     * Makes an entry.
     *
     * @param parameters libpq's, and keys of {@code [databases]}
     * @throws IllegalArgumentException with a message for the operator
     */
    static Entry of(
            List<Host> hosts,
            @Nullable String dbname,
            Map<String, String> parameters,
            Predicate<String> isKey) {
        Map<String, String> keys = new LinkedHashMap<>();
        Map<Setting<?>, String> globals = new LinkedHashMap<>();
        Set<String> unknown = new LinkedHashSet<>();
        servers(hosts, parameters.get(ATTRIBUTES), keys);
        if (dbname != null) {
            keys.put("dbname", dbname);
        }
        parameters.forEach((key, value) -> {
            Setting<?> global = GLOBAL.get(key);
            if (global != null) {
                if (!(key.equals("sslrootcert") && value.equals("system"))) {
                    globals.put(global, value); // without a file, Java's own certificates
                }
            } else if (key.equals(BALANCE)) {
                keys.put(key, value.equals("random") ? "round-robin" : value);
            } else if (isKey.test(key)) {
                keys.put(key, value);
            } else if (!key.equals(ATTRIBUTES) && !SILENT.contains(key)) {
                unknown.add(key);
            }
        });
        return new Entry(dbname == null ? "*" : dbname, keys, globals, unknown);
    }

    private static void servers(
            List<Host> hosts, @Nullable String attributes, Map<String, String> keys) {
        for (Host host : hosts) {
            if (host.name().isBlank()) {
                throw new IllegalArgumentException("host: empty (expected: a name or an address)");
            }
        }
        String wanted = attributes == null ? (hosts.size() > 1 ? "" : "any") : attributes;
        switch (wanted) {
            case "any" -> anyOf(hosts, keys);
            case "" -> nodes(hosts, keys, Map.of());
            case "primary", "read-write" -> nodes(hosts, keys, Map.of("route", "primary"));
            case "prefer-standby" -> nodes(hosts, keys, Map.of("route", "replica"));
            case "standby", "read-only" ->
                    nodes(hosts, keys, Map.of("route", "replica", "no_replica", "error"));
            default ->
                    throw new IllegalArgumentException(
                            ATTRIBUTES
                                    + ": \""
                                    + wanted
                                    + "\" (expected: any, primary, read-write, standby, read-only,"
                                    + " prefer-standby)");
        }
    }

    private static void anyOf(List<Host> hosts, Map<String, String> keys) {
        if (hosts.isEmpty()) {
            return;
        }
        keys.put("host", hosts.stream().map(Host::name).collect(Collectors.joining(",")));
        Set<String> ports = hosts.stream().map(Entry::port).collect(Collectors.toSet());
        if (ports.size() > 1) {
            throw new IllegalArgumentException(
                    ATTRIBUTES
                            + ": any needs the same port on each host (expected: one port, or no "
                            + ATTRIBUTES
                            + ", so that Weir finds out which is the primary)");
        }
        keys.put("port", ports.iterator().next());
        if (hosts.size() > 1) {
            keys.put(BALANCE, "disable");
        }
    }

    private static void nodes(
            List<Host> hosts, Map<String, String> keys, Map<String, String> more) {
        keys.put("nodes", hosts.stream().map(Entry::node).collect(Collectors.joining(",")));
        more.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(one -> keys.put(one.getKey(), one.getValue()));
    }

    /** Returns a host in the notation of {@code nodes}. */
    static String node(Host host) {
        String name = host.name();
        return (name.indexOf(':') < 0 ? name : '[' + name + ']') + ':' + port(host);
    }

    private static String port(Host host) {
        String port = host.port();
        return port == null ? PORT : port;
    }

    /** Whether its nodes must be watched, which needs a user that queries them. */
    boolean isCluster() {
        return keys.containsKey("nodes");
    }

    /** Returns this entry under another name, with more keys. */
    Entry with(String other, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(keys);
        all.putAll(more);
        return new Entry(other, all, globals, unknown);
    }

    /** Leaves out what could be a secret. */
    @Override
    public String toString() {
        return name + keys.keySet();
    }
}
