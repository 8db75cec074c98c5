package dev.weir.login;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the tests of logins share: how somebody comes in, or does not. */
final class LoginAttempt {
    /** What {@link #tcp} and {@link #psql} say of a client that was let in. */
    static final String IN = "in";

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private LoginAttempt() {}

    /** A database entry, before the shared PostgreSQL, that logs in to it by itself. */
    static String entry(String name) {
        PgNode node = Rig.postgres();
        return "%s = host=%s port=%d dbname=postgres user=%s password=%s"
                .formatted(name, node.host(), node.port(), PgNode.USER, PgNode.PASSWORD);
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs in by TCP and asks something. */
    static String tcp(Rig rig, String user, String database, String password) {
        try (WireClient client = rig.connect()) {
            client.login(user, database, password);
            client.query("select 1");
            return IN;
        } catch (ServerError e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** psql's own answer; over a Unix socket if {@code host} is a directory. */
    static String psql(String host, int port, String user, String database, String password) {
        return psqlAs(List.of(), host, port, user, database, password);
    }

    /**
     * @param prefix a command that runs psql, such as as another user
     */
    static String psqlAs(
            List<String> prefix,
            String host,
            int port,
            String user,
            String database,
            String password) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Tools.find("psql").orElseThrow().toString());
        command.addAll(
                List.of(
                        "-X",
                        "-w",
                        "-h",
                        host,
                        "-p",
                        String.valueOf(port),
                        "-U",
                        user,
                        "-d",
                        database,
                        "-Atc",
                        database.equals("pgbouncer") ? "SHOW VERSION" : "select 'in'"));
        var builder = new ProcessBuilder(command);
        builder.environment().put("PGPASSWORD", password);
        Tools.Result result = Tools.run(LIMIT, builder);
        return result.exit() == 0 ? result.out().strip() : result.err().strip();
    }
}
