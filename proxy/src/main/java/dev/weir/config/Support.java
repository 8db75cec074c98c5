package dev.weir.config;

import java.util.function.Predicate;

/**
 * How much of a setting works in this version of Weir. A setting that restricts access is either
 * enforced or refused, never ignored.
 */
public sealed interface Support<T> {

    /** The setting works. */
    static <T> Support<T> full() {
        return new Full<>();
    }

    /** The setting is read but has no effect; setting it causes a warning. */
    static <T> Support<T> ignored() {
        return new Ignored<>("has no effect in this version");
    }

    /** Like {@link #ignored()}, with its own text for the warning. */
    static <T> Support<T> ignored(String warning) {
        return new Ignored<>(warning);
    }

    /**
     * Only the values that {@code works} accepts are supported; with any other, Weir does not
     * start.
     */
    static <T> Support<T> only(String values, Predicate<T> works) {
        return new Only<>(values, works);
    }

    /** The setting works with every value in its range. */
    record Full<T>() implements Support<T> {}

    /**
     * The setting has no effect.
     *
     * @param warning the text of the warning, which follows the name of the setting
     */
    record Ignored<T>(String warning) implements Support<T> {}

    /**
     * Some values work; the others are refused.
     *
     * @param values the values that work, as the error message lists them
     */
    record Only<T>(String values, Predicate<T> works) implements Support<T> {}
}
