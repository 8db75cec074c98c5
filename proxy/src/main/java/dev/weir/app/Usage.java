package dev.weir.app;

import dev.weir.config.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the command line says about itself. */
final class Usage {
    /** All of it, for those who do not know what there is. */
    static final String ALL =
            """
            Weir, a PostgreSQL connection pooler

            usage: weir run [FILE]     run in the foreground with the settings in FILE, a pgbouncer.ini
                   weir check [--offline] [--json] [FILE]
                                       say all that is wrong or risky, and ask the servers
                   weir env [FILE]     say what the environment and FILE come to
                   weir health [FILE]  ask the process that runs with them whether it serves clients
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
              -h, --help           say this, or what a command takes, and end
            """;

    private static final List<String> COMMANDS =
            List.of("run", "check", "env", "health", "import", "demo", "help");

    private Usage() {}

    /** What a command takes; null if there is none with this name, or none that takes anything. */
    static @Nullable String of(String command) {
        return switch (command) {
            case "run" ->
                    """
                    usage: weir run [FILE]

                    Serves clients with the settings in FILE, a pgbouncer.ini, until INT or TERM. Stays in
                    the foreground and logs to standard error. WEIR_POOL_MODE and so on, one for each
                    setting, take precedence over FILE. Without FILE, the environment says the rest, too:
                    DATABASE_URL, PGHOST and so on, and the names of other images.
                    """;
            case "check" ->
                    """
                    usage: weir check [--offline] [--json] [FILE]

                    Says all that is wrong or risky in FILE and the files that it names, and asks the
                    servers. Without FILE, it checks what weir run would do without FILE. The exit status is 1 if Weir would not start.

                      --offline   ask no server
                      --json      as JSON
                    """;
            case "env" ->
                    """
                    usage: weir env [FILE]

                    Prints the configuration that weir run [FILE] would have as a file, with the origin of
                    each value and without secrets.
                    """;
            case "health" ->
                    """
                    usage: weir health [FILE]

                    Asks the process that runs with FILE, or without one, whether it serves clients. It logs
                    in nowhere. The exit status is 1 if it does not.
                    """;
            case "import" ->
                    """
                    usage: weir import [--from odyssey|pgcat|pgdog|pgpool] [-o NEW] FILE

                    Prints a weir.ini with the meaning of FILE, another pooler's configuration, and on
                    standard error what could not be converted.

                      --from FORMAT   which pooler's FILE is; else its name and text tell
                      -o NEW          write NEW, and a users file beside it, readable by you alone
                    """;
            case "demo" ->
                    """
                    usage: weir demo [--exit] [--port N] [--replicas N] [--keep DIR]

                    Starts an embedded PostgreSQL cluster and Weir in front of it, and gives a short tour.
                    In the source tree only.

                      --exit         end after the tour instead of staying up until Ctrl-C
                      --port N       listen on this port of 127.0.0.1 (default 6432; 0 = any that is free)
                      --replicas N   so many streaming replicas, 0 to 5 (default 2)
                      --keep DIR     keep PostgreSQL's data in DIR, and go on with what an earlier demo left
                    """;
            default -> null;
        };
    }

    /** The command that {@code word} is probably a misspelling of, or null. */
    static @Nullable String nearest(String word) {
        return Names.nearest(word, COMMANDS);
    }
}
