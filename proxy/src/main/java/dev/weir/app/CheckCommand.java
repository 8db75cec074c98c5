package dev.weir.app;

import dev.weir.check.Check;
import dev.weir.check.Finding;
import dev.weir.check.Result;
import dev.weir.config.ConfigSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
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
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private final Caller caller;

    @Option(names = "--offline", description = "ask no server")
    private boolean offline;

    @Option(names = "--json", description = "say it as JSON")
    private boolean json;

    @Option(
            names = "--watch",
            description = "check again whenever FILE, or a file that it names, changes")
    private boolean watches;

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
        ConfigSource source = caller.location(file).source();
        return watches ? watch(source) : check(source, "");
    }

    /** Checks until it is interrupted. */
    private int watch(ConfigSource source) throws InterruptedException {
        if (source.file() == null) {
            caller.err().println("weir check: --watch: there is no file to watch");
            return Main.FAILED;
        }
        try (var files = new ConfigFiles(source)) {
            while (true) {
                files.look();
                check(source, LocalTime.now(ZoneId.systemDefault()).format(TIME) + " ");
                files.awaitChange();
            }
        } catch (IOException e) {
            caller.err().println("weir check: --watch: " + e);
            return Main.FAILED;
        }
    }

    /**
     * Checks once; returns the exit status.
     *
     * @param time to stand before the summary
     */
    private int check(ConfigSource source, String time) throws InterruptedException {
        Result result = Check.run(source, !offline);
        if (json) {
            caller.out().println(result.toJson());
        } else {
            for (Finding finding : result.findings()) {
                caller.err().println(finding);
            }
            caller.out().println(time + result.summary());
        }
        return result.isGood() ? Main.OK : Main.FAILED;
    }
}
