package dev.weir.auth;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of an hba or ident file. It is looked for anywhere in a name, as in
 * PostgreSQL, and takes time proportional to the name, whoever chose that: it runs on event loops.
 * Back references and look-around, which PostgreSQL has, it therefore has not.
 */
final class HbaPattern {
    private final Pattern pattern;

    private HbaPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles what stands behind the {@code /}.
     *
     * @throws IllegalArgumentException whose message is fit for the operator
     */
    static HbaPattern of(HbaToken token) {
        String text = token.text().substring(1);
        try {
            return new HbaPattern(Pattern.compile(text, Pattern.DOTALL));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "invalid regular expression "
                            + token.shown()
                            + ": "
                            + e.getDescription()
                            + " (expected: the syntax of RE2)",
                    e);
        }
    }

    boolean isIn(String name) {
        return pattern.matcher(name).find();
    }

    /** How many groups it has. */
    int groups() {
        return pattern.groupCount();
    }

    /** What the first group took of a name; {@code ""} if nothing; null if nothing matches. */
    @Nullable String firstGroup(String name) {
        Matcher matcher = pattern.matcher(name);
        if (!matcher.find()) {
            return null;
        }
        String group = matcher.groupCount() == 0 ? null : matcher.group(1);
        return group == null ? "" : group;
    }
}
