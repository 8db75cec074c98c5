package dev.weir.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The written form of a value in the file.
 *
 * @param name the name in the manual and in error messages
 * @param parse throws IllegalArgumentException for a text that is not a valid value
 * @param print the inverse: the form in which SHOW CONFIG shows a value
 */
public record Type<T>(String name, Function<String, T> parse, Function<T, String> print) {

    /** Decimal, {@code 0x…} or, with a leading 0, octal: C's {@code strtol} with base 0. */
    public static final Type<Integer> INTEGER =
            new Type<>("integer", Numbers::parseInteger, String::valueOf);

    /** A file mode: an integer, printed in octal. */
    public static final Type<Integer> FILE_MODE =
            new Type<>(
                    "integer",
                    Numbers::parseInteger,
                    mode -> mode == 0 ? "0" : "0" + Integer.toOctalString(mode));

    /** A number of bytes, with an optional unit kB, MB or GB (1 kB = 1024). */
    public static final Type<Long> BYTES =
            new Type<>("bytes", Numbers::parseBytes, String::valueOf);

    /**
     * 0 or 1, as in PgBouncer, which takes any other number for 1, or one of PostgreSQL's other
     * spellings.
     */
    public static final Type<Boolean> BOOLEAN =
            new Type<>("boolean", Type::parseBoolean, value -> value ? "1" : "0");

    /** Stands for no duration. */
    static final Duration NONE = Duration.ofSeconds(-1);

    /** A number of seconds, possibly with a fraction, or with one of PostgreSQL's units. */
    public static final Type<Duration> DURATION =
            new Type<>("duration", Durations::parse, Durations::print);

    /** The same, or -1 for none at all, which is a negative duration. */
    static final Type<Duration> DURATION_OR_NONE =
            new Type<>(
                    "duration",
                    text -> text.equals("-1") ? NONE : Durations.parse(text),
                    duration -> duration.isNegative() ? "-1" : Durations.print(duration));

    /** Any text, taken literally. */
    public static final Type<String> STRING =
            new Type<>("string", Function.identity(), Function.identity());

    /** The name of a file that is read; see {@link FileNames}. */
    public static final Type<String> FILE =
            new Type<>("file", Function.identity(), Function.identity());

    /** The name of a file that is written; see {@link FileNames}. */
    public static final Type<String> WRITTEN_FILE =
            new Type<>("new file", Function.identity(), Function.identity());

    /** A text that error messages, the log and SHOW CONFIG never show. */
    public static final Type<String> SECRET =
            new Type<>("string", Function.identity(), text -> text.isEmpty() ? "" : "****");

    /** Names separated by commas; blanks around them and empty names are ignored. */
    public static final Type<List<String>> LIST =
            new Type<>("list", Type::parseList, names -> String.join(",", names));

    /** One of the constants of an enum, in lower case with {@code -} instead of {@code _}. */
    public static <E extends Enum<E>> Type<E> oneOf(Class<E> type) {
        return oneOf(type, '-');
    }

    static <E extends Enum<E>> Type<E> oneOf(Class<E> type, char separator) {
        Function<E, String> print =
                value -> value.name().toLowerCase(Locale.ROOT).replace('_', separator);
        Function<String, E> parse =
                text -> {
                    for (E value : type.getEnumConstants()) {
                        if (print.apply(value).equalsIgnoreCase(text)) {
                            return value;
                        }
                    }
                    throw new IllegalArgumentException(text);
                };
        return new Type<>("enum", parse, print);
    }

    /** Some of the constants of an enum, separated by commas; none if it is empty. */
    static <E extends Enum<E>> Type<Set<E>> someOf(Class<E> type) {
        Type<E> one = oneOf(type);
        return new Type<>(
                "enum",
                text -> {
                    Set<E> all = EnumSet.noneOf(type);
                    parseList(text).forEach(name -> all.add(one.parse.apply(name)));
                    return Collections.unmodifiableSet(all);
                },
                all -> all.stream().map(one.print).collect(Collectors.joining(",")));
    }

    private static boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default -> Numbers.parseInteger(text) != 0;
        };
    }

    private static List<String> parseList(String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.split(",", -1)) {
            if (!name.isBlank()) {
                names.add(name.strip());
            }
        }
        return List.copyOf(names);
    }
}
