package dev.weir.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One table of a configuration. Keys whose value a converter takes are removed from the list of
 * those without a counterpart.
 */
final class Keys {
    private final String path;
    private final Map<String, Object> values;
    private final Set<String> taken = new LinkedHashSet<>();
    private final Map<String, Keys> children = new LinkedHashMap<>();

    /**
     * @param values strings, numbers, booleans, lists, or maps of these
     */
    Keys(String path, Map<String, Object> values) {
        this.path = path;
        this.values = values;
    }

    /** Its path in the file, such as {@code pools.app.users.0}. */
    String path() {
        return path;
    }

    /** Takes a value; null if it is missing. */
    @Nullable String text(String key) {
        Object value = values.get(key);
        if (value == null || value instanceof Map) {
            return null;
        }
        taken.add(key);
        return value.toString();
    }

    String text(String key, String otherwise) {
        String value = text(key);
        return value == null ? otherwise : value;
    }

    /** Takes one of some known values; another is left, and so noted. */
    String choice(String key, String otherwise, String... known) {
        String value = text(key, otherwise);
        if (List.of(known).contains(value)) {
            return value;
        }
        taken.remove(key);
        return otherwise;
    }

    /** Takes a switch, in any spelling that these files use. */
    boolean isOn(String key) {
        return switch (text(key, "")) {
            case "true", "yes", "on", "1" -> true;
            default -> false;
        };
    }

    /** Takes a number; 0 if it is missing. */
    long number(String key) {
        try {
            return Long.parseLong(text(key, "0"));
        } catch (NumberFormatException _) {
            taken.remove(key);
            return 0;
        }
    }

    /**
     * Takes a duration in seconds, or with a unit that Weir knows; empty if it is 0, missing or not
     * a duration.
     */
    String duration(String key) {
        String value = text(key, "");
        if (!value.matches("[0-9]+ ?(us|ms|s|min|h|d)?")) {
            taken.remove(key);
            return "";
        }
        return value.matches("0.*") ? "" : value.replace(" ", "");
    }

    /** Takes a list. */
    List<?> list(String key) {
        taken.add(key);
        return values.get(key) instanceof List<?> list ? list : List.of();
    }

    /** Takes the table with this name; empty if it is missing. */
    Keys table(String key) {
        return children.computeIfAbsent(
                key,
                _ -> {
                    taken.add(key);
                    return values.get(key) instanceof Map<?, ?> map
                            ? new Keys(path.isEmpty() ? key : path + "." + key, copied(map))
                            : new Keys(path + "." + key, Map.of());
                });
    }

    /** The names of the tables that it contains. */
    List<String> tables() {
        return values.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Map)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Takes an array of tables. */
    List<Keys> tablesOf(String key) {
        List<Keys> all = new ArrayList<>();
        for (Object one : list(key)) {
            if (one instanceof Map<?, ?> map) {
                String name = key + "." + all.size();
                Keys table = new Keys(name, copied(map));
                children.put(name, table);
                all.add(table);
            }
        }
        return all;
    }

    private static Map<String, Object> copied(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    /** Takes a key if its value asks for nothing that Weir would not do anyway. */
    void ignoreIf(String key, String value) {
        if (value.equals(String.valueOf(values.get(key)))) {
            taken.add(key);
        }
    }

    /** Whether the file has this table. */
    boolean hasTable(String key) {
        return values.get(key) instanceof Map;
    }

    /** Takes keys that ask for nothing that Weir would not do anyway. */
    void ignore(String... keys) {
        taken.addAll(List.of(keys));
    }

    /** The paths of all keys that no converter has taken. */
    List<String> left() {
        List<String> all = new ArrayList<>();
        for (String key : values.keySet()) {
            if (!taken.contains(key)) {
                all.add(path.isEmpty() ? key : path + "." + key);
            }
        }
        children.values().forEach(child -> all.addAll(child.left()));
        return all;
    }
}
