package dev.weir.differential;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** PostgreSQL's own programs, run as the superuser against a port of this machine. */
final class Programs {
    private Programs() {}

    /** Runs a program to its end, which must be a good one; skips the test where it is missing. */
    static Tools.Result run(Duration limit, String program, int port, String... arguments) {
        return Tools.run(limit, command(program, port, arguments)).orThrow();
    }

    /** A program that is still to be started. */
    static ProcessBuilder command(String program, int port, String... arguments) {
        Optional<Path> tool = Tools.find(program);
        assumeTrue(tool.isPresent(), program + " is not installed");
        List<String> command = new ArrayList<>();
        command.add(tool.get().toString());
        command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(port), "-U", PgNode.USER));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("PGCONNECT_TIMEOUT", "10");
        return builder;
    }

    /** A dump without the key of its own that psql asks for. */
    static String comparable(String dump) {
        return dump.replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }
}
