package dev.weir.config;

/** A line of a configuration file. */
record Place(String file, int line) {

    Problem problem(String text) {
        return new Problem(file, line, text);
    }
}
