package dev.weir.migrate;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A weir.ini in the making, with its users file and notes about what could not be converted. */
public final class Draft {
    private final Import.Format format;
    private final String source;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> databases = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> users = new LinkedHashMap<>();
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Draft(Import.Format format, String source) {
        this.format = format;
        this.source = source;
    }

    // --- for the converters ---------------------------------------------------------------------

    /** Sets a global setting; does nothing if the value is missing. */
    void set(String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            settings.put(key, value);
        }
    }

    /** Sets a duration given in milliseconds, where 0 means that there is none. */
    void setMillis(String key, long millis) {
        if (millis > 0) {
            settings.put(key, millis(millis));
        }
    }

    static String millis(long millis) {
        return millis % 1_000 == 0 ? String.valueOf(millis / 1_000) : millis + "ms";
    }

    void setPositive(String key, long number) {
        if (number > 0) {
            settings.put(key, String.valueOf(number));
        }
    }

    /** Takes a switch and sets it in Weir's spelling; does nothing if it is missing. */
    void setSwitch(String key, Keys from, String name) {
        if (from.text(name) != null) {
            settings.put(key, from.isOn(name) ? "1" : "0");
        }
    }

    /** Adds the database if it does not exist yet. */
    void database(String name) {
        databases.computeIfAbsent(name, _ -> new LinkedHashMap<>());
    }

    void ofDatabase(String name, String key, @Nullable String value) {
        put(databases, "database", name, key, value);
    }

    void ofUser(String name, String key, @Nullable String value) {
        put(users, "user", name, key, value);
    }

    private void put(
            Map<String, Map<String, String>> entries,
            String what,
            String name,
            String key,
            @Nullable String value) {
        Map<String, String> entry = entries.computeIfAbsent(name, _ -> new LinkedHashMap<>());
        if (value == null || value.isEmpty()) {
            return;
        }
        String before = entry.putIfAbsent(key, value);
        if (before != null && !before.equals(value)) {
            note(
                    what
                            + " \""
                            + name
                            + "\": "
                            + key
                            + " can be only one; it is "
                            + shown(key, before)
                            + ", "
                            + shown(key, value)
                            + " is lost");
        }
    }

    private static String shown(String key, String value) {
        return key.equals("password") ? "…" : value;
    }

    /** Sets the servers of a database; several are the nodes of a cluster, the primary first. */
    void servers(String name, List<String> hostsAndPorts) {
        database(name);
        if (hostsAndPorts.isEmpty()) {
            return;
        }
        if (hostsAndPorts.size() > 1 && knowsClusters()) {
            ofDatabase(name, "nodes", String.join(",", hostsAndPorts));
            return;
        }
        String first = hostsAndPorts.getFirst();
        int colon = first.lastIndexOf(':');
        ofDatabase(name, "host", first.substring(0, colon));
        ofDatabase(name, "port", first.substring(colon + 1));
        if (hostsAndPorts.size() > 1) {
            note(
                    "database \""
                            + name
                            + "\": only its first server, "
                            + first
                            + ", is used; the others are "
                            + String.join(", ", hostsAndPorts.subList(1, hostsAndPorts.size())));
        }
    }

    /** Sets how clients log in; if there are several ways, the first is kept. */
    void authentication(String type) {
        String before = settings.putIfAbsent("auth_type", type);
        if (before != null && !before.equals(type)) {
            note(
                    "auth_type: one for all is "
                            + before
                            + ", and some had "
                            + type
                            + "; rules for each are auth_type = hba with auth_hba_file");
        }
    }

    /** Sets which transactions of a clustered database go to replicas. */
    void route(String name, String route) {
        Map<String, String> entry = databases.getOrDefault(name, Map.of());
        if (entry.containsKey("nodes")) {
            ofDatabase(name, "route", route);
        }
    }

    /** Whether this version of Weir routes among the nodes of a cluster. */
    private static boolean knowsClusters() {
        try {
            Config.parse("probe", "[databases]\na = nodes=127.0.0.1:1,127.0.0.1:2\n");
            return true;
        } catch (ConfigException _) {
            return false;
        }
    }

    /** Adds a user who logs in with this secret. */
    void user(String name, @Nullable String secret) {
        if (secret == null || secret.isEmpty()) {
            return;
        }
        String before = secrets.putIfAbsent(name, secret);
        if (before != null && !before.equals(secret)) {
            note("user \"" + name + "\": has several passwords; Weir knows one for each user");
        }
    }

    boolean hasSecrets() {
        return !secrets.isEmpty();
    }

    /** Notes something that cannot be expressed, or is expressed differently. */
    void note(String text) {
        if (!notes.contains(text)) {
            notes.add(text);
        }
    }

    /** Notes every key that no converter has taken. */
    void left(Keys keys) {
        keys.left().forEach(key -> note(key + ": has no counterpart"));
    }

    // --- the result -----------------------------------------------------------------------------

    /** What an operator must check. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** The lines of the users file; empty if there are no secrets. */
    public String usersFile() {
        return secrets.entrySet().stream()
                .map(one -> quoted(one.getKey()) + " " + quoted(one.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    /**
     * Returns the configuration.
     *
     * @param usersFile the future path of the {@link #usersFile}
     */
    public String ini(String usersFile) {
        var out = new StringBuilder();
        out.append(";; Made by weir import from ").append(source);
        out.append(" (").append(format).append(").\n\n[databases]\n");
        databases.forEach((name, keys) -> entry(out, name, keys));
        users.values().removeIf(Map::isEmpty);
        if (!users.isEmpty()) {
            out.append("\n[users]\n");
            users.forEach((name, keys) -> entry(out, name, keys));
        }
        out.append("\n[weir]\n");
        if (hasSecrets()) {
            settings.putIfAbsent("auth_file", usersFile);
        }
        settings.forEach((key, value) -> out.append(key).append(" = ").append(value).append('\n'));
        return out.toString();
    }

    private static void entry(StringBuilder out, String name, Map<String, String> keys) {
        boolean isBare = name.matches("[A-Za-z0-9_.*-]+");
        out.append(isBare ? name : "'" + name.replace("'", "''") + "'").append(" =");
        keys.forEach((key, value) -> out.append(' ').append(key).append('=').append(value(value)));
        out.append('\n');
    }

    private static String value(String value) {
        return value.matches("[A-Za-z0-9_.,:/@*+-]+")
                ? value
                : "'" + value.replace("'", "''") + "'";
    }
}
