package dev.weir.catalog;

import dev.weir.sql.StateNames;
import java.util.Arrays;
import java.util.Map;

/**
 * What was found in a database's catalog: the names that may change the session of a text that has
 * them, and why. Immutable; shared by all loops.
 */
@SuppressWarnings("ImmutableEnumChecker")
public final class Closure {
    private final StateNames names;
    private final Map<String, String> paths;
    private final String everyText;
    private final int[] harmlessTypes;
    private final int[] statefulBuiltins;
    private final boolean loginTriggers;
    private final int objects;
    private final long nanos;

    Closure(
            StateNames names,
            Map<String, String> paths,
            String everyText,
            int[] harmlessTypes,
            int[] statefulBuiltins,
            boolean loginTriggers,
            int objects,
            long nanos) {
        this.names = names;
        this.paths = Map.copyOf(paths);
        this.everyText = everyText;
        this.harmlessTypes = harmlessTypes;
        this.statefulBuiltins = statefulBuiltins;
        this.loginTriggers = loginTriggers;
        this.objects = objects;
        this.nanos = nanos;
    }

    /** What {@link dev.weir.sql.StateCheck} is to look up. */
    public StateNames names() {
        return names;
    }

    /** How many names this database adds to PostgreSQL's own. */
    public int size() {
        return paths.size();
    }

    /**
     * How a name comes by its effects, such as {@code t (trigger a) → f (calls) → set_config (sets
     * a parameter)}; empty if this database gives it none.
     *
     * @param name folded and cut as PostgreSQL does
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

    /**
     * Whether a parameter of this type, in a Parse that names none, can do nothing. False for types
     * that are newer than this.
     */
    public boolean isHarmlessType(int oid) {
        return Integer.compareUnsigned(oid, CatalogReader.FIRST_USER_OID) < 0
                || Arrays.binarySearch(harmlessTypes, oid) >= 0;
    }

    /** Whether a FunctionCall of this function can do nothing: only PostgreSQL's own are known. */
    public boolean isHarmlessFunction(int oid) {
        return everyText.isEmpty()
                && Integer.compareUnsigned(oid, CatalogReader.FIRST_USER_OID) < 0
                && Arrays.binarySearch(statefulBuiltins, oid) < 0;
    }

    /**
     * Whether an event trigger runs at login: a session then begins with what it has set, which a
     * wipe does not bring back.
     */
    public boolean hasLoginTriggers() {
        return loginTriggers;
    }

    /** How many functions, relations, names and so on were looked at. */
    public int objects() {
        return objects;
    }

    /** How long it took to find out, without the server's part. */
    public long nanos() {
        return nanos;
    }

    @Override
    public String toString() {
        return "Closure[names=%d, objects=%d, everyText=%s]".formatted(size(), objects, everyText);
    }
}
