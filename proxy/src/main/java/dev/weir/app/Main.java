package dev.weir.app;

import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.SecretsCheck;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** The command line of Weir. */
public final class Main {
    private static final int OK = 0;
    private static final int FAILED = 1;

    private static final String HELP =
            """
            Weir, a PostgreSQL connection pooler

            usage: weir run FILE       run in the foreground with the settings in FILE, a pgbouncer.ini
                   weir check FILE     say everything that is wrong with FILE
                   weir demo           try it: an embedded PostgreSQL cluster and a short tour
                   weir --version
                   weir --help
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

    /** Runs a command line; returns the exit status. */
    int run(List<String> args) throws InterruptedException {
        String command = args.isEmpty() ? "" : args.getFirst();
        return switch (command) {
            case "--help", "-h", "help" -> print(HELP);
            case "--version", "-V" -> print("weir " + Version.TEXT + '\n');
            case "run" -> withFile(args, this::serve);
            case "check" -> withFile(args, this::check);
            case "" -> usage("no command");
            default -> usage("unknown command: " + command);
        };
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

    /**
     * Netty samples one buffer in 128 to find leaks, and takes a stack trace of each: 5 % of the
     * CPU. Tests look at all of them; in production the property switches it on again.
     */
    private static void stopSampling() {
        if (System.getProperty("io.netty.leakDetection.level") == null
                && System.getProperty("io.netty.leakDetectionLevel") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    private int serve(Path file) throws InterruptedException {
        try {
            Config config = Config.load(file);
            warn(config, Users.load(config));
            stopSampling();
            Weir weir = Weir.start(config);
            Runtime.getRuntime().addShutdownHook(new Thread(weir::close, "weir-shutdown"));
            weir.awaitEnd();
            return OK;
        } catch (ConfigException | IOException e) {
            err.println("weir: " + e.getMessage());
            return FAILED;
        }
    }
}
