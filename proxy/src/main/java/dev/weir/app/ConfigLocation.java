package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigSource;
import dev.weir.config.Problem;
import dev.weir.environment.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process finds its configuration. A file that is named on the command line is the
 * configuration, and only {@code WEIR_*} takes precedence over it. Without one, as in a container,
 * all of the environment counts, on top of a file at one of the usual places if there is one.
 *
 * @param environment the overlay of the source
 * @param isNamed whether the command line names the file
 */
record ConfigLocation(ConfigSource source, Environment environment, boolean isNamed) {
    private static final Logger log = LoggerFactory.getLogger(ConfigLocation.class);

    private static final String VARIABLE = "WEIR_CONFIG";

    /** Where images for PgBouncer and this one have the file mounted. */
    static final List<Path> USUAL =
            List.of(
                    Path.of("/etc/weir/weir.ini"),
                    Path.of("/etc/pgbouncer/pgbouncer.ini"),
                    Path.of("/bitnami/pgbouncer/conf/pgbouncer.ini"));

    /**
     * @param file that the command line names; null if it names none
     * @param variables all of the environment
     * @param usual where a file is looked for otherwise
     */
    static ConfigLocation of(@Nullable Path file, Map<String, String> variables, List<Path> usual) {
        var environment = new Environment(variables, file == null);
        Path found = file == null ? found(variables, usual) : file;
        return new ConfigLocation(new ConfigSource(found, environment), environment, file != null);
    }

    private static @Nullable Path found(Map<String, String> variables, List<Path> usual) {
        String named = variables.getOrDefault(VARIABLE, "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        return usual.stream().filter(Files::isRegularFile).findFirst().orElse(null);
    }

    /**
     * Reads the configuration.
     *
     * @throws ConfigException if it cannot be used, or if nothing configures a database
     */
    Config load() throws ConfigException {
        Config config = Config.load(source);
        if (source.file() == null && !config.hasDatabases()) {
            throw new ConfigException(
                    List.of(
                            new Problem(
                                    "weir",
                                    0,
                                    "no file is named, and the environment names no server"
                                            + " (expected: a file, or DATABASE_URL, PGHOST,"
                                            + " WEIR_DATABASES or "
                                            + VARIABLE
                                            + ")")));
        }
        return config;
    }

    /** Says in one line which takes precedence over what. */
    void log() {
        Collection<String> used = environment.used();
        Path file = source.file();
        if (file == null) {
            log.info("configured by the environment: {}", String.join(", ", used));
        } else if (!used.isEmpty()) {
            log.info(
                    "configured by {}, and over it {}: {}",
                    file,
                    isNamed ? "WEIR_*" : "the environment, WEIR_* last",
                    String.join(", ", used));
        }
    }
}
