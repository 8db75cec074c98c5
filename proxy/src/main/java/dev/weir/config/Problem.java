package dev.weir.config;

/**
 * Something that is wrong at one place of a configuration file.
 *
 * @param file the name by which the operator called the file
 * @param line counted from 1; 0 if the problem concerns the whole file
 * @param text what is wrong, the actual value, and what was expected; never a secret
 */
public record Problem(String file, int line, String text) {

    /** Returns {@code file:line: text}. */
    @Override
    public String toString() {
        return line == 0 ? file + ": " + text : file + ":" + line + ": " + text;
    }
}
