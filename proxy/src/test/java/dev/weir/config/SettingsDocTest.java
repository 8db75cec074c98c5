package dev.weir.config;

import dev.weir.ManualPage;
import dev.weir.config.Setting.Scope;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Holds docs/settings.md to the table; {@code -Ddocs.update=true} writes it. */
@NullMarked
final class SettingsDocTest {
    @Test
    void keepsThePageOfTheManual() {
        ManualPage.hold("settings.md", page());
    }

    private static String page() {
        return """
        <!-- Generated from dev.weir.config.Settings: mvn test -Dtest=SettingsDocTest -Ddocs.update=true -->
        # Settings

        Weir reads PgBouncer's configuration file. The global settings are in the section
        `[pgbouncer]`, or `[weir]`. A file with the latter alone is Weir's own, and some settings then have
        another default than PgBouncer's. Each setting also has an environment variable ([environment.md](environment.md)). An entry of `[databases]` or `[users]` is
        `name = key=value key='two words' …`. `%include file` reads another file in its place, and
        `${env:NAME}` in a value stands for that environment variable, which must be set. `;` and `#` start a
        comment only at the beginning of a line. An unknown key or a bad value is an error, reported with its line.

        Relative file names begin at the folder of the file that names them, also those of `%include`. If there is no such file,
        the one in the working directory is taken, which is where PgBouncer looks. A *new file*, which Weir writes, is in that
        folder with `[weir]`, and in the working directory with `[pgbouncer]`.

        * *integer*: decimal, `0x…`, or octal with a leading `0`.
        * *duration*: seconds, which may have a fraction, or a number with `ms`, `s`, `min` or `h`.
        * *boolean*: `1` or `0`; also `on`, `true`, `yes`, `off`, `false`, `no`; another number stands for `1`, as in PgBouncer.
        * *bytes*: a number, which may have the unit `kB`, `MB` or `GB`.
        * *list*: names separated by commas.
        * *file*: the name of a file that is read; *new file*: of one that is written.

        *Applies*: `at once` with a RELOAD, to `new connections` after it, or only at a `restart`.
        *Also in*: the entries that may override the setting. A user's entry takes precedence over
        a database's, and that over the global setting. In an entry, a limit of `-1` means that it is not set.

        A setting *without effect* is read and checked, and Weir warns of it when it starts. With an
        unsupported setting that would restrict access, Weir does not start.

        ## PgBouncer's settings

        """
                + table(Settings.PGBOUNCER, true)
                + "\n## Weir's own settings\n\n"
                + table(Settings.WEIR, true)
                + """

                ## Keys of `[databases]`

                The entry `*` stands for every database that has no entry of its own. The names
                `pgbouncer` and `weir` are the console's. `reserve_pool` is another name for
                `reserve_pool_size`.

                """
                + table(EntrySettings.DATABASES, false)
                + "\n## Keys of `[users]`\n\n"
                + table(EntrySettings.USERS, false)
                + """

                ## Keys of `[peers]`

                `1 = host=/run/weir1`: a number, and where that process listens; see
                [process.md](process.md#several-processes-on-one-port). `host` is required, the
                port is 6432 if none is given, and `pool_size` says how many cancel requests may be
                on their way to this peer at once.

                """
                + table(EntrySettings.PEERS, false);
    }

    private static String table(List<Setting<?>> settings, boolean global) {
        String head =
                global
                        ? """
                        | key | type | default | applies | also in | meaning |
                        |---|---|---|---|---|---|
                        """
                        : """
                        | key | type | default | meaning |
                        |---|---|---|---|
                        """;
        return settings.stream()
                .map(setting -> global ? globalRow(setting) : entryRow(setting))
                .collect(Collectors.joining("", head, ""));
    }

    private static <T> String globalRow(Setting<T> setting) {
        String defaultValue = setting.print(setting.defaultValue());
        String own = setting.print(setting.ownDefault());
        String applies = setting.reload().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String scopes =
                setting.scopes().stream()
                        .filter(scope -> scope != Scope.GLOBAL)
                        .map(scope -> scope == Scope.DATABASE ? "database" : "user")
                        .sorted()
                        .collect(Collectors.joining(", "));
        return row(
                code(setting.name()),
                type(setting),
                (defaultValue.isEmpty() ? "" : code(defaultValue))
                        + (own.equals(defaultValue) ? "" : "; `[weir]`: " + code(own)),
                applies,
                scopes,
                setting.doc() + support(setting));
    }

    private static <T> String entryRow(Setting<T> setting) {
        String defaultValue = setting.print(setting.defaultValue());
        boolean none = defaultValue.isEmpty() || setting.equals(EntrySettings.POOL_SIZE);
        boolean global = setting.scopes().contains(Scope.GLOBAL);
        return row(
                code(setting.name()),
                type(setting),
                global ? "the global one" : none ? "" : code(defaultValue),
                setting.doc() + support(setting));
    }

    private static String row(String... cells) {
        return Stream.of(cells)
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String type(Setting<?> setting) {
        return switch (setting.type().name()) {
            case "enum" -> setting.range();
            case "integer" -> "integer, " + setting.range();
            default -> setting.type().name();
        };
    }

    private static String support(Setting<?> setting) {
        return switch (setting.support()) {
            case Support.Full<?> _ -> "";
            case Support.Ignored<?>(String warning) ->
                    warning.startsWith("has no effect")
                            ? " *Without effect"
                                    + warning.substring("has no effect".length())
                                    + ".*"
                            : " *" + warning + ".*";
            case Support.Only<?>(String values, var _) -> " *Supported: " + values + ".*";
        };
    }

    private static String code(String text) {
        return '`' + text + '`';
    }
}
