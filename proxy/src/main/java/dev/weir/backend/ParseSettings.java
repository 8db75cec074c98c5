package dev.weir.backend;

/**
 * The settings that decide what a Parse on a server connection means: those that the server
 * reports, and of the others those that the connection was given. These are all that {@link
 * dev.weir.sql.IrrelevantSettings} does not name. The role is one of them: PostgreSQL checks the
 * right to use a schema when it parses.
 */
public final class ParseSettings {
    public static final ParseSettings NONE =
            new ParseSettings(ParameterSet.EMPTY, ParameterSet.EMPTY, ParameterSet.EMPTY);

    private static final String SEARCH_PATH = "search_path";

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
        return new ParseSettings(reported, given, values);
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
}
