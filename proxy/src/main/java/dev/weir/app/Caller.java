package dev.weir.app;

import dev.weir.config.ConfigException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who runs a command: where its output goes, and what it finds without being told.
 *
 * @param environment the variables of the environment
 * @param usual where a configuration file is looked for if none is named
 */
record Caller(PrintStream out, PrintStream err, Map<String, String> environment, List<Path> usual) {
    /**
     * Where the configuration is.
     *
     * @param file that the command line names; null if it names none
     */
    ConfigLocation location(@Nullable Path file) {
        return ConfigLocation.of(file, environment, usual);
    }

    /** Says what is wrong with a configuration; returns the exit status. */
    int failed(ConfigException why) {
        why.problems().forEach(err::println);
        return Main.FAILED;
    }

    /** Serves clients until shutdown; returns the exit status. */
    int serve(ServerOptions options, @Nullable Path file, boolean refusesRoot)
            throws InterruptedException {
        return new Server(options, location(file), refusesRoot, environment).run();
    }
}
