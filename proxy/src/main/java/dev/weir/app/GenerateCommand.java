package dev.weir.app;

import dev.weir.migrate.Draft;
import dev.weir.migrate.Survey;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir generate}: a weir.ini that fits servers. */
@Command(
        name = "generate",
        header = "Make a weir.ini that fits servers.",
        description = {
            "",
            "Asks PostgreSQL for its databases, its roles and how many connections it accepts, and"
                    + " prints a weir.ini whose pools cannot take more than that. Several servers"
                    + " are the primary and the replicas of a cluster. On standard error it says"
                    + " what is left to do.",
            "The password is PGPASSWORD or in ~/.pgpass. A superuser may read the secrets of the"
                    + " roles, so that clients log in with the passwords that they have."
        })
final class GenerateCommand implements Executable {
    private final Caller caller;

    @Option(
            names = {"-U", "--user"},
            paramLabel = "USER",
            description = "who asks (default: PGUSER, or postgres)")
    private @Nullable String user;

    @Option(
            names = {"-d", "--dbname"},
            paramLabel = "DATABASE",
            defaultValue = "postgres",
            description = "where to ask (default: ${DEFAULT-VALUE})")
    private @Nullable String database;

    @Option(
            names = "-o",
            paramLabel = "NEW",
            description = "write NEW, and a users file beside it, readable by you alone")
    private @Nullable Path target;

    @Parameters(arity = "1..*", paramLabel = "HOST[:PORT]", description = "servers (port: 5432)")
    private @Nullable List<String> servers;

    GenerateCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() {
        Map<String, String> environment = caller.environment();
        String named = environment.getOrDefault("PGUSER", "postgres");
        try {
            Draft draft =
                    Survey.of(
                                    Objects.requireNonNull(servers),
                                    user == null ? named : Objects.requireNonNull(user),
                                    environment.get("PGPASSWORD"),
                                    Objects.requireNonNull(database))
                            .draft();
            new DraftFiles(caller).put(draft, target);
            return Main.OK;
        } catch (SQLException | IOException | IllegalArgumentException e) {
            caller.err().println("weir generate: " + e.getMessage());
            return Main.FAILED;
        }
    }
}
