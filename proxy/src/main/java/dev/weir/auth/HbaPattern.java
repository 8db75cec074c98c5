package dev.weir.auth;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression in an hba or ident file. It may match anywhere in a name, as in PostgreSQL,
 * and takes time proportional to the length of the name, which a client chooses: it runs on event
 * loops. Therefore it does not support back references and look-around, unlike PostgreSQL.
 */
final class HbaPattern {
    private final Pattern pattern;

    private HbaPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles what follows the {@code /}.
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

    /** The number of groups in it. */
    int groups() {
        return pattern.groupCount();
    }

    /**
     * What the first group matches in a name; {@code ""} if nothing; null if the pattern does not
     * match.
     */
    @Nullable String firstGroup(String name) {
        Matcher matcher = pattern.matcher(name);
        if (!matcher.find()) {
            return null;
        }
        String group = matcher.groupCount() == 0 ? null : matcher.group(1);
        return group == null ? "" : group;
    }
}
