package dev.weir.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.configuration2.interpol.ConfigurationInterpolator;
import org.apache.commons.configuration2.interpol.DefaultLookups;
import org.apache.commons.configuration2.interpol.Lookup;

/**
 * Expands the references {@code ${env:NAME}} in values. No other lookup of the library is enabled,
 * and the value of an environment variable is not expanded again: a password may contain {@code
 * ${…}}.
 */
final class EnvironmentReferences {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env:[^}]*)(}?)");

    private final ConfigurationInterpolator interpolator = new ConfigurationInterpolator();

    /** Uses the environment of this process. */
    EnvironmentReferences() {
        this(DefaultLookups.ENVIRONMENT.getLookup());
    }

    EnvironmentReferences(Lookup lookup) {
        interpolator.registerLookup("env", lookup);
    }

    /**
     * Replaces the references in {@code value}.
     *
     * @throws IllegalArgumentException for a variable that is not set, with a message for the
     *     operator
     */
    String expand(String value) {
        if (!value.contains("${env:")) {
            return value;
        }
        Matcher matcher = REFERENCE.matcher(value);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            if (matcher.group(2).isEmpty()) {
                throw new IllegalArgumentException(
                        "the reference is not closed (expected: ${env:NAME})");
            }
            Object found = interpolator.resolve(matcher.group(1));
            if (found == null) {
                String name = matcher.group(1).substring("env:".length());
                throw new IllegalArgumentException(
                        "the environment variable \"" + name + "\" is not set");
            }
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(found.toString()));
        }
        return matcher.appendTail(expanded).toString();
    }
}
