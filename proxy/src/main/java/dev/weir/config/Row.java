package dev.weir.config;

import dev.weir.config.Setting.Reload;
import dev.weir.config.Setting.Scope;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds a {@link Setting}, so that a row states only what is special about it. By default a
 * setting is global, supported, and takes effect at once.
 */
final class Row<T> {
    private static final String RANGE =
            "0.." + Durations.MAX.toSeconds() + " s, as in 2.5, 500ms, 5min, 1h, 1d";

    private final String name;
    private final Type<T> type;
    private final T defaultValue;
    private T ownDefault;
    private String range;
    private Predicate<T> valid;
    private Reload reload = Reload.AT_ONCE;
    private EnumSet<Scope> scopes = EnumSet.of(Scope.GLOBAL);
    private Support<T> support = Support.full();

    private Row(String name, Type<T> type, T defaultValue, String range, Predicate<T> valid) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.ownDefault = defaultValue;
        this.range = range;
        this.valid = valid;
    }

    /** A number, at least 0. */
    static Row<Integer> integer(String name, int defaultValue) {
        return new Row<>(name, Type.INTEGER, defaultValue, "0 or more", value -> value >= 0);
    }

    static Row<Integer> integer(String name, int defaultValue, int min, int max) {
        String range = max == Integer.MAX_VALUE ? min + " or more" : min + ".." + max;
        Predicate<Integer> valid = value -> value >= min && value <= max;
        return new Row<>(name, Type.INTEGER, defaultValue, range, valid);
    }

    static Row<Integer> fileMode(String name, int defaultValue) {
        Predicate<Integer> valid = value -> value >= 0 && value <= 0777;
        return new Row<>(name, Type.FILE_MODE, defaultValue, "0..0777", valid);
    }

    static Row<Long> bytes(String name, long defaultValue) {
        return new Row<>(name, Type.BYTES, defaultValue, "0 or more", value -> value >= 0);
    }

    static Row<Boolean> bool(String name, boolean defaultValue) {
        return new Row<>(name, Type.BOOLEAN, defaultValue, "0 or 1", value -> true);
    }

    static Row<Duration> duration(String name, int defaultSeconds) {
        return duration(name, Duration.ofSeconds(defaultSeconds));
    }

    static Row<Duration> duration(String name, Duration defaultValue) {
        return new Row<>(name, Type.DURATION, defaultValue, RANGE, value -> true);
    }

    /** A duration that may be -1: none, which is the default. */
    static Row<Duration> durationOrNone(String name) {
        String range = "-1, or " + RANGE;
        return new Row<>(name, Type.DURATION_OR_NONE, Type.NONE, range, value -> true);
    }

    static Row<String> string(String name, String defaultValue) {
        return new Row<>(name, Type.STRING, defaultValue, "", value -> true);
    }

    /** The name of a file that is read. */
    static Row<String> file(String name) {
        return new Row<>(name, Type.FILE, "", "", value -> true);
    }

    /** The name of a file that is written. */
    static Row<String> writtenFile(String name) {
        return new Row<>(name, Type.WRITTEN_FILE, "", "", value -> true);
    }

    static Row<String> secret(String name) {
        return new Row<>(name, Type.SECRET, "", "", value -> true);
    }

    static Row<List<String>> list(String name, String... defaultValue) {
        return new Row<>(name, Type.LIST, List.of(defaultValue), "", value -> true);
    }

    static <E extends Enum<E>> Row<E> oneOf(String name, E defaultValue) {
        return oneOf(name, Type.oneOf(defaultValue.getDeclaringClass()), defaultValue);
    }

    static <E extends Enum<E>> Row<E> oneOf(String name, Type<E> type, E defaultValue) {
        String range =
                Stream.of(defaultValue.getDeclaringClass().getEnumConstants())
                        .map(type.print())
                        .collect(Collectors.joining(", "));
        return new Row<>(name, type, defaultValue, range, value -> true);
    }

    /** Some of the constants of an enum; by default none. */
    static <E extends Enum<E>> Row<Set<E>> someOf(String name, Class<E> type) {
        Type<E> one = Type.oneOf(type);
        String range =
                Stream.of(type.getEnumConstants())
                                .map(one.print())
                                .collect(Collectors.joining(", "))
                        + "; several with commas";
        return new Row<>(name, Type.someOf(type), Set.of(), range, value -> true);
    }

    /** The default in a configuration that is Weir's own, not PgBouncer's. */
    Row<T> ownDefault(T value) {
        ownDefault = value;
        return this;
    }

    /** An entry of {@code [databases]} may override the setting. */
    Row<T> alsoOfDatabase() {
        scopes.add(Scope.DATABASE);
        return this;
    }

    /** An entry of {@code [users]} may override the setting. */
    Row<T> alsoOfUser() {
        scopes.add(Scope.USER);
        return this;
    }

    /** Only entries may have the setting. */
    Row<T> onlyOf(Scope first, Scope... more) {
        scopes = EnumSet.of(first, more);
        return this;
    }

    Row<T> range(String words, Predicate<T> test) {
        range = words;
        valid = test;
        return this;
    }

    /** Only a restart changes the setting. */
    Row<T> restart() {
        reload = Reload.RESTART;
        return this;
    }

    Row<T> newConnections() {
        reload = Reload.NEW_CONNECTIONS;
        return this;
    }

    Row<T> ignored() {
        support = Support.ignored();
        return this;
    }

    Row<T> ignored(String warning) {
        support = Support.ignored(warning);
        return this;
    }

    Row<T> only(String values, Predicate<T> works) {
        support = Support.only(values, works);
        return this;
    }

    /** Adds the text for the manual and returns the finished setting. */
    Setting<T> doc(String doc) {
        return new Setting<>(
                name,
                type,
                defaultValue,
                ownDefault,
                range,
                valid,
                reload,
                Set.copyOf(scopes),
                support,
                doc);
    }
}
