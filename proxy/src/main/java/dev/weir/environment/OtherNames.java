package dev.weir.environment;

import dev.weir.config.Overlay.Part;
import dev.weir.config.Overlay.Target;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.environment.ServerUri.Host;
import dev.weir.environment.Variables.Variable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the variables of libpq and of other images. Used once. */
final class OtherNames {
    /** libpq's variables for its parameters, and for keys of an entry. */
    static final Map<String, String> LIBPQ =
            Map.ofEntries(
                    Map.entry("application_name", "PGAPPNAME"),
                    Map.entry("client_encoding", "PGCLIENTENCODING"),
                    Map.entry("connect_timeout", "PGCONNECT_TIMEOUT"),
                    Map.entry("datestyle", "PGDATESTYLE"),
                    Map.entry("load_balance_hosts", "PGLOADBALANCEHOSTS"),
                    Map.entry("options", "PGOPTIONS"),
                    Map.entry("sslcert", "PGSSLCERT"),
                    Map.entry("sslcrl", "PGSSLCRL"),
                    Map.entry("sslkey", "PGSSLKEY"),
                    Map.entry("sslmode", "PGSSLMODE"),
                    Map.entry("sslrootcert", "PGSSLROOTCERT"),
                    Map.entry("target_session_attrs", "PGTARGETSESSIONATTRS"),
                    Map.entry("timezone", "PGTZ"));

    /** The same for edoburu's image. */
    static final Map<String, String> EDOBURU =
            Map.of(
                    "client_encoding", "CLIENT_ENCODING",
                    "pool_size", "POOL_SIZE",
                    "timezone", "TIMEZONE");

    private final Variables from;
    private final Target target;
    private final Predicate<Path> isFile;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<Setting<?>, String> globals = new LinkedHashMap<>();

    OtherNames(Variables from, Target target, Predicate<Path> isFile) {
        this.from = from;
        this.target = target;
        this.isFile = isFile;
    }

    void apply() {
        Image image = image();
        if (!target.hasFile()) {
            new Defaults(from, target, isFile).of(image);
        }
        for (Alias alias : Alias.ALL) {
            Variable variable = from.find(alias.variable());
            if (variable != null) {
                target.set(alias.setting(), variable.value(), variable.origin());
            }
        }
        urls();
        for (Server server : Server.ALL) {
            server(server, image);
        }
        new PgpoolNames(from, this).apply();
        new OtelNames(from, target).apply();
        lines();
    }

    /** The image whose variables are used; null if there are only Weir's and libpq's. */
    private @Nullable Image image() {
        for (Image image : Image.values()) {
            if (from.first(image.marks()) != null) {
                return image;
            }
        }
        return null;
    }

    // --- URIs ---------------------------------------------------------------------------------

    private void urls() {
        for (String name : List.of("DATABASE_URL", "DATABASE_URLS")) {
            Variable variable = from.find(name);
            if (variable != null) {
                for (String url : split(variable.value())) {
                    url(url, variable.origin());
                }
            }
        }
    }

    /** Splits at commas and blanks in front of a scheme: a URI itself may contain commas. */
    private static List<String> split(String text) {
        return List.of(text.strip().split("[,\\s]+(?=" + ServerUri.BEGIN + ")"));
    }

    private void url(String url, String origin) {
        try {
            ServerUri uri = ServerUri.parse(url);
            Entry entry = Entry.of(uri, target::isKeyOfDatabase);
            add(entry, uri.user(), uri.password(), origin);
        } catch (IllegalArgumentException e) {
            target.problem(origin, String.valueOf(e.getMessage()));
        }
    }

    // --- parts --------------------------------------------------------------------------------

    private void server(Server server, @Nullable Image image) {
        Variable host = from.first(server.host());
        boolean isDefault = server.image() == Image.BITNAMI && image == Image.BITNAMI;
        if (host == null && !(isDefault && from.find("PGBOUNCER_DSN_0") == null)) {
            return;
        }
        String origin = host == null ? "default of " + server.image() : host.origin();
        String names = host == null ? "postgresql" : host.value();
        String user = value(server.user());
        try {
            List<Host> hosts = new ArrayList<>();
            for (String name : names.split(",", -1)) {
                hosts.add(new Host(name.strip(), null));
            }
            String ports = value(server.port());
            Entry entry =
                    Entry.of(
                            ports == null ? hosts : ServerUri.withPorts(hosts, ports),
                            value(server.dbname()),
                            parameters(server.image()),
                            target::isKeyOfDatabase);
            Entry adapted =
                    switch (server.image()) {
                        case EDOBURU -> entry.with(entry.name(), authUser(user));
                        case BITNAMI -> bitnami(entry, user, value(server.password()));
                        case LIBPQ ->
                                image == Image.ZALANDO
                                        ? entry.with(entry.name(), authUser(user))
                                        : entry;
                        default -> entry;
                    };
            add(adapted, user, value(server.password()), origin);
        } catch (IllegalArgumentException e) {
            target.problem(origin, String.valueOf(e.getMessage()));
        }
    }

    @Nullable String value(List<String> names) {
        Variable found = from.first(names);
        return found == null ? null : found.value();
    }

    /** An image's variables for the keys of an entry, by key. */
    private Map<String, String> parameters(Image image) {
        Map<String, String> names =
                switch (image) {
                    case LIBPQ -> LIBPQ;
                    case EDOBURU -> EDOBURU;
                    case BITNAMI -> Map.of("connect_query", "PGBOUNCER_CONNECT_QUERY");
                    default -> Map.of();
                };
        Map<String, String> parameters = new TreeMap<>();
        names.forEach((key, name) -> {
            Variable variable = from.find(name);
            if (variable != null) {
                parameters.put(key, variable.value());
            }
        });
        return parameters;
    }

    private static Map<String, String> authUser(@Nullable String user) {
        return user == null ? Map.of() : Map.of("auth_user", user);
    }

    private Entry bitnami(Entry entry, @Nullable String user, @Nullable String password) {
        Map<String, String> more = new TreeMap<>();
        if (user != null && isYes("PGBOUNCER_SET_DATABASE_USER")) {
            more.put("user", user);
        }
        if (password != null && isYes("PGBOUNCER_SET_DATABASE_PASSWORD")) {
            more.put("password", password);
        }
        Variable name = from.find("PGBOUNCER_DATABASE");
        if (name != null && name.value().equals("*")) {
            Map<String, String> keys = new LinkedHashMap<>(entry.keys());
            keys.remove("dbname");
            return new Entry("*", keys, entry.globals(), entry.unknown()).with("*", more);
        }
        return entry.with(name == null ? "postgres" : name.value(), more);
    }

    private boolean isYes(String name) {
        Variable variable = from.find(name);
        return variable != null && variable.value().matches("(?i)yes|true|1");
    }

    // --- entries ------------------------------------------------------------------------------

    /** Adds an entry and its user. */
    void add(Entry entry, @Nullable String user, @Nullable String password, String origin) {
        if (user != null && password != null) {
            target.user(user, password, origin);
        }
        Entry whole = entry;
        boolean hasMonitor =
                entry.keys().containsKey("monitor_user")
                        || from.find(Alias.own(Settings.MONITOR_USER)) != null;
        if (entry.isCluster() && user != null && !hasMonitor) {
            whole = entry.with(entry.name(), Map.of("monitor_user", user));
        }
        Entry before = entries.put(whole.name(), whole);
        if (before != null && !before.equals(whole)) {
            target.problem(
                    origin,
                    "database \""
                            + whole.name()
                            + "\": described twice, and not alike (expected: one server for each"
                            + " name)");
        }
        target.database(whole.name(), whole.keys(), origin);
        whole.globals().forEach((setting, value) -> global(setting, value, origin));
        for (String parameter : whole.unknown()) {
            target.warning(
                    parameter, origin, parameter + ": has no effect (no such key of a database)");
        }
    }

    private void global(Setting<?> setting, String value, String origin) {
        String before = globals.put(setting, value);
        if (before == null) {
            target.set(setting, value, origin);
        } else if (!before.equals(value)) {
            target.problem(
                    origin,
                    setting.name()
                            + ": \""
                            + value
                            + "\" for one server and \""
                            + before
                            + "\" for another (expected: one value for all)");
        }
    }

    /** Adds the variables that bitnami's image takes as lines of a file. */
    private void lines() {
        for (int i = 0; ; i++) {
            Variable line = from.find("PGBOUNCER_DSN_" + i);
            if (line == null) {
                break;
            }
            target.lines(Part.DATABASES, line.value(), line.origin());
        }
        Variable users = from.find("PGBOUNCER_USERLIST");
        if (users != null) {
            target.users(users.value(), users.origin());
        }
    }

    void warning(String subject, String origin, String text) {
        target.warning(subject, origin, text);
    }

    void user(String name, String secret, String origin) {
        target.user(name, secret, origin);
    }
}
