package dev.weir.admin;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A text that was typed at the console, parsed by PgBouncer's grammar and Weir's additions. */
sealed interface Command
        permits Command.Show,
                Command.Assign,
                Command.Explain,
                Command.ExplainState,
                Command.Act,
                Command.Switchover,
                Command.Catalog,
                Command.Empty,
                Command.Invalid,
                Command.BadArguments,
                Command.Ask {
    /** {@code SHOW topic}, or {@code SELECT topic}, in capitals. */
    record Show(String topic) implements Command {}

    /** A SELECT of what every session knows of itself. */
    record Ask(Probe probe) implements Command {}

    /** {@code SET key = value}. */
    record Assign(String key, String value) implements Command {}

    /** {@code EXPLAIN ROUTE sql}: where the text would go. */
    record Explain(String sql) implements Command {
        static final String USAGE = "EXPLAIN ROUTE <sql>";

        static final String DOC =
                "says where a text would run in each database with `nodes`, and why, step by step";
    }

    /** {@code EXPLAIN STATE sql}: what the text may leave behind. */
    record ExplainState(String sql) implements Command {
        static final String USAGE = "EXPLAIN STATE <sql>";

        static final String DOC =
                "says what a text may leave on a server connection in each database, by the name"
                        + " that decides, and how that name comes to do something";
    }

    /**
     * A command other than SHOW and SET.
     *
     * @param argument as it was typed, without quotes; empty if there is none
     */
    record Act(Verb verb, String argument) implements Command {}

    /**
     * {@code SWITCHOVER database [TO node] [GRACE seconds]}.
     *
     * @param node {@code host:port}; empty = any
     * @param graceSeconds negative = the usual time
     */
    record Switchover(String database, String node, int graceSeconds) implements Command {
        static final String USAGE = "SWITCHOVER <db> [TO <host:port>] [GRACE <seconds>]";

        static final String DOC =
                "lets clients wait until another node is the primary: first those who begin a"
                        + " transaction block, then all who need the primary. Answers when nothing"
                        + " runs there and the next primary has all; see"
                        + " [failover.md](failover.md)";
    }

    /** A query of psql or of a driver about a system catalog, which the console does not have. */
    record Catalog(String text) implements Command {}

    /** Nothing but blanks and semicolons. */
    record Empty() implements Command {}

    /** A text that is not a command. */
    record Invalid(String text) implements Command {}

    /** A command with an argument or a value that is too long. */
    record BadArguments() implements Command {}

    /** The commands other than SHOW and SET, under PgBouncer's names, with their arguments. */
    enum Verb {
        CANCEL_CLIENT(
                "<client_id>",
                "cancels what one client runs or waits for, as its own cancel request would; by its"
                        + " `id` in SHOW CLIENTS"),
        DISABLE("<db>", "refuses new clients of a database"),
        DRAIN(
                "<db>",
                "as DISABLE; those who are there are closed (`57P01`) as soon as they have no"
                        + " transaction open. Answers when the last one has left"),
        ENABLE("<db>", "undoes DISABLE and DRAIN"),
        FORGET(
                "CLUSTER <db>",
                "forgets which cluster the nodes of a database were, and which primary it had,"
                        + " after an upgrade or a restore for example; see"
                        + " [failover.md](failover.md)"),
        HOLD(
                "<db>",
                "lets all wait who need the primary, or the one server there is, for as long as it"
                        + " takes; reads on replicas go on. Answers when nothing runs there"),
        KILL(
                "[<db>]",
                "closes all clients and connections at once, and leaves the databases paused"),
        KILL_CLIENT("<client_id>", "closes one client, by its `id` in SHOW CLIENTS"),
        PAUSE(
                "[<db>]",
                "leases no more connections; answers when the last one has been given back and"
                        + " closed. Clients wait"),
        RECONNECT("[<db>]", "replaces each server connection as soon as it is free"),
        RELEASE("<db>", "undoes HOLD, and ends a SWITCHOVER"),
        RELOAD("", "reads the configuration again, see [reload.md](reload.md)"),
        RESET("STATEMENTS", "forgets what SHOW STATEMENTS shows"),
        RESUME("[<db>]", "undoes PAUSE, SUSPEND and the pause after KILL"),
        SHUTDOWN(
                "[WAIT_FOR_SERVERS|WAIT_FOR_CLIENTS]",
                "ends Weir at once, or when every connection has been given back, or when the last"
                        + " client has left"),
        SUSPEND(
                "",
                "stops reading from everybody; answers when everything that was read has been"
                        + " sent"),
        WAIT_CLOSE("[<db>]", "answers when no connection is left that RECONNECT must replace");

        private final String arguments;
        private final String doc;

        Verb(String arguments, String doc) {
            this.arguments = arguments;
            this.doc = doc;
        }

        /** What it does, for the manual. */
        String doc() {
            return doc;
        }

        String usage() {
            return arguments.isEmpty() ? name() : name() + ' ' + arguments;
        }

        /** Whether the argument is one that makes the command invalid. */
        boolean isWrong(String argument) {
            return switch (this) {
                case RELOAD, SUSPEND -> !argument.isEmpty();
                case RESET -> !argument.equalsIgnoreCase("STATEMENTS");
                case SHUTDOWN ->
                        !argument.isEmpty()
                                && !argument.equalsIgnoreCase("WAIT_FOR_SERVERS")
                                && !argument.equalsIgnoreCase("WAIT_FOR_CLIENTS");
                default -> false;
            };
        }
    }

    /** A longer text is not a command; the bound is needed since the patterns recurse. */
    int TEXT_CHARS_MAX = 2_000;

    /** PgBouncer's limits, in bytes. */
    int NAME_BYTES_MAX = 15;

    int ARGUMENT_BYTES_MAX = 63;
    int VALUE_BYTES_MAX = 255;

    /** A word: quoted, or of letters, digits and underscores. */
    String WORD = "(?:\"((?:[^\"]++|\"\")*+)\"|([0-9a-z_]++))";

    /** {@code CMD [argument] [;]}. */
    Pattern NORMAL =
            Pattern.compile(
                    "\\s*+" + WORD + "(?:\\s++" + WORD + ")?+\\s*+(?:;\\s*+)?+",
                    Pattern.CASE_INSENSITIVE);

    /** {@code SET key =|TO word|'string' [;]}. */
    Pattern SET =
            Pattern.compile(
                    "\\s*+set\\s++"
                            + WORD
                            + "\\s*+(?:=|to)\\s*+(?:'((?:[^']++|'')*+)'|"
                            + WORD
                            + ")\\s*+(?:;\\s*+)?+",
                    Pattern.CASE_INSENSITIVE);

    /** {@code EXPLAIN ROUTE sql} and {@code EXPLAIN STATE sql}. */
    Pattern EXPLAIN =
            Pattern.compile(
                    "\\s*+explain\\s++(route|state)\\s++(.++)",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** {@code SWITCHOVER database [TO node] [GRACE seconds] [;]}. */
    Pattern SWITCHOVER =
            Pattern.compile(
                    "\\s*+switchover\\s++"
                            + WORD
                            + "(?:\\s++to\\s++(?:['\"]([^'\"\\s]++)['\"]|([^'\"\\s;]++)))?+"
                            + "(?:\\s++grace\\s++([0-9]{1,5}))?+\\s*+(?:;\\s*+)?+",
                    Pattern.CASE_INSENSITIVE);

    /** {@code FORGET CLUSTER database [;]}. */
    Pattern FORGET =
            Pattern.compile(
                    "\\s*+forget\\s++cluster\\s++" + WORD + "\\s*+(?:;\\s*+)?+",
                    Pattern.CASE_INSENSITIVE);

    /** Whether the answer is rows, and making them changes nothing. */
    default boolean hasRows() {
        return switch (this) {
            case Show _, Catalog _, Ask _, Explain _, ExplainState _ -> true;
            case Assign _, Act _, Switchover _, Empty _, Invalid _, BadArguments _ -> false;
        };
    }

    static Command parse(String text) {
        if (text.isBlank() || text.strip().equals(";")) {
            return new Empty();
        }
        Matcher explain = EXPLAIN.matcher(text);
        if (explain.matches()) {
            boolean isRoute = explain.group(1).equalsIgnoreCase("route");
            return isRoute ? new Explain(explain.group(2)) : new ExplainState(explain.group(2));
        }
        Probe probe = text.length() > TEXT_CHARS_MAX ? null : Probe.parse(text);
        if (probe != null) {
            return new Ask(probe);
        }
        if (text.contains("pg_catalog.")) {
            return new Catalog(text);
        }
        if (text.length() > TEXT_CHARS_MAX) {
            return new Invalid(text);
        }
        Matcher forget = FORGET.matcher(text);
        if (forget.matches()) {
            return act(Verb.FORGET, unquoted(forget.group(1), forget.group(2), "\""));
        }
        Matcher switchover = SWITCHOVER.matcher(text);
        if (switchover.matches()) {
            String grace = switchover.group(5);
            return new Switchover(
                    unquoted(switchover.group(1), switchover.group(2), "\""),
                    unquoted(switchover.group(3), switchover.group(4), "\""),
                    grace == null ? -1 : Integer.parseInt(grace));
        }
        Matcher normal = NORMAL.matcher(text);
        if (normal.matches()) {
            String name = unquoted(normal.group(1), normal.group(2), "\"");
            return normal(name, unquoted(normal.group(3), normal.group(4), "\""), text);
        }
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            String key = unquoted(set.group(1), set.group(2), "\"");
            String quoted = set.group(3);
            String value =
                    quoted != null
                            ? quoted.replace("''", "'")
                            : unquoted(set.group(4), set.group(5), "\"");
            boolean tooLong = bytes(key) > ARGUMENT_BYTES_MAX || bytes(value) > VALUE_BYTES_MAX;
            return tooLong || key.isEmpty() ? new BadArguments() : new Assign(key, value);
        }
        return new Invalid(text);
    }

    private static Command normal(String name, String argument, String text) {
        if (bytes(name) > NAME_BYTES_MAX || bytes(argument) > ARGUMENT_BYTES_MAX) {
            return new BadArguments();
        }
        String command = name.toUpperCase(Locale.ROOT);
        if (command.equals("SHOW") || command.equals("SELECT")) {
            return new Show(argument.toUpperCase(Locale.ROOT));
        }
        if (command.equals("HELP") && argument.isEmpty()) {
            return new Show("HELP");
        }
        for (Verb verb : Verb.values()) {
            if (verb.name().equals(command) && verb != Verb.FORGET) {
                return new Act(verb, argument);
            }
        }
        return new Invalid(text);
    }

    private static Command act(Verb verb, String argument) {
        return bytes(argument) > ARGUMENT_BYTES_MAX ? new BadArguments() : new Act(verb, argument);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String unquoted(@Nullable String quoted, @Nullable String plain, String quote) {
        if (quoted != null) {
            return quoted.replace(quote + quote, quote);
        }
        return plain == null ? "" : plain;
    }
}
