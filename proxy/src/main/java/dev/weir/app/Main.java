package dev.weir.app;

import dev.weir.config.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The command line of Weir. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;

    /** What the name of a command looks like. */
    private static final Pattern COMMAND = Pattern.compile("[a-z][a-z-]*");

    private static final String MACHINE_ID = "io.netty.machineId";

    private final Caller caller;

    Main(Caller caller) {
        this.caller = caller;
    }

    /**
     * Gives Netty the name of the machine that it would look for at the network interfaces, with a
     * warning in the log where there are none, as in containers. It is a part of the ids of
     * channels, which nobody reads. Must come before Netty's classes load.
     */
    static void nameMachine() {
        if (System.getProperty(MACHINE_ID) == null) {
            byte[] octets = new byte[6];
            new SecureRandom().nextBytes(octets);
            System.setProperty(MACHINE_ID, HexFormat.ofDelimiter(":").formatHex(octets));
        }
    }

    /** Ends the process itself: a thread that hangs must not keep it from ending. */
    public static void main(String[] args) throws InterruptedException {
        int status = LastWord.STATUS;
        nameMachine();
        try {
            status =
                    new Main(
                                    new Caller(
                                            System.out,
                                            System.err,
                                            System.getenv(),
                                            ConfigLocation.USUAL))
                            .run(List.of(args));
        } catch (RuntimeException | Error e) {
            LastWord.of(e);
        }
        System.exit(status);
    }

    /**
     * Runs a command line and returns the exit status. The first word is a command if it is the
     * name of one. The server's way does not need the library that reads the others.
     */
    int run(List<String> args) throws InterruptedException {
        String word = args.isEmpty() ? "" : args.getFirst();
        if (word.isEmpty()) {
            return misused("no command");
        }
        if (word.equals("run") && isFileOrNone(args)) {
            return caller.serve(ServerOptions.NONE, file(args), false);
        }
        if (word.equals("health") && isFileOrNone(args)) {
            return new HealthCommand(caller).run(file(args));
        }
        if (COMMAND.matcher(word).matches()) {
            var commands = new Commands(caller);
            if (commands.names().contains(word)) {
                return commands.execute(args);
            }
            if (Files.notExists(Path.of(word))) {
                return unknown(word, Names.nearest(word, commands.names()));
            }
        }
        return asPgBouncer(args);
    }

    /** Whether nothing but a file stands behind the command. */
    private static boolean isFileOrNone(List<String> args) {
        return args.size() == 1 || args.size() == 2 && !args.get(1).startsWith("-");
    }

    private static @Nullable Path file(List<String> args) {
        return args.size() == 1 ? null : Path.of(args.get(1));
    }

    private int unknown(String word, @Nullable String nearest) {
        return misused(
                "unknown command: "
                        + word
                        + (nearest == null
                                ? " (nor is there such a file)"
                                : " (did you mean " + nearest + "?)"));
    }

    private int asPgBouncer(List<String> args) throws InterruptedException {
        try {
            return switch (ServerOptions.parse(args)) {
                case ServerOptions.Help _ -> print(new Commands(caller).help());
                case ServerOptions.ShowVersion _ -> print(Version.lines());
                case ServerOptions.Serve(ServerOptions options, Path file) ->
                        caller.serve(options, file, true);
            };
        } catch (ServerOptions.Misused e) {
            return misused(String.valueOf(e.getMessage()));
        }
    }

    private int print(String text) {
        caller.out().print(text);
        return OK;
    }

    private int misused(String what) {
        caller.err().println("weir: " + what);
        caller.err().print(new Commands(caller).help());
        return FAILED;
    }
}
