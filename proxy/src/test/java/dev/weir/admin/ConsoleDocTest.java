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
        `stats_users` may `SHOW` all but `FDS`; anyone else is refused: `not allowed`. With `auth_type = any`
        everybody may look. The login is that of any database. Simple and extended queries are understood, so
        JDBC tools work, too.

        Case does not matter, one semicolon may follow, odd names stand in double quotes. `SHOW HELP` lists what
        there is. Errors have PgBouncer's texts and its SQLSTATE `08P01`.

        ## Commands

        `<db>` is the name of an entry of `[databases]`, or one that the entry `*` stands for; without it all are
        meant. Commands are for `admin_users`. Ctrl-C in psql ends the wait for PAUSE and SUSPEND, and undoes them
        if all databases were meant.

        | command | does |
        |---|---|
        """
                + Arrays.stream(Command.Verb.values())
                        .map(verb -> row(verb.usage(), verb.doc()))
                        .collect(Collectors.joining())
                + row(Command.Explain.USAGE, Command.Explain.DOC)
                + """
                | `SET key = value` | gives a setting another value, until a RELOAD of a file that sets it |

                What SHUTDOWN waits for can be cut short by a second SHUTDOWN. While it waits nobody can come in over
                TCP.

                ## SHOW

                `SELECT x` means `SHOW x`. Columns, their order and their types are those of PgBouncer 1.25, but for
                Weir's own commands.

                | command | shows |
                |---|---|
                """
                + Arrays.stream(Topic.values())
                        .map(topic -> row("SHOW " + topic.name(), topic.doc()))
                        .collect(Collectors.joining())
                + """

                Where they say less, or something else, than they seem to:

                * `cl_active` counts all clients that do not wait, idle ones too, as in PgBouncer.
                * `sv_tested` are connections that run `server_check_query` or `server_reset_query`, or that are being
                  cleaned up after a client that vanished.
                * `avg_…` are averages since one to two `stats_period`s ago: counts, bytes and `avg_wait_time` of one
                  second, `avg_xact_time` and `avg_query_time` of one transaction or query. Times are in microseconds;
                  that of a query starts when it was read and includes its wait.
                * `client_parse_count` counts what clients prepare, `server_parse_count` what servers were asked to
                  prepare: the difference is what sharing saves.
                * `ptr` and `link` are numbers of Weir's own. `wait` is the wait for a server connection.
                * `tls` has no curve, see [tls.md](tls.md). `close_needed` of a client is always 0, `remote_pid` of a client is 0.
                * `SHOW SOCKETS` has no clients that are about to log in (`SHOW LISTS` counts them).
                * `SHOW FDS` shows numbers; it hands over no files, passwords or cancel keys.
                * The parts of an answer come from several loops, at slightly different moments.
                * Settings that PgBouncer got after 1.25.2 are in `SHOW SETTINGS`.
                """;
    }

    private static String row(String command, String doc) {
        return "| `%s` | %s |%n".formatted(command.replace("|", "\\|"), doc);
    }
}
