package dev.weir.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weir run}. */
@Command(
        name = "run",
        header = "Run in the foreground, also as root.",
        description = {
            "",
            "Serves clients until INT or TERM, and logs to standard error. WEIR_POOL_MODE and so"
                    + " on, one for each setting, take precedence over FILE."
        })
final class RunCommand implements Executable {
    private final Caller caller;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "a pgbouncer.ini. Without it, the environment says the rest, too:"
                            + " DATABASE_URL, PGHOST and so on, and the names of other images.")
    private @Nullable Path file;

    RunCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() throws InterruptedException {
        return caller.serve(ServerOptions.NONE, file, false);
    }
}
