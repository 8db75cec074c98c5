package dev.weir.config;

/**
 * Something wrong at one place of a configuration file.
 *
 * @param file the file as the operator named it
 * @param line counted from 1; 0 where the whole file is meant
 * @param text what, the actual value, and what was expected; never a secret
 */
public record Problem(String file, int line, String text) {

    /** Returns {@code file:line: text}. */
    @Override
    public String toString() {
        return line == 0 ? file + ": " + text : file + ":" + line + ": " + text;
    }
}
