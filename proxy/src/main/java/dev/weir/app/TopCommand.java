package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Settings;
import dev.weir.net.Clock;
import dev.weir.top.Order;
import dev.weir.top.Top;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir top}: what pools do, on a terminal. */
@Command(
        name = "top",
        header = "Show on a terminal what pools do.",
        description = {
            "",
            "Asks the console of the process that runs with the same FILE. Keys choose what comes"
                    + " first: w the longest wait, c clients, s server connections, t transactions,"
                    + " n names; q ends it. Where there is no terminal, it prints one page.",
            "The password is PGPASSWORD or in ~/.pgpass."
        })
final class TopCommand implements Executable {
    private final Caller caller;

    @Option(
            names = {"-U", "--user"},
            paramLabel = "USER",
            description = "of stats_users or admin_users (default: PGUSER, or the first of them)")
    private @Nullable String user;

    @Option(
            names = {"-d", "--delay"},
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "until the next page (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "ORDER",
            defaultValue = "WAIT",
            description = "what comes first: ${COMPLETION-CANDIDATES} (default: wait)")
    private Order order = Order.WAIT;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "as of weir run")
    private @Nullable Path file;

    TopCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() throws InterruptedException {
        if (seconds < 1) {
            return failed("--delay: %d (expected: >= 1)".formatted(seconds));
        }
        try {
            Config config = caller.location(file).load();
            if (!(HealthCommand.address(config) instanceof InetSocketAddress at)) {
                return failed("listen_addr is empty (expected: an address to connect to)");
            }
            String host = at.getHostString();
            String name = host.contains(":") ? '[' + host + ']' : host;
            new Top(
                            name + ':' + at.getPort(),
                            user(config),
                            caller.environment().get("PGPASSWORD"),
                            seconds,
                            order,
                            Clock.system(),
                            System.in,
                            caller.out())
                    .run();
            return Main.OK;
        } catch (ConfigException e) {
            return caller.failed(e);
        } catch (SQLException | IOException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private int failed(String why) {
        caller.err().println("weir top: " + why);
        return Main.FAILED;
    }

    private String user(Config config) {
        if (user != null) {
            return user;
        }
        String named = caller.environment().get("PGUSER");
        if (named != null) {
            return named;
        }
        return Stream.concat(
                        config.get(Settings.STATS_USERS).stream(),
                        config.get(Settings.ADMIN_USERS).stream())
                .findFirst()
                .orElse("pgbouncer");
    }
}
