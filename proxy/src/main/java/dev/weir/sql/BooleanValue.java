package dev.weir.sql;

import java.util.Locale;

/**
 * How PostgreSQL reads the value of a boolean parameter: any case, and any beginning that will do.
 */
public final class BooleanValue {
    private BooleanValue() {}

    /** Whether the value means true; what PostgreSQL does not accept does not. */
    public static boolean isTrue(String value) {
        String folded = value.toLowerCase(Locale.ROOT);
        return !folded.isEmpty() && ("true".startsWith(folded) || "yes".startsWith(folded))
                || folded.equals("on")
                || folded.equals("1");
    }
}
