package dev.weir.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The problems and warnings that were found while reading a file. */
public final class Findings {
    /**
     * A limit for files that are not configuration files at all, in which each line would be a
     * problem.
     */
    private static final int PROBLEMS_MAX = 100;

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Problem> warnings = new LinkedHashMap<>();
    private final List<Problem> postponed = new ArrayList<>();
    private int left;

    /** Adds a problem; if there are very many, only the first ones are kept. */
    public void problem(Place place, String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(place.problem(text));
        } else {
            left++;
        }
    }

    /** Adds a warning; of several about the same {@code subject} the last one is kept. */
    public void warning(String subject, Place place, String text) {
        warnings.remove(subject);
        warnings.put(subject, place.problem(text));
    }

    /** Adds the warning that a setting keeps its value until a restart. */
    void postpone(String subject, Place place, String text) {
        warning(subject, place, text);
        postponed.add(place.problem(text));
    }

    /** Throws if there is any problem. */
    public void check(String file) throws ConfigException {
        if (left > 0) {
            problems.add(new Problem(file, 0, left + " more problems"));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** Returns what is doubtful but not wrong. */
    public List<Problem> warnings() {
        return List.copyOf(warnings.values());
    }

    /** Returns those of the warnings that say what waits for a restart. */
    List<Problem> postponed() {
        return List.copyOf(postponed);
    }
}
