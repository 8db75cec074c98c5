package dev.weir.check;

import dev.weir.config.Problem;

/**
 * One thing that a check found.
 *
 * @param text what, the actual value, and what to do; never a secret
 */
public record Finding(Level level, String text) {
    /** How bad it is. */
    public enum Level {
        /** Weir would not start, or not reach a server. */
        ERROR,
        /** It would run, and somebody should act. */
        WARNING,
        /** As it should be, with limits that are good to know. */
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

    /** Returns it as a line of the terminal. */
    @Override
    public String toString() {
        return switch (level) {
            case ERROR -> text;
            case WARNING -> "warning: " + text;
            case NOTE -> "note: " + text;
        };
    }
}
