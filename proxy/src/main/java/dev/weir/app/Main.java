package dev.weir.app;

import dev.weir.config.ConfigException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The command line of Weir. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;

    private static final String MACHINE_ID = "io.netty.machineId";

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final List<Path> usual;

    /**
     * @param usual where a configuration file is looked for if none is named
     */
    Main(PrintStream out, PrintStream err, Map<String, String> environment, List<Path> usual) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.usual = usual;
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
                    new Main(System.out, System.err, System.getenv(), ConfigLocation.USUAL)
                            .run(List.of(args));
        } catch (RuntimeException | Error e) {
            LastWord.of(e);
        }
        System.exit(status);
    }

    /**
     * Runs a command line and returns the exit status. The first word is a command if it is the
     * name of one.
     */
    int run(List<String> args) throws InterruptedException {
        String command = args.isEmpty() ? "" : args.getFirst();
        String help = Usage.of(command);
        if (help != null && args.stream().skip(1).anyMatch(List.of("-h", "--help")::contains)) {
            return print(help);
        }
        return switch (command) {
            case "help" -> {
                String asked = args.size() == 2 ? Usage.of(args.get(1)) : null;
                yield print(asked == null ? Usage.ALL : asked);
            }
            case "run" -> runInForeground(args.subList(1, args.size()));
            case "check" -> check(args);
            case "env" -> env(args.subList(1, args.size()));
            case "health" -> health(args.subList(1, args.size()));
            case "import" -> importFrom(args);
            case "" -> usage("no command");
            default -> asPgBouncer(args);
        };
    }

    private int runInForeground(List<String> files) throws InterruptedException {
        if (files.size() > 1) {
            return misused("run", "takes one file or none, not " + files.size() + " arguments");
        }
        Path file = files.isEmpty() ? null : Path.of(files.getFirst());
        var line = new CommandLine(false, 0, false, false, null);
        return serve(line, file, false);
    }

    /** Says what the environment and the file come to. */
    private int env(List<String> files) {
        if (files.size() > 1) {
            return misused("env", "takes one file or none, not " + files.size() + " arguments");
        }
        Path file = files.isEmpty() ? null : Path.of(files.getFirst());
        try {
            out.print(ConfigLocation.of(file, environment, usual).load().toIni());
            return OK;
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            return FAILED;
        }
    }

    private int asPgBouncer(List<String> args) throws InterruptedException {
        String word = args.getFirst();
        if (!word.startsWith("-") && Files.notExists(Path.of(word))) {
            String nearest = Usage.nearest(word);
            if (nearest != null || args.size() == 1) {
                return usage(
                        "unknown command: "
                                + word
                                + (nearest == null
                                        ? " (nor is there such a file)"
                                        : " (did you mean " + nearest + "?)"));
            }
        }
        try {
            return switch (CommandLine.parse(args)) {
                case CommandLine.Help _ -> print(Usage.ALL);
                case CommandLine.ShowVersion _ -> print(Version.lines());
                case CommandLine.Serve(CommandLine line, Path file) -> serve(line, file, true);
            };
        } catch (CommandLine.Misused e) {
            return usage(String.valueOf(e.getMessage()));
        }
    }

    private int health(List<String> files) {
        if (files.size() > 1) {
            return misused("health", "takes one file or none, not " + files.size() + " arguments");
        }
        Path file = files.isEmpty() ? null : Path.of(files.getFirst());
        var location = ConfigLocation.of(file, environment, usual);
        return new HealthCommand(err).run(location) ? OK : FAILED;
    }

    private int serve(CommandLine line, @Nullable Path file, boolean refusesRoot)
            throws InterruptedException {
        return new Server(
                        line, ConfigLocation.of(file, environment, usual), refusesRoot, environment)
                .run();
    }

    private int print(String text) {
        out.print(text);
        return OK;
    }

    private int usage(String what) {
        err.println("weir: " + what);
        err.print(Usage.ALL);
        return FAILED;
    }

    private int misused(String command, String what) {
        err.println("weir: " + command + " " + what);
        err.print(Usage.of(command));
        return FAILED;
    }

    private int check(List<String> args) throws InterruptedException {
        List<String> rest = new ArrayList<>(args.subList(1, args.size()));
        boolean offline = rest.remove("--offline");
        boolean json = rest.remove("--json");
        if (rest.size() > 1 || !rest.isEmpty() && rest.getFirst().startsWith("-")) {
            return misused("check", "takes one file or none, and --offline and --json");
        }
        Path file = rest.isEmpty() ? null : Path.of(rest.getFirst());
        var from = ConfigLocation.of(file, environment, usual).source();
        boolean good = new CheckCommand(out, err).run(from, offline, json);
        return good ? OK : FAILED;
    }

    private int importFrom(List<String> args) {
        List<String> rest = new ArrayList<>(args.subList(1, args.size()));
        String format = value(rest, "--from");
        String target = value(rest, "-o");
        if (rest.size() != 1 || rest.getFirst().startsWith("-")) {
            return misused("import", "takes one file, and --from FORMAT and -o FILE");
        }
        Path to = target == null ? null : Path.of(target);
        return new ImportCommand(out, err).run(Path.of(rest.getFirst()), format, to) ? OK : FAILED;
    }

    /** Removes an option and its value from the arguments; returns null if it is not there. */
    private static @Nullable String value(List<String> args, String option) {
        int at = args.indexOf(option);
        if (at < 0 || at + 1 >= args.size()) {
            return null;
        }
        args.remove(at);
        return args.remove(at);
    }
}
