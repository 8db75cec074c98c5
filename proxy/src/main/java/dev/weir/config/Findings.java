package dev.weir.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is wrong or doubtful in a file that is being read. */
public final class Findings {
    /**
     * Somebody may give us a file that is no configuration at all: each line would be a problem.
     */
    private static final int PROBLEMS_MAX = 100;

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Problem> warnings = new LinkedHashMap<>();
    private int left;

    /** Adds a problem; of very many only the first are kept. */
    public void problem(Place place, String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(place.problem(text));
        } else {
            left++;
        }
    }

    /** Adds a warning; of several about the same {@code subject} the last one stays. */
    public void warning(String subject, Place place, String text) {
        warnings.remove(subject);
        warnings.put(subject, place.problem(text));
    }

    /** Fails if there is any problem. */
    public void check(String file) throws ConfigException {
        if (left > 0) {
            problems.add(new Problem(file, 0, left + " more problems"));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** What is doubtful but no mistake. */
    public List<Problem> warnings() {
        return List.copyOf(warnings.values());
    }
}
