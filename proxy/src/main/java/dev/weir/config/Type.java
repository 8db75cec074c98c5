package dev.weir.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * How a value is written in the file.
 *
 * @param name as the manual and errors call it
 * @param parse throws IllegalArgumentException for a text that is no such value
 * @param print the inverse, as SHOW CONFIG shows a value
 */
public record Type<T>(String name, Function<String, T> parse, Function<T, String> print) {

    /** Decimal, {@code 0x…} or, with a leading 0, octal: C's {@code strtol} with base 0. */
    public static final Type<Integer> INTEGER =
            new Type<>("integer", Numbers::parseInteger, String::valueOf);

    /** The mode of a file: an integer, printed in octal. */
    public static final Type<Integer> FILE_MODE =
            new Type<>(
                    "integer",
                    Numbers::parseInteger,
                    mode -> mode == 0 ? "0" : "0" + Integer.toOctalString(mode));

    /** A number of bytes, with an optional unit kB, MB or GB (1 kB = 1024). */
    public static final Type<Long> BYTES =
            new Type<>("bytes", Numbers::parseBytes, String::valueOf);

    /** 0 or 1, as in PgBouncer, and PostgreSQL's other spellings. */
    public static final Type<Boolean> BOOLEAN =
            new Type<>("boolean", Type::parseBoolean, value -> value ? "1" : "0");

    /** Seconds, also fractions, or a number with the unit ms, s, min or h. */
    public static final Type<Duration> DURATION =
            new Type<>("duration", Durations::parse, Durations::print);

    /** Any text, taken as it stands. */
    public static final Type<String> STRING =
            new Type<>("string", Function.identity(), Function.identity());

    /** A text that no error, log or SHOW CONFIG repeats. */
    public static final Type<String> SECRET =
            new Type<>("string", Function.identity(), text -> text.isEmpty() ? "" : "****");

    /** Names separated by commas; blanks around them and empty names do not count. */
    public static final Type<List<String>> LIST =
            new Type<>("list", Type::parseList, names -> String.join(",", names));

    /** One of the constants of an enum, in small letters with {@code -} for {@code _}. */
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

    private static boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "on", "true", "yes" -> true;
            case "0", "off", "false", "no" -> false;
            default -> throw new IllegalArgumentException(text);
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
