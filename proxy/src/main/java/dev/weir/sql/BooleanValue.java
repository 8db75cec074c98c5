package dev.weir.sql;

import java.util.Locale;

/** How PostgreSQL reads the value of a boolean parameter: in any case, and abbreviated. */
public final class BooleanValue {
    private BooleanValue() {}

    /** Whether the value means true; false also for values that PostgreSQL does not accept. */
    public static boolean isTrue(String value) {
        String folded = value.toLowerCase(Locale.ROOT);
        return !folded.isEmpty() && ("true".startsWith(folded) || "yes".startsWith(folded))
                || folded.equals("on")
                || folded.equals("1");
    }
}
