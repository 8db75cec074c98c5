package dev.weir.backend;

import org.jspecify.annotations.Nullable;

/**
 * The settings that decide what a Parse on a server connection means: those that the server
 * reports, and of the others those that the connection was given. These are all that {@link
 * dev.weir.sql.IrrelevantSettings} does not name; the role only if the search path depends on it.
 */
public final class ParseSettings {
    public static final ParseSettings NONE =
            new ParseSettings(ParameterSet.EMPTY, ParameterSet.EMPTY, ParameterSet.EMPTY);

    private static final String SEARCH_PATH = "search_path";
    private static final String USER = "$user";
    private static final String ROLE = "role";
    private static final String NO_ROLE = "none";

    private final ParameterSet reported;
    private final ParameterSet given;
    private final ParameterSet values;

    private ParseSettings(ParameterSet reported, ParameterSet given, ParameterSet values) {
        this.reported = reported;
        this.given = given;
        this.values = values;
    }

    /** The settings that result from what a server reports and what its connection was given. */
    public static ParseSettings of(ParameterSet reported, ParameterSet given) {
        ParameterSet values = reported.relevantToParse().withMissing(given.relevantToParse());
        String role = given.get(ROLE);
        if (role != null && !role.equals(NO_ROLE) && namesUser(values.get(SEARCH_PATH))) {
            values = values.with(ROLE, role);
        }
        return new ParseSettings(reported, given, values);
    }

    /** Whether a search path depends on the role; null = not known. */
    private static boolean namesUser(@Nullable String path) {
        return path == null || path.contains(USER);
    }

    /** The settings that result from these; the same object if both are the same. */
    public ParseSettings now(ParameterSet nowReported, ParameterSet nowGiven) {
        boolean isSame = reported == nowReported && given == nowGiven;
        return isSame ? this : of(nowReported, nowGiven);
    }

    /** Their names and values. */
    public ParameterSet values() {
        return values;
    }

    /** Whether the server reports the search path. */
    public static boolean reportsPath(ParameterSet reported) {
        return reported.get(SEARCH_PATH) != null;
    }

    /** Whether what a Parse means depends on a role that the server does not report. */
    public static boolean dependsOnRole(ParameterSet reported) {
        return namesUser(reported.get(SEARCH_PATH));
    }
}
