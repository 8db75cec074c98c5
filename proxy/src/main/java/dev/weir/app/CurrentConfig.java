package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import java.util.ArrayList;
import java.util.List;
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
        publish(next);
        for (Problem warning : next.warnings()) {
            if (!known.contains(warning)) {
                log.warn("config_warning {}", warning);
            }
        }
    }

    /**
     * Changes the value of one setting, until a RELOAD of a file that sets it.
     *
     * @throws IllegalArgumentException if there is no such setting, or if it cannot have this value
     * @throws ConfigException if a part cannot apply it
     */
    synchronized void set(String name, String value) throws ConfigException {
        publish(config.with(name, value));
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
