package dev.weir.app;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command line of Weir. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;

    private static final String HELP =
            """
            Weir, a PostgreSQL connection pooler

            usage: weir run FILE       run in the foreground with the settings in FILE, a pgbouncer.ini
                   weir check [--offline] [--json] FILE
                                       say all that is wrong or risky, and ask the servers
                   weir import [--from odyssey|pgcat|pgdog|pgpool] [-o NEW] FILE
                                       make a weir.ini of another pooler's configuration
                   weir demo           try it: an embedded PostgreSQL cluster and a short tour
                   weir [OPTION]… FILE run as pgbouncer does, not as root

              -d, --daemon         run in the background (needs pidfile=)
              -q, --quiet          nothing on standard error
              -R, --reboot         take over from the process that runs with the same FILE
              -u, --user=USER      become this user
              -v, --verbose        log more; may be repeated
              -V, --version        say the version, and end
              -h, --help           say this, and end
            """;

    private final PrintStream out;
    private final PrintStream err;

    Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Ends the process itself: a thread that hangs must not keep it from ending. */
    public static void main(String[] args) throws InterruptedException {
        int status = LastWord.STATUS;
        try {
            status = new Main(System.out, System.err).run(List.of(args));
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
        return switch (command) {
            case "help" -> print(HELP);
            case "run" -> withFile(args, file -> serve(plain(file), false));
            case "check" -> check(args);
            case "import" -> importFrom(args);
            case "" -> usage("no command");
            default -> asPgBouncer(args);
        };
    }

    private static CommandLine plain(Path file) {
        return new CommandLine(false, 0, false, false, null, file);
    }

    private int asPgBouncer(List<String> args) throws InterruptedException {
        String word = args.getFirst();
        if (args.size() == 1 && !word.startsWith("-") && Files.notExists(Path.of(word))) {
            return usage("unknown command: " + word + " (nor is there such a file)");
        }
        try {
            return switch (CommandLine.parse(args)) {
                case CommandLine.Help _ -> print(HELP);
                case CommandLine.ShowVersion _ -> print(Version.lines());
                case CommandLine.Serve(CommandLine line) -> serve(line, true);
            };
        } catch (CommandLine.Misused e) {
            return usage(String.valueOf(e.getMessage()));
        }
    }

    private static int serve(CommandLine line, boolean refusesRoot) throws InterruptedException {
        return new Server(line, refusesRoot, System.getenv()).run();
    }

    private interface Command {
        int on(Path file) throws InterruptedException;
    }

    private int withFile(List<String> args, Command command) throws InterruptedException {
        if (args.size() != 2) {
            return usage(
                    args.getFirst() + " takes one file, not " + (args.size() - 1) + " arguments");
        }
        return command.on(Path.of(args.get(1)));
    }

    private int print(String text) {
        out.print(text);
        return OK;
    }

    private int usage(String what) {
        err.println("weir: " + what);
        err.print(HELP);
        return FAILED;
    }

    private int check(List<String> args) throws InterruptedException {
        List<String> rest = new ArrayList<>(args.subList(1, args.size()));
        boolean offline = rest.remove("--offline");
        boolean json = rest.remove("--json");
        if (rest.size() != 1 || rest.getFirst().startsWith("-")) {
            return usage("check takes one file, and --offline and --json");
        }
        boolean good = new CheckCommand(out, err).run(Path.of(rest.getFirst()), offline, json);
        return good ? OK : FAILED;
    }

    private int importFrom(List<String> args) {
        List<String> rest = new ArrayList<>(args.subList(1, args.size()));
        String format = value(rest, "--from");
        String target = value(rest, "-o");
        if (rest.size() != 1 || rest.getFirst().startsWith("-")) {
            return usage("import takes one file, and --from FORMAT and -o FILE");
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
