package dev.weir.admin;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A text that was typed at the console, understood as far as PgBouncer's grammar goes. */
sealed interface Command {
    /** {@code SHOW topic}, or {@code SELECT topic}, in capitals. */
    record Show(String topic) implements Command {}

    /** {@code SET key = value}. */
    record Assign(String key, String value) implements Command {}

    /**
     * A command that does something.
     *
     * @param argument as it was typed, without quotes; empty if there is none
     */
    record Act(Verb verb, String argument) implements Command {}

    /** Nothing but blanks and semicolons. */
    record Empty() implements Command {}

    /** What is no command. */
    record Invalid(String text) implements Command {}

    /** The commands that do something, under PgBouncer's names. */
    enum Verb {
        DISABLE,
        ENABLE,
        KILL,
        KILL_CLIENT,
        PAUSE,
        RECONNECT,
        RELOAD,
        RESUME,
        SHUTDOWN,
        SUSPEND,
        WAIT_CLOSE
    }

    /** {@code CMD [argument] [;]}. */
    Pattern NORMAL =
            Pattern.compile(
                    "\\s*([a-z_]+)(?:\\s+(?:\"((?:[^\"]|\"\")*)\"|([0-9a-z_.$-]+)))?\\s*;?\\s*",
                    Pattern.CASE_INSENSITIVE);

    /** {@code SET key =|TO word|'string' [;]}. */
    Pattern SET =
            Pattern.compile(
                    "\\s*set\\s+(?:\"([^\"]+)\"|([a-z0-9_]+))(?:\\s*=\\s*|\\s+to\\s+)"
                            + "(?:'((?:[^']|'')*)'|([^\\s;']+))\\s*;?\\s*",
                    Pattern.CASE_INSENSITIVE);

    static Command parse(String text) {
        if (text.isBlank() || text.strip().equals(";")) {
            return new Empty();
        }
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            String key = unquoted(set.group(1), set.group(2), "\"");
            return new Assign(key, unquoted(set.group(3), set.group(4), "'"));
        }
        Matcher normal = NORMAL.matcher(text);
        if (!normal.matches()) {
            return new Invalid(text);
        }
        String name = String.valueOf(normal.group(1)).toUpperCase(Locale.ROOT);
        String argument = unquoted(normal.group(2), normal.group(3), "\"");
        if (name.equals("SHOW") || name.equals("SELECT")) {
            return new Show(argument.toUpperCase(Locale.ROOT));
        }
        for (Verb verb : Verb.values()) {
            if (verb.name().equals(name)) {
                return new Act(verb, argument);
            }
        }
        return new Invalid(text);
    }

    private static String unquoted(@Nullable String quoted, @Nullable String plain, String quote) {
        if (quoted != null) {
            return quoted.replace(quote + quote, quote);
        }
        return plain == null ? "" : plain;
    }
}
