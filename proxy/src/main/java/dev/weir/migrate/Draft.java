package dev.weir.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A weir.ini in the making, with its users file and notes about what could not be converted. */
public final class Draft {
    /** The entry that serves every database without one. */
    static final String ANY = "*";

    private static final String NODES = "nodes";

    private final String heading;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> databases = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> users = new LinkedHashMap<>();
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Map<String, String> askers = new LinkedHashMap<>();
    private final Map<String, List<String>> nodesOfAny = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param heading the first line, a comment
     */
    Draft(String heading) {
        this.heading = heading;
    }

    // --- for the converters ---------------------------------------------------------------------

    /** Sets a global setting; does nothing if the value is missing. The first value is kept. */
    void set(String key, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return;
        }
        String before = settings.putIfAbsent(key, value);
        if (before != null && !before.equals(value)) {
            note(key + " can be only one; it is " + before + ", " + value + " is lost");
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

    /** The address of a server as {@link #servers} takes it; an IPv6 address gets its brackets. */
    static String address(String host, String port) {
        return (host.contains(":") && !host.startsWith("/") ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * Sets the servers of a database; several are the nodes of a cluster, the primary first.
     *
     * @param addresses made by {@link #address}, those of several perhaps with {@code *weight}
     */
    void servers(String name, List<String> addresses) {
        database(name);
        if (addresses.isEmpty()) {
            return;
        }
        if (addresses.size() > 1 && !name.equals(ANY)) {
            ofDatabase(name, NODES, String.join(",", addresses));
            return;
        }
        String first = addresses.getFirst().replaceFirst("\\*[0-9]+$", "");
        int colon = first.lastIndexOf(':');
        ofDatabase(name, "host", first.substring(0, colon).replaceAll("[\\[\\]]", ""));
        ofDatabase(name, "port", first.substring(colon + 1));
        if (addresses.size() > 1) {
            nodesOfAny.put(NODES, addresses);
            note(
                    "database \"*\": is on its first server alone, since nodes need an entry with a"
                            + " name; copy the line NAME = for each database that is to have its"
                            + " reads on the others");
        }
    }

    /** Offers a user who can log in to the servers of this database; the first one is kept. */
    void mayAsk(String name, String user) {
        if (!user.isEmpty()) {
            askers.putIfAbsent(name, user);
        }
    }

    /**
     * Lets somebody ask the nodes of each cluster, since Weir routes by their answers. Comes when
     * everything else has been converted.
     */
    void monitors() {
        if (settings.containsKey("monitor_user") || settings.containsKey("auth_user")) {
            return;
        }
        databases.forEach((name, entry) -> {
            boolean asked =
                    entry.containsKey("monitor_user")
                            || entry.containsKey("auth_user")
                            || entry.containsKey("user");
            if (!entry.containsKey(NODES) || asked) {
                return;
            }
            String asker = askers.get(name);
            if (asker == null) {
                note(
                        "database \""
                                + name
                                + "\": monitor_user is missing; name a user who may log in to each"
                                + " of its nodes, best one with pg_monitor");
            } else {
                entry.put("monitor_user", asker);
                note(
                        "database \""
                                + name
                                + "\": monitor_user is "
                                + asker
                                + ", the first of its users; a user with pg_monitor sees more");
            }
        });
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

    /** Clients log in by certificates, which somebody has to verify. */
    void verifiesClients() {
        if (!settings.getOrDefault("client_tls_sslmode", "").startsWith("verify")) {
            settings.put("client_tls_sslmode", "verify-ca");
            note("client_tls_sslmode: is verify-ca, since clients log in by their certificates");
        }
    }

    /** Sets which transactions of a clustered database go to replicas. */
    void route(String name, String route) {
        if (isCluster(name)) {
            ofDatabase(name, "route", route);
        } else if (name.equals(ANY) && nodesOfAny.containsKey(NODES)) {
            nodesOfAny.put("route", List.of(route));
        }
    }

    /** Whether the database has several servers, and an entry that can name them. */
    boolean isCluster(String name) {
        return databases.getOrDefault(name, Map.of()).containsKey(NODES);
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
        out.append(heading).append("\n\n[databases]\n");
        databases.forEach((name, keys) -> entry(out, name, keys));
        if (!nodesOfAny.isEmpty()) {
            out.append(";NAME =");
            nodesOfAny.forEach((key, values) ->
                    out.append(' ').append(key).append('=').append(String.join(",", values)));
            out.append('\n');
        }
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
