package dev.weir.login;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The {@code options} parameter of a startup packet, read as PostgreSQL reads it: words separated
 * by white space, with a backslash escaping the character after it, which are the switches of
 * {@code postgres}.
 *
 * @see <a href="https://www.postgresql.org/docs/18/app-postgres.html">postgres: options</a>
 */
final class StartupOptions {
    /** The switches that PostgreSQL accepts from a client, and the settings that they stand for. */
    private static final Map<Character, String> WITH_VALUE =
            Map.of('S', "work_mem", 'W', "post_auth_delay", 'B', "shared_buffers");

    private static final Map<Character, String> SWITCHES =
            Map.of(
                    's', "log_statement_stats",
                    'O', "allow_system_table_mods",
                    'P', "ignore_system_indexes");

    private static final Map<Character, String> PLANS =
            Map.of(
                    's', "enable_seqscan",
                    'i', "enable_indexscan",
                    'o', "enable_indexonlyscan",
                    'b', "enable_bitmapscan",
                    't', "enable_tidscan",
                    'n', "enable_nestloop",
                    'm', "enable_mergejoin",
                    'h', "enable_hashjoin");

    private StartupOptions() {}

    /** Thrown if PostgreSQL would refuse the options. */
    static final class InvalidOptions extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidOptions(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Returns the settings in {@code options}; if a name occurs several times, the last one counts.
     */
    static Map<String, String> parse(String options) throws InvalidOptions {
        var settings = new LinkedHashMap<String, String>();
        List<String> words = split(options);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--") && i + 1 == words.size()) {
                return settings;
            }
            if (word.equals("--") || word.length() < 2 || word.charAt(0) != '-') {
                throw invalid(word.equals("--") ? words.get(i + 1) : word);
            }
            char letter = word.charAt(1);
            if (letter == 'e') {
                settings.put("datestyle", "euro");
            } else if (SWITCHES.containsKey(letter)) {
                settings.put(SWITCHES.get(letter), "on");
            } else if (letter == '-') {
                assign(settings, word.substring(2), "--" + word.substring(2));
            } else if (letter == 'c' || letter == 'f' || WITH_VALUE.containsKey(letter)) {
                String value = word.substring(2);
                if (value.isEmpty()) {
                    if (++i == words.size()) {
                        throw invalid(word);
                    }
                    value = words.get(i);
                }
                withValue(settings, letter, value);
            } else {
                throw invalid(word);
            }
        }
        return settings;
    }

    /** Returns options that set these. */
    static String of(Map<String, String> settings) {
        var options = new StringJoiner(" ");
        settings.forEach((name, value) ->
                options.add("-c " + (name + '=' + value).replaceAll("[\\\\\\s]", "\\\\$0")));
        return options.toString();
    }

    private static void withValue(Map<String, String> settings, char letter, String value)
            throws InvalidOptions {
        if (letter == 'c') {
            assign(settings, value, "-c " + value);
        } else if (letter == 'f') {
            String plan = value.length() == 1 ? PLANS.get(value.charAt(0)) : null;
            if (plan == null) {
                throw invalid(value);
            }
            settings.put(plan, "off");
        } else {
            settings.put(WITH_VALUE.get(letter), value);
        }
    }

    private static void assign(Map<String, String> settings, String text, String shown)
            throws InvalidOptions {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new InvalidOptions(shown + " requires a value");
        }
        settings.put(text.substring(0, equals).replace('-', '_'), text.substring(equals + 1));
    }

    private static InvalidOptions invalid(String word) {
        return new InvalidOptions("invalid command-line argument for server process: " + word);
    }

    /** Splits as {@code pg_split_opts} does. */
    static List<String> split(String options) {
        var words = new ArrayList<String>();
        int at = 0;
        while (true) {
            while (at < options.length() && isSpace(options.charAt(at))) {
                at++;
            }
            if (at == options.length()) {
                return words;
            }
            var word = new StringBuilder();
            boolean escaped = false;
            for (; at < options.length(); at++) {
                char c = options.charAt(at);
                if (isSpace(c) && !escaped) {
                    break;
                }
                if (!escaped && c == '\\') {
                    escaped = true;
                } else {
                    escaped = false;
                    word.append(c);
                }
            }
            words.add(word.toString());
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }
}
