package dev.weir.app;

import dev.weir.check.Check;
import dev.weir.check.Finding;
import dev.weir.check.Result;
import java.io.PrintStream;
import java.nio.file.Path;

/** {@code weir check}: what it found, in words or as JSON. */
final class CheckCommand {
    private final PrintStream out;
    private final PrintStream err;

    CheckCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Checks the file; returns whether Weir would run with it. */
    boolean run(Path file, boolean offline, boolean json) throws InterruptedException {
        Result result = Check.run(file, !offline);
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
