package dev.weir.config;

import dev.weir.config.ConfigReader.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns the entries of {@code [databases]} into databases, once the whole file has been read. */
final class DatabaseEntries {
    /** The name of the entry that stands for all names without an entry of their own. */
    static final String TEMPLATE = "*";

    private final Values globals;
    private final Findings findings;

    DatabaseEntries(Values globals, Findings findings) {
        this.globals = globals;
        this.findings = findings;
    }

    /** Returns the databases by name, including the template. */
    Map<String, Database> databases(Map<String, Entry> entries) {
        Map<String, Database> databases = new LinkedHashMap<>();
        var clusters = new ClusterEntries(globals, findings);
        for (Entry entry : entries.values()) {
            checkPassword(entry);
            ClusterSettings cluster = clusters.of(entry);
            List<ServerAddress> hosts = cluster == null ? hosts(entry) : cluster.addresses();
            if (!hosts.isEmpty()) {
                boolean auto = entry.name().equals(TEMPLATE);
                databases.put(
                        entry.name(),
                        Database.of(entry.name(), hosts, entry.values(), cluster, auto));
            }
        }
        for (Entry entry : entries.values()) {
            checkAuthDatabase(entry, databases);
        }
        return databases;
    }

    private List<ServerAddress> hosts(Entry entry) {
        int port = entry.values().orDefault(EntrySettings.PORT);
        String names = entry.values().get(EntrySettings.HOST);
        if (names == null) {
            return socket(entry, port);
        }
        List<ServerAddress> hosts = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            if (name.isBlank()) {
                problem(entry, "host: \"" + names + "\" (expected: names with commas between)");
                return List.of();
            }
            hosts.add(new ServerAddress(name.strip(), port));
        }
        return hosts;
    }

    private List<ServerAddress> socket(Entry entry, int port) {
        String directory = globals.orDefault(Settings.UNIX_SOCKET_DIR);
        if (directory.startsWith("/") || directory.startsWith("@")) {
            return List.of(new ServerAddress(directory, port));
        }
        problem(
                entry,
                "host: missing (expected: a host, as unix_socket_dir is \"" + directory + "\")");
        return List.of();
    }

    private void checkPassword(Entry entry) {
        Values values = entry.values();
        if (values.isSet(EntrySettings.PASSWORD) && values.isSet(EntrySettings.PASSWORD_FILE)) {
            problem(entry, "both password and password_file (expected: one of them)");
        }
    }

    /**
     * Checks that auth_query can run. Users of auth_file do not need it, but nobody else could log
     * in, and nobody would notice before.
     */
    private void checkAuthDatabase(Entry entry, Map<String, Database> databases) {
        Values values = entry.values();
        String of = values.isSet(Settings.AUTH_DBNAME) ? "" : " (global)";
        String name = first(values, Settings.AUTH_DBNAME);
        boolean asks = !first(values, Settings.AUTH_USER).isEmpty();
        if (asks
                && !name.isEmpty()
                && !databases.containsKey(name)
                && !databases.containsKey(TEMPLATE)) {
            findings.warning(
                    "auth_dbname of " + entry.name(),
                    entry.place(),
                    "database \""
                            + entry.name()
                            + "\": auth_dbname"
                            + of
                            + ": \""
                            + name
                            + "\", so only users of auth_file can log in (expected: an entry of"
                            + " [databases])");
        }
    }

    private String first(Values values, Setting<String> setting) {
        String own = values.get(setting);
        return own == null ? globals.orDefault(setting) : own;
    }

    private void problem(Entry entry, String text) {
        findings.problem(entry.place(), "database \"" + entry.name() + "\": " + text);
    }
}
