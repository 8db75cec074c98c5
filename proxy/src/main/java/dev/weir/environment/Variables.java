package dev.weir.environment;

import dev.weir.config.Overlay.Target;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The variables of an environment, each of which may have its value in a file instead: {@code
 * NAME_FILE} names it. An empty value counts as none, as compose files and charts leave them.
 */
final class Variables {
    private static final String FILE = "_FILE";

    /** Names of settings, such as that of {@code audit_file}: their ending does not mark a file. */
    private static final Set<String> SETTINGS =
            Settings.ALL.stream().map(Alias::own).collect(Collectors.toUnmodifiableSet());

    /** The variables that Kubernetes gives each container for the services in its namespace. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(
                    ".*_SERVICE_(HOST|PORT(_.*)?)|.*_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private final Map<String, String> all;
    private final Target target;
    private final TreeSet<String> used = new TreeSet<>();

    /** A variable with its value, whether that was in a file or not. */
    record Variable(String name, String value) {
        String origin() {
            return Variables.origin(name);
        }
    }

    /**
     * @param target gets the errors
     */
    Variables(Map<String, String> all, Target target) {
        this.all = all;
        this.target = target;
    }

    /** The prefix of messages about the value of this variable. */
    static String origin(String name) {
        return "environment variable " + name;
    }

    /** Returns the first of these variables with a value, or null. */
    @Nullable Variable first(Collection<String> names) {
        for (String name : names) {
            Variable found = find(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Returns the variable, or null if its value is missing or not meant for Weir. */
    @Nullable Variable find(String name) {
        String value = all.getOrDefault(name, "");
        boolean isOther = isServiceLink(name + FILE) || SETTINGS.contains(name + FILE);
        String file = isOther ? "" : all.getOrDefault(name + FILE, "");
        if (!value.isEmpty() && !file.isEmpty()) {
            target.problem(
                    origin(name), "set, and " + name + FILE + " as well (expected: one of them)");
            return null;
        }
        if (!file.isEmpty()) {
            return fromFile(name, file);
        }
        if (value.isEmpty() || isServiceLink(name)) {
            return null;
        }
        used.add(name);
        return new Variable(name, value);
    }

    private @Nullable Variable fromFile(String name, String file) {
        used.add(name + FILE);
        try {
            String value = TextFile.read(Path.of(file)).replaceFirst("\\r?\\n$", "");
            if (value.isEmpty()) {
                target.problem(
                        origin(name + FILE), "\"" + file + "\" is empty (expected: a value)");
                return null;
            }
            return new Variable(name, value);
        } catch (IOException e) {
            target.problem(origin(name + FILE), String.valueOf(e.getMessage()));
            return null;
        }
    }

    /**
     * Whether Kubernetes made this variable for a service and it only looks like one of ours, such
     * as WEIR_PORT or POSTGRES_PORT.
     */
    boolean isServiceLink(String name) {
        String value = all.getOrDefault(name, "");
        return SERVICE_LINK.matcher(name).matches() || SERVICE_ADDRESS.matcher(value).matches();
    }

    /** The names of all variables, in order. */
    Collection<String> names() {
        return new TreeSet<>(all.keySet());
    }

    /** The names of those that have been found so far, in order. */
    Collection<String> used() {
        return used;
    }
}
