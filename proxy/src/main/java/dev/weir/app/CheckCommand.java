package dev.weir.app;

import dev.weir.check.Check;
import dev.weir.check.Finding;
import dev.weir.check.Result;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir check}: what it found, in words or as JSON. */
@Command(
        name = "check",
        header = "Say all that is wrong or risky, and ask the servers.",
        description = {
            "",
            "Reads FILE and the files that it names, and asks the servers. The exit status is 1 if"
                    + " Weir would not start."
        })
final class CheckCommand implements Executable {
    private final Caller caller;

    @Option(names = "--offline", description = "ask no server")
    private boolean offline;

    @Option(names = "--json", description = "say it as JSON")
    private boolean json;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "a pgbouncer.ini. Without it, what weir run would do without it.")
    private @Nullable Path file;

    CheckCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() throws InterruptedException {
        Result result = Check.run(caller.location(file).source(), !offline);
        if (json) {
            caller.out().println(result.toJson());
        } else {
            for (Finding finding : result.findings()) {
                caller.err().println(finding);
            }
            caller.out().println(result.summary());
        }
        return result.isGood() ? Main.OK : Main.FAILED;
    }
}
