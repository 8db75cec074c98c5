package dev.weir.app;

import dev.weir.config.ConfigException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weir env}: what the environment and a file come to. */
@Command(
        name = "env",
        header = "Say what the environment and a file come to.",
        description = {
            "",
            "Prints the configuration that weir run would have as a file, with the origin of each"
                    + " value and without secrets."
        })
final class EnvCommand implements Executable {
    private final Caller caller;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "as of weir run")
    private @Nullable Path file;

    EnvCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() {
        try {
            caller.out().print(caller.location(file).load().toIni());
            return Main.OK;
        } catch (ConfigException e) {
            return caller.failed(e);
        }
    }
}
