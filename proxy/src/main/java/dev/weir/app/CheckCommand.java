package dev.weir.app;

import dev.weir.check.Check;
import dev.weir.check.Finding;
import dev.weir.check.Result;
import dev.weir.config.ConfigSource;
import java.io.PrintStream;

/** {@code weir check}: what it found, in words or as JSON. */
final class CheckCommand {
    private final PrintStream out;
    private final PrintStream err;

    CheckCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Checks a configuration; returns whether Weir would run with it. */
    boolean run(ConfigSource from, boolean offline, boolean json) throws InterruptedException {
        Result result = Check.run(from, !offline);
        if (json) {
            out.println(result.toJson());
        } else {
            for (Finding finding : result.findings()) {
                err.println(finding);
            }
            out.println(result.summary());
        }
        return result.isGood();
    }
}
