package dev.weir.config;

/** A line of a configuration file. */
public record Place(String file, int line) {

    /** Something wrong here. */
    public Problem problem(String text) {
        return new Problem(file, line, text);
    }
}
