package dev.weir.config;

import dev.weir.config.ConfigReader.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The step from the entries of {@code [databases]} to databases, once the whole file is read. */
final class DatabaseEntries {
    /** The name of the entry that stands for all names that have none. */
    static final String TEMPLATE = "*";

    private final Values globals;
    private final Findings findings;

    DatabaseEntries(Values globals, Findings findings) {
        this.globals = globals;
        this.findings = findings;
    }

    /** Returns the databases by name, the template among them. */
    Map<String, Database> databases(Map<String, Entry> entries) {
        Map<String, Database> databases = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            refuseAuthQuery(entry);
            List<ServerAddress> hosts = hosts(entry);
            if (!hosts.isEmpty()) {
                boolean auto = entry.name().equals(TEMPLATE);
                databases.put(entry.name(), Database.of(entry.name(), hosts, entry.values(), auto));
            }
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

    /** An auth_query may admit fewer users than the users file does, so it is not ignored. */
    private void refuseAuthQuery(Entry entry) {
        Values values = entry.values();
        boolean here = values.isSet(Settings.AUTH_USER) || values.isSet(Settings.AUTH_QUERY);
        boolean user = values.isSet(Settings.AUTH_USER) || globals.isSet(Settings.AUTH_USER);
        boolean query = values.isSet(Settings.AUTH_QUERY) || globals.isSet(Settings.AUTH_QUERY);
        if (here && user && query) {
            problem(entry, Config.AUTH_QUERY_UNSUPPORTED);
        }
    }

    private void problem(Entry entry, String text) {
        findings.problem(entry.place(), "database \"" + entry.name() + "\": " + text);
    }
}
