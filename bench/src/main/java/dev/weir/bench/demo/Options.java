package dev.weir.bench.demo;

import dev.weir.app.DemoCommand;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The command line of the demo.
 *
 * @param exits whether to exit after the tour
 * @param port the port that Weir listens on; 0 means any free port
 * @param replicas 0 to 5
 * @param keep the directory whose data outlive the demo; null if nothing is kept
 */
record Options(boolean exits, int port, int replicas, @Nullable Path keep) {
    private static final int PORT_MAX = 65_535;
    private static final int REPLICAS_MAX = 5;

    /** Reads a command line as {@link DemoCommand} describes it. */
    static Options parse(List<String> args) throws DemoException {
        var command = new DemoCommand(System.err);
        try {
            new CommandLine(command).parseArgs(args.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new DemoException(String.valueOf(e.getMessage()));
        }
        return new Options(
                command.exits(),
                inRange("--port", command.port(), PORT_MAX),
                inRange("--replicas", command.replicas(), REPLICAS_MAX),
                command.keep());
    }

    private static int inRange(String option, int value, int most) throws DemoException {
        if (value < 0 || value > most) {
            throw new DemoException(
                    option + ": " + value + " (expected: a number from 0 to " + most + ")");
        }
        return value;
    }
}
