package dev.weir.app;

import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code weir demo}, as its command line is. The demo itself needs PostgreSQL's binaries and is in
 * the source tree only, whose launcher starts it.
 */
@Command(
        name = "demo",
        header = "Try it: an embedded PostgreSQL cluster, Weir before it, and a short tour.",
        description = {"", "In the source tree only."})
public final class DemoCommand implements Executable {
    private final PrintStream err;

    @Option(names = "--exit", description = "end after the tour instead of staying up until Ctrl-C")
    private boolean exits;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "6432",
            description = "listen on this port of 127.0.0.1 (default 6432; 0 = any that is free)")
    private int port;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "2",
            description = "so many streaming replicas, 0 to 5 (default 2)")
    private int replicas;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "keep PostgreSQL's data in DIR, and go on with what an earlier demo left there")
    private @Nullable Path keep;

    public DemoCommand(PrintStream err) {
        this.err = err;
    }

    /** Whether to end after the tour. */
    public boolean exits() {
        return exits;
    }

    /** The port to listen on; 0 means any that is free. Not checked. */
    public int port() {
        return port;
    }

    /** How many replicas to start. Not checked. */
    public int replicas() {
        return replicas;
    }

    /** The directory whose data outlive the demo; null if nothing is kept. */
    public @Nullable Path keep() {
        return keep;
    }

    @Override
    public int execute() {
        err.println(
                "weir: the demo needs PostgreSQL's binaries, which are in the source tree only:"
                        + " ./weir demo there");
        return Main.FAILED;
    }
}
