package dev.weir.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Reports a configuration that cannot be used, with everything that is wrong in it, not only the
 * first problem.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /** The message has one line for each problem. */
    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Returns the problems, at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
