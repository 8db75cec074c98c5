package dev.weir.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * PgBouncer's command line, read as {@code getopt_long} reads it: short options may be combined,
 * options may follow the file, and long options may be abbreviated.
 *
 * @param quiet whether to write nothing to standard error
 * @param verbosity how often {@code -v} was given
 * @param daemon whether to run in the background
 * @param takeOver whether to take over from the process that is already running
 * @param user the user to become; null if none was named
 */
record ServerOptions(
        boolean quiet, int verbosity, boolean daemon, boolean takeOver, @Nullable String user) {
    /** Those of {@code weir run}. */
    static final ServerOptions NONE = new ServerOptions(false, 0, false, false, null);

    /** What a command line asks for. */
    sealed interface Request permits Serve, Help, ShowVersion {}

    /** To serve clients with the settings in the file. */
    record Serve(ServerOptions options, Path file) implements Request {}

    record Help() implements Request {}

    record ShowVersion() implements Request {}

    /** Thrown if a command line cannot be understood. */
    static final class Misused extends Exception {
        private static final long serialVersionUID = 1L;

        Misused(String message) {
            super(message, null, false, false);
        }
    }

    /** An option, in the order of the help. */
    enum Option {
        DAEMON('d', "run in the background (needs pidfile=); return once clients can connect"),
        QUIET('q', "nothing on standard error"),
        REBOOT('R', "take over from the process that runs with the same FILE, then end it"),
        USER('u', "become this user; needed as root, or the setting user"),
        VERBOSE('v', "log more; may be repeated"),
        VERSION('V', "say the version, and end"),
        HELP('h', "say this, and end");

        private final char letter;
        private final String text;

        Option(char letter, String text) {
            this.letter = letter;
            this.text = text;
        }

        char letter() {
            return letter;
        }

        /** What it does, for the help. */
        String text() {
            return text;
        }

        String longName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads {@code arguments}.
     *
     * @throws Misused whose message says what is wrong
     */
    static Request parse(List<String> arguments) throws Misused {
        return new Reader(arguments).read();
    }

    private static final class Reader {
        private final List<String> arguments;
        private final List<String> files = new ArrayList<>();
        private int at;
        private boolean quiet;
        private int verbosity;
        private boolean daemon;
        private boolean takeOver;
        private @Nullable String user;
        private @Nullable Request other;

        Reader(List<String> arguments) {
            this.arguments = arguments;
        }

        Request read() throws Misused {
            while (at < arguments.size() && other == null) {
                String word = arguments.get(at++);
                if (word.equals("--")) {
                    files.addAll(arguments.subList(at, arguments.size()));
                    at = arguments.size();
                } else if (word.startsWith("--")) {
                    longOption(word.substring(2));
                } else if (word.startsWith("-") && word.length() > 1) {
                    letters(word.substring(1));
                } else {
                    files.add(word);
                }
            }
            if (other != null) {
                return other;
            }
            if (files.size() != 1) {
                throw new Misused("one configuration file is needed, not " + files.size());
            }
            return new Serve(
                    new ServerOptions(quiet, verbosity, daemon, takeOver, user),
                    Path.of(files.getFirst()));
        }

        private void letters(String letters) throws Misused {
            for (int i = 0; i < letters.length(); i++) {
                Option option = withLetter(letters.charAt(i));
                if (option == Option.USER) {
                    String rest = letters.substring(i + 1);
                    user = rest.isEmpty() ? value("-u") : rest;
                    return;
                }
                take(option);
            }
        }

        private static Option withLetter(char letter) throws Misused {
            for (Option option : Option.values()) {
                if (option.letter == letter) {
                    return option;
                }
            }
            throw new Misused("unknown option: -" + letter);
        }

        private void longOption(String text) throws Misused {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            Option option = withName(name);
            if (option == Option.USER) {
                user = equals < 0 ? value("--user") : text.substring(equals + 1);
            } else if (equals >= 0) {
                throw new Misused("option --" + option.longName() + " takes no value");
            } else {
                take(option);
            }
        }

        private static Option withName(String name) throws Misused {
            List<Option> possible = new ArrayList<>();
            for (Option option : Option.values()) {
                if (option.longName().equals(name)) {
                    return option;
                }
                if (!name.isEmpty() && option.longName().startsWith(name)) {
                    possible.add(option);
                }
            }
            if (possible.size() != 1) {
                throw new Misused(
                        (possible.isEmpty() ? "unknown option: --" : "ambiguous option: --")
                                + name);
            }
            return possible.getFirst();
        }

        private String value(String option) throws Misused {
            if (at == arguments.size()) {
                throw new Misused("option " + option + " needs a value");
            }
            return arguments.get(at++);
        }

        private void take(Option option) {
            switch (option) {
                case QUIET -> quiet = true;
                case VERBOSE -> verbosity++;
                case DAEMON -> daemon = true;
                case REBOOT -> takeOver = true;
                case VERSION -> other = new ShowVersion();
                case HELP -> other = new Help();
                case USER -> throw new IllegalStateException("has a value: " + option);
            }
        }
    }
}
