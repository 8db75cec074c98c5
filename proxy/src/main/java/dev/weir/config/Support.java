package dev.weir.config;

import java.util.function.Predicate;

/**
 * How much of a setting works in this version of Weir. A setting that restricts access is either
 * obeyed or refused, never ignored.
 */
public sealed interface Support<T> {

    /** The setting works. */
    static <T> Support<T> full() {
        return new Full<>();
    }

    /** The setting is read, has no effect, and whoever sets it gets a warning. */
    static <T> Support<T> ignored() {
        return new Ignored<>("has no effect in this version");
    }

    /** Like {@link #ignored()}, with a text of its own for the warning. */
    static <T> Support<T> ignored(String warning) {
        return new Ignored<>(warning);
    }

    /** Only the values that {@code works} accepts do; any other stops Weir. */
    static <T> Support<T> only(String values, Predicate<T> works) {
        return new Only<>(values, works);
    }

    /** The setting works with every value of its range. */
    record Full<T>() implements Support<T> {}

    /**
     * The setting has no effect.
     *
     * @param warning what the operator is told, after the name of the setting
     */
    record Ignored<T>(String warning) implements Support<T> {}

    /**
     * Some values work, and the others are refused.
     *
     * @param values those that work, as the error lists them
     */
    record Only<T>(String values, Predicate<T> works) implements Support<T> {}
}
