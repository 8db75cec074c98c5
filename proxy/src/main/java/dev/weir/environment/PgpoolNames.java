package dev.weir.environment;

import dev.weir.environment.ServerUri.Host;
import dev.weir.environment.Variables.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the variables of Pgpool-II's images: the backends become the nodes of a cluster. Pgpool
 * serves every database; here each needs an entry, since its nodes are watched.
 */
final class PgpoolNames {
    private static final String USERNAME = "_USERNAME";
    private static final String DEFAULT_DATABASE = "postgres";

    private static final List<String> PREFIXES = List.of("PGPOOL_PARAMS_", "PGPOOL_");
    private static final List<String> DATABASES =
            List.of(
                    "POSTGRES_DB",
                    "POSTGRES_DATABASE",
                    "PGPOOL_POSTGRES_DATABASE",
                    "PGPOOL_SR_CHECK_DATABASE",
                    "PGPOOL_PARAMS_SR_CHECK_DATABASE");

    private final Variables from;
    private final OtherNames to;

    PgpoolNames(Variables from, OtherNames to) {
        this.from = from;
        this.to = to;
    }

    void apply() {
        List<String> nodes = new ArrayList<>();
        String origin = numbered(nodes);
        Variable list = from.find("PGPOOL_BACKEND_NODES");
        if (list != null) {
            origin = list.origin();
            listed(list.value(), nodes);
        }
        if (origin != null) {
            entries(nodes, origin);
        }
    }

    /** Adds the backends that have one variable each; returns where these are, or null. */
    private @Nullable String numbered(List<String> nodes) {
        String origin = null;
        for (int i = 0; ; i++) {
            Variable host = parameter("BACKEND_HOSTNAME" + i);
            if (host == null) {
                return origin;
            }
            origin = origin == null ? host.origin() : origin;
            Variable port = parameter("BACKEND_PORT" + i);
            Variable weight = parameter("BACKEND_WEIGHT" + i);
            nodes.add(
                    Entry.node(new Host(host.value(), port == null ? null : port.value()))
                            + (weight != null && weight.value().matches("[1-9][0-9]{0,2}")
                                    ? "*" + weight.value()
                                    : ""));
        }
    }

    private @Nullable Variable parameter(String name) {
        return from.first(PREFIXES.stream().map(prefix -> prefix + name).toList());
    }

    /** Adds the backends of bitnami's list: {@code 0:host:port,1:host:port}. */
    private static void listed(String value, List<String> nodes) {
        for (String one : value.split(",", -1)) {
            String[] parts = one.strip().replaceFirst("^[0-9]+:", "").split(":", 3);
            nodes.add(Entry.node(new Host(parts[0], parts.length > 1 ? parts[1] : null)));
        }
    }

    private void entries(List<String> nodes, String origin) {
        credentials(origin);
        String user =
                to.value(List.of("PGPOOL_POSTGRES_USERNAME", "POSTGRES_USERNAME", "POSTGRES_USER"));
        String monitor = to.value(List.of("PGPOOL_SR_CHECK_USER", "PGPOOL_PARAMS_SR_CHECK_USER"));
        String secret =
                to.value(List.of("PGPOOL_SR_CHECK_PASSWORD", "PGPOOL_PARAMS_SR_CHECK_PASSWORD"));
        if (monitor != null && secret != null) {
            to.user(monitor, secret, origin);
        }
        String password = to.value(List.of("POSTGRES_PASSWORD"));
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("nodes", String.join(",", nodes));
        keys.put("route", balances() ? "auto" : "primary");
        if (monitor != null) {
            keys.put("monitor_user", monitor);
        }
        for (String name : databases(user, origin)) {
            to.add(new Entry(name, keys, Map.of(), Set.of()), user, password, origin);
        }
    }

    private boolean balances() {
        Variable switched = from.find("PGPOOL_PARAMS_LOAD_BALANCE_MODE");
        Variable enabled = from.find("PGPOOL_ENABLE_LOAD_BALANCING");
        Variable given = switched == null ? enabled : switched;
        return given == null || !given.value().matches("(?i)off|no|false|0");
    }

    /** Adds the users that pgpool/pgpool puts into its pool_passwd. */
    private void credentials(String origin) {
        for (String name : from.names()) {
            for (String suffix : List.of(USERNAME, USERNAME + "_FILE")) {
                if (name.endsWith(suffix)) {
                    String stem = name.substring(0, name.length() - suffix.length());
                    Variable user = from.find(stem + USERNAME);
                    Variable password = from.find(stem + "_PASSWORD");
                    if (user != null && password != null) {
                        to.user(user.value(), password.value(), origin);
                    }
                }
            }
        }
    }

    private Set<String> databases(@Nullable String user, String origin) {
        Set<String> names = new LinkedHashSet<>();
        for (String variable : DATABASES) {
            Variable found = from.find(variable);
            if (found != null) {
                names.add(found.value());
            }
        }
        if (names.isEmpty()) {
            names.add(DEFAULT_DATABASE);
            if (user != null) {
                names.add(user);
            }
            to.warning(
                    "databases",
                    origin,
                    "no database is named, so there are "
                            + names
                            + " only (POSTGRES_DB names one, WEIR_DATABASES more)");
        }
        return names;
    }
}
