package dev.weir.admin;

import dev.weir.ManualPage;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/console.md to the tables; {@code -Ddocs.update=true} writes it. */
final class ConsoleDocTest {
    @Test
    void keepsThePageOfTheManual() {
        ManualPage.hold("console.md", page());
    }

    private static String page() {
        return """
        <!-- Generated from dev.weir.admin.ConsoleDocTest: mvn test -Dtest=ConsoleDocTest -Ddocs.update=true -->
        # The console

        ```sh
        psql -h 127.0.0.1 -p 6432 -U admin pgbouncer -c 'SHOW POOLS'
        ```

        The database `pgbouncer` (or `weir`) is the console. Users of `admin_users` may do everything, users of
        `stats_users` may `SHOW` everything but `FDS`; anyone else is refused: `not allowed`. With `auth_type = any`
        everybody may use SHOW. Clients log in as to any other database. The console understands simple and extended queries,
        so JDBC tools work, too.

        Case does not matter, one semicolon may follow, and unusual names are written in double quotes. `SHOW HELP` lists
        the commands. Errors have PgBouncer's texts and its SQLSTATE `08P01`; their DETAIL and HINT are Weir's.

        ## Commands

        `<db>` is the name of an entry of `[databases]`, or one that the entry `*` stands for; without it, the command
        applies to all. Commands are for `admin_users`. Ctrl-C in psql ends the wait for PAUSE and SUSPEND, and undoes them
        if they applied to all databases.

        | command | does |
        |---|---|
        """
                + Arrays.stream(Command.Verb.values())
                        .map(verb -> row(verb.usage(), verb.doc()))
                        .collect(Collectors.joining())
                + row(Command.Explain.USAGE, Command.Explain.DOC)
                + row(Command.ExplainState.USAGE, Command.ExplainState.DOC)
                + row(Command.Switchover.USAGE, Command.Switchover.DOC)
                + """
                | `SET key = value` | gives a setting another value, until the next RELOAD |

                A second SHUTDOWN ends the wait of the first. While SHUTDOWN waits, nobody can connect over TCP.

                ## SHOW

                `SELECT x` means `SHOW x`. Columns, their order and their types are those of PgBouncer 1.25, except in
                Weir's own commands. `SELECT 1` and `SELECT version()` are answered, for whoever asks whether somebody is there.

                | command | shows |
                |---|---|
                """
                + Arrays.stream(Topic.values())
                        .map(topic -> row("SHOW " + topic.name(), topic.doc()))
                        .collect(Collectors.joining())
                + """

                Some columns and answers do not mean what they seem to mean:

                * `cl_active` counts all clients that do not wait, including idle ones, as in PgBouncer.
                * `sv_tested` counts connections that run `server_check_query` or `server_reset_query`, or that are being
                  cleaned up after a client that vanished.
                * `avg_…` are averages over the last one to two `stats_period`s: counts, bytes and `avg_wait_time` per
                  second, `avg_xact_time` and `avg_query_time` per transaction or query. Times are in microseconds;
                  the time of a query starts when the query is read and includes its wait.
                * `client_parse_count` counts what clients prepare, `server_parse_count` what servers were asked to
                  prepare: the difference is what sharing saves.
                * `ptr` and `link` are Weir's own numbers. `wait` is the wait for a server connection.
                * `tls` does not name the curve, see [tls.md](tls.md). `close_needed` of a client is always 0, `remote_pid` of a client is 0.
                * `SHOW SOCKETS` does not have clients that are logging in (`SHOW LISTS` counts them).
                * `SHOW FDS` shows numbers; it hands over no files, passwords or cancel keys.
                * The parts of an answer come from several loops, at slightly different moments.
                * Settings that PgBouncer added after 1.25.2 are in `SHOW SETTINGS`, as all are. Its `source` is the line of a file, an environment variable, `SET`, or `default`.
                """;
    }

    private static String row(String command, String doc) {
        return "| `%s` | %s |%n".formatted(command.replace("|", "\\|"), doc);
    }
}
