package dev.weir.check;

import dev.weir.config.Problem;

/**
 * One result of a check.
 *
 * @param text what was found, the actual value, and what to do; never a secret
 */
public record Finding(Level level, String text) {
    /** The severity of a finding. */
    public enum Level {
        /** Weir would not start, or would not reach a server. */
        ERROR,
        /** Weir would run, but somebody should act. */
        WARNING,
        /** Everything is in order, with limits that are good to know. */
        NOTE
    }

    static Finding error(Problem problem) {
        return new Finding(Level.ERROR, problem.toString());
    }

    static Finding error(String text) {
        return new Finding(Level.ERROR, text);
    }

    static Finding warning(String text) {
        return new Finding(Level.WARNING, text);
    }

    static Finding note(String text) {
        return new Finding(Level.NOTE, text);
    }

    /** Returns the finding as a line for the terminal. */
    @Override
    public String toString() {
        return switch (level) {
            case ERROR -> text;
            case WARNING -> "warning: " + text;
            case NOTE -> "note: " + text;
        };
    }
}
