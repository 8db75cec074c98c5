package dev.weir.config;

/**
 * Where a value comes from.
 *
 * @param file a file, or something else that sets values, such as an environment variable
 * @param line counted from 1; 0 if it has no lines
 */
public record Place(String file, int line) {

    /** Returns {@code file:line}. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ':' + line;
    }

    /** Returns a problem at this line. */
    public Problem problem(String text) {
        return new Problem(file, line, text);
    }
}
