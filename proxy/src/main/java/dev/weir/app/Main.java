package dev.weir.app;

import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.SecretsCheck;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** The command line of Weir. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;

    private static final String HELP =
            """
            Weir, a PostgreSQL connection pooler

            usage: weir run FILE       run in the foreground with the settings in FILE, a pgbouncer.ini
                   weir check FILE     say everything that is wrong with FILE
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

    public static void main(String[] args) throws InterruptedException {
        int status = new Main(System.out, System.err).run(List.of(args));
        if (status != OK) {
            System.exit(status);
        }
    }

    /** Runs a command line; returns the exit status. A first word that is a command is one. */
    int run(List<String> args) throws InterruptedException {
        String command = args.isEmpty() ? "" : args.getFirst();
        return switch (command) {
            case "help" -> print(HELP);
            case "run" -> withFile(args, file -> serve(plain(file), false));
            case "check" -> withFile(args, this::check);
            case "" -> usage("no command");
            default -> asPgBouncer(args);
        };
    }

    private static CommandLine plain(Path file) {
        return new CommandLine(false, 0, false, false, null, file);
    }

    private int asPgBouncer(List<String> args) throws InterruptedException {
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

    private int check(Path file) {
        try {
            Config config = Config.load(file);
            Users users = Users.load(config);
            HostBasedAccess.load(config);
            warn(config, users);
            SecretsCheck.notes(users).forEach(note -> err.println("note: " + note));
            out.println(file + ": no mistakes found");
            return OK;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return FAILED;
        }
    }

    private void warn(Config config, Users users) {
        for (Problem warning : config.warnings()) {
            err.println("warning: " + warning);
        }
        SecretsCheck.warnings(config, users).forEach(warning -> err.println("warning: " + warning));
    }
}
