package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current configuration, and the change to the next one: every part prepares for it, and it is
 * published only if all of them could. Used by one thread at a time, which may block.
 */
final class CurrentConfig {
    private static final Logger log = LoggerFactory.getLogger(CurrentConfig.class);

    private final List<Reloadable> parts = new ArrayList<>();
    private volatile Config config;

    /** Values that SET gave, and that do not fit the others yet, by their names. */
    private Map<String, String> waiting = Map.of();

    CurrentConfig(Config config) {
        this.config = config;
    }

    Config get() {
        return config;
    }

    /** Adds a part; it is told about changes after those that were added before it. */
    synchronized void add(Reloadable part) {
        parts.add(part);
    }

    /**
     * Reads the file again.
     *
     * @throws ConfigException with everything that is wrong; then nothing has changed
     */
    synchronized void reload() throws ConfigException {
        Config next = config.reload();
        List<Problem> known = config.warnings();
        Map<String, String> left = new LinkedHashMap<>(waiting);
        left.keySet().removeIf(next::endsSet);
        if (!left.isEmpty() && publishesWith(next, left)) {
            waiting = Map.of();
        } else {
            publish(next);
            waiting = left;
        }
        for (Problem warning : next.warnings()) {
            if (!known.contains(warning)) {
                log.warn("config_warning {}", warning);
            }
        }
    }

    /**
     * Changes the value of one setting, until a RELOAD. A value that does not fit those of other
     * settings, such as a certificate without its key, waits until they do.
     *
     * @return why the value has no effect yet; empty if it has
     * @throws IllegalArgumentException if there is no such setting, or if it cannot have this value
     */
    synchronized List<Problem> set(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(waiting);
        all.remove(name);
        all.put(name, value);
        List<Problem> reasons = List.of();
        for (Map<String, String> some : List.of(all, related(all, name), Map.of(name, value))) {
            try {
                publish(config.with(some));
                all.keySet().removeAll(some.keySet());
                waiting = all;
                return List.of();
            } catch (ConfigException e) {
                reasons = e.problems();
            }
        }
        waiting = all;
        return reasons;
    }

    /** Those that are about the same side, such as {@code server_…}. */
    private static Map<String, String> related(Map<String, String> all, String name) {
        String side = name.substring(0, name.indexOf('_') + 1);
        Map<String, String> related = new LinkedHashMap<>(all);
        related.keySet().removeIf(other -> !other.startsWith(side));
        return related;
    }

    /** Publishes a configuration with these values, provided that they fit. */
    private boolean publishesWith(Config base, Map<String, String> values) {
        try {
            publish(base.with(values));
            return true;
        } catch (ConfigException e) {
            return false;
        }
    }

    private void publish(Config next) throws ConfigException {
        List<Runnable> changes = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (Reloadable part : parts) {
            try {
                changes.add(part.prepare(next));
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        config = next;
        changes.forEach(Runnable::run);
    }
}
