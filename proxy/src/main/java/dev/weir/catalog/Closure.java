package dev.weir.catalog;

import dev.weir.sql.StateNames;
import java.util.Arrays;
import java.util.Map;

/**
 * What was found in a database's catalog: the names that may make a text change its session, and
 * why. Immutable; shared by all loops.
 */
@SuppressWarnings("ImmutableEnumChecker")
public final class Closure {
    private final StateNames names;
    private final Map<String, String> paths;
    private final String everyText;
    private final int[] statefulBuiltins;
    private final boolean loginTriggers;
    private final String foldedFunction;
    private final int objects;

    Closure(
            StateNames names,
            Map<String, String> paths,
            String everyText,
            int[] statefulBuiltins,
            boolean loginTriggers,
            String foldedFunction,
            int objects) {
        this.names = names;
        this.paths = Map.copyOf(paths);
        this.everyText = everyText;
        this.statefulBuiltins = statefulBuiltins;
        this.loginTriggers = loginTriggers;
        this.foldedFunction = foldedFunction;
        this.objects = objects;
    }

    /** The names for {@link dev.weir.sql.StateCheck} to look up, and the types that do nothing. */
    public StateNames names() {
        return names;
    }

    /** How many names this database adds to the built-in ones. */
    public int size() {
        return paths.size();
    }

    /**
     * How a name gets its effects, such as {@code t (trigger a) → f (calls) → set_config (sets a
     * parameter)}; empty if this database gives it none.
     *
     * @param name folded and truncated as PostgreSQL does
     */
    public String path(String name) {
        return paths.getOrDefault(name, "");
    }

    /** The names that this database adds, each with its path. */
    public Map<String, String> paths() {
        return paths;
    }

    /** Why no text of this database is clean; empty if some are. */
    public String everyText() {
        return everyText;
    }

    /** Whether a FunctionCall of this function does nothing; never true for users' functions. */
    public boolean isHarmlessFunction(int oid) {
        return everyText.isEmpty()
                && Integer.compareUnsigned(oid, StateNames.FIRST_USER_OID) < 0
                && Arrays.binarySearch(statefulBuiltins, oid) < 0;
    }

    /**
     * Whether an event trigger runs at login: a session then begins with what it has set, which a
     * wipe does not restore.
     */
    public boolean hasLoginTriggers() {
        return loginTriggers;
    }

    /**
     * A function that is declared IMMUTABLE although it asks the session for a setting or its role:
     * plans keep what it returns. Empty if there is none.
     */
    public String foldedFunction() {
        return foldedFunction;
    }

    /** How many functions, relations, names and so on were examined. */
    public int objects() {
        return objects;
    }

    @Override
    public String toString() {
        return "Closure[names=%d, objects=%d, everyText=%s]".formatted(size(), objects, everyText);
    }
}
