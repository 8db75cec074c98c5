package dev.weir.config;

/** A line of a configuration file. */
public record Place(String file, int line) {

    /** Returns a problem at this line. */
    public Problem problem(String text) {
        return new Problem(file, line, text);
    }
}
