package dev.weir.backend;

import dev.weir.sql.IrrelevantSettings;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Run-time parameters and their values: what a client wants, what a server connection was given, or
 * what a server reports. Immutable; names are compared without regard to case, as PostgreSQL does.
 */
public final class ParameterSet {
    public static final ParameterSet EMPTY = new ParameterSet(new String[0], new String[0]);

    /** What a name and a value take up besides their characters. */
    private static final int ENTRY_BYTES = 100;

    /** The parameter by which a server reports whether it is a standby. */
    static final String IN_HOT_STANDBY = "in_hot_standby";

    /** These must be set last and reset first: they decide which others may be set. */
    private static final String ROLE = "role";

    private static final String SESSION_AUTHORIZATION = "session_authorization";

    /** These are reset first and set last, since they may end the statements that set others. */
    private static final List<String> TIMEOUTS =
            List.of("statement_timeout", "lock_timeout", "transaction_timeout");

    /**
     * No timeout, or one second or more, as PostgreSQL writes it; milliseconds if without a unit.
     */
    private static final Pattern LONG_TIMEOUT =
            Pattern.compile("0|[1-9]\\d{3,}( ?ms)?|[1-9]\\d* ?(s|min|h|d)");

    /** Their values are looked up in the catalogs or file system, where they may be gone. */
    private static final Set<String> CATALOG_DEPENDENT =
            Set.of(
                    ROLE,
                    SESSION_AUTHORIZATION,
                    "default_tablespace",
                    "temp_tablespaces",
                    "default_table_access_method",
                    "default_text_search_config",
                    "local_preload_libraries",
                    "session_preload_libraries",
                    "dynamic_library_path");

    /**
     * Parameters that PostgreSQL accepts only in a startup packet (GucContext PGC_BACKEND and
     * PGC_SU_BACKEND), or uses only then.
     */
    private static final Set<String> STARTUP_ONLY =
            Set.of(
                    "ignore_system_indexes",
                    "jit_debugging_support",
                    "jit_profiling_support",
                    "local_preload_libraries",
                    "log_connections",
                    "log_disconnections",
                    "post_auth_delay",
                    "session_preload_libraries");

    /** Sorted without regard to case. Sets that differ only in values may share it. */
    private final String[] names;

    private final String[] values;
    private final int hash;
    private final boolean hasCustom;
    private @Nullable ParameterSet relevant;

    private ParameterSet(String[] names, String[] values) {
        this.names = names;
        this.values = values;
        int sum = 0;
        boolean custom = false;
        for (int i = 0; i < names.length; i++) {
            sum += names[i].length() * 31 + values[i].hashCode();
            custom |= isCustom(names[i]);
        }
        this.hash = sum;
        this.hasCustom = custom;
    }

    /** Of names that differ only in case, the first spelling and the last value count. */
    public static ParameterSet of(Map<String, String> values) {
        if (values.isEmpty()) {
            return EMPTY;
        }
        var sorted = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(values);
        return new ParameterSet(
                sorted.keySet().toArray(String[]::new), sorted.values().toArray(String[]::new));
    }

    private int find(String name) {
        return Arrays.binarySearch(names, name, String.CASE_INSENSITIVE_ORDER);
    }

    private boolean has(String name) {
        return find(name) >= 0;
    }

    public @Nullable String get(String name) {
        int at = find(name);
        return at < 0 ? null : values[at];
    }

    /** Whether the server that reports this is a standby; reported since PostgreSQL 14. */
    public boolean isOfStandby() {
        return "on".equals(get(IN_HOT_STANDBY));
    }

    public boolean isEmpty() {
        return names.length == 0;
    }

    public int size() {
        return names.length;
    }

    /** The total length of all names and values. */
    public long characters() {
        long sum = 0;
        for (int i = 0; i < names.length; i++) {
            sum += names[i].length() + values[i].length();
        }
        return sum;
    }

    /** The memory that it takes up, in bytes, if it shares none with others. */
    public long weight() {
        return characters() + (long) names.length * ENTRY_BYTES;
    }

    /** The names, sorted without regard to case. */
    public List<String> names() {
        return Collections.unmodifiableList(Arrays.asList(names));
    }

    /** Calls {@code told} with each name and its value, in the order of the names. */
    public void forEach(BiConsumer<String, String> told) {
        for (int i = 0; i < names.length; i++) {
            told.accept(names[i], values[i]);
        }
    }

    /** Returns this set with a value changed. */
    public ParameterSet with(String name, String value) {
        int at = find(name);
        if (at < 0) {
            int to = -at - 1;
            return new ParameterSet(inserted(names, to, name), inserted(values, to, value));
        }
        if (value.equals(values[at])) {
            return this;
        }
        String[] changed = values.clone();
        changed[at] = value;
        return new ParameterSet(names, changed);
    }

    /** Returns this set without a value. */
    public ParameterSet without(String name) {
        int at = find(name);
        return at < 0 ? this : new ParameterSet(removed(names, at), removed(values, at));
    }

    /** Returns this set with the values of another one for the names that it does not have. */
    public ParameterSet withMissing(ParameterSet others) {
        ParameterSet all = this;
        for (int i = 0; i < others.names.length; i++) {
            if (!has(others.names[i])) {
                all = all.with(others.names[i], others.values[i]);
            }
        }
        return all;
    }

    /** Returns the part of this set whose names are kept. */
    private ParameterSet where(Predicate<String> kept) {
        String[] someNames = new String[names.length];
        String[] someValues = new String[names.length];
        int size = 0;
        for (int i = 0; i < names.length; i++) {
            if (kept.test(names[i])) {
                someNames[size] = names[i];
                someValues[size++] = values[i];
            }
        }
        return size == names.length
                ? this
                : new ParameterSet(Arrays.copyOf(someNames, size), Arrays.copyOf(someValues, size));
    }

    private static String[] inserted(String[] from, int at, String one) {
        String[] to = Arrays.copyOf(from, from.length + 1);
        System.arraycopy(from, at, to, at + 1, from.length - at);
        to[at] = one;
        return to;
    }

    private static String[] removed(String[] from, int at) {
        String[] to = Arrays.copyOf(from, from.length - 1);
        System.arraycopy(from, at + 1, to, at, to.length - at);
        return to;
    }

    /**
     * Whether a shared connection may be opened with a value of this parameter that a server has
     * accepted before: it is not looked up in a catalog, where it may be gone.
     */
    public static boolean isForStartup(String name) {
        return !CATALOG_DEPENDENT.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether one of the parameters has an effect only on a connection that is opened with it. */
    public boolean needsOwnStartup() {
        for (String name : names) {
            if (STARTUP_ONLY.contains(name.toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code name} is a custom setting such as {@code app.tenant_id}. */
    public static boolean isCustom(String name) {
        return name.indexOf('.') >= 0;
    }

    /**
     * Whether a connection that was given this set can be given {@code target} instead. A custom
     * setting cannot be removed: after RESET it has an empty value, while a new connection would
     * report that there is no such setting.
     */
    public boolean canBecome(ParameterSet target) {
        if (!hasCustom || this == target) {
            return true;
        }
        for (String name : names) {
            if (isCustom(name) && !target.has(name)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns which of two equal sets to keep: if everyone who compares sets keeps this one, they
     * soon share an instance, and comparing costs nothing.
     */
    public ParameterSet shared(ParameterSet equal) {
        assert equals(equal);
        return System.identityHashCode(this) <= System.identityHashCode(equal) ? this : equal;
    }

    /** The part of the set that decides what a Parse means. */
    ParameterSet relevantToParse() {
        ParameterSet part = relevant;
        if (part == null) {
            relevant = part = where(IrrelevantSettings::isRelevant);
        }
        return part;
    }

    /** Whether no function can tell the sets apart, but by what is irrelevant to a result. */
    public boolean readsAs(ParameterSet target) {
        return where(ParameterSet::isReadByFunctions)
                .equals(target.where(ParameterSet::isReadByFunctions));
    }

    private static boolean isReadByFunctions(String name) {
        return isCustom(name) || IrrelevantSettings.isRelevant(name);
    }

    /**
     * Whether the change to {@code target} cannot fail if its values have been accepted before, so
     * that a client's query may follow in the same write. If not, its answer must be awaited:
     * otherwise the query could run with another client's settings, or a statement could be taken
     * for one that was parsed under the settings reported so far.
     */
    public boolean changesSafelyTo(ParameterSet target) {
        return isSafe()
                && target.isSafe()
                && !mayTimeOut()
                && relevantToParse().equals(target.relevantToParse());
    }

    /** Whether one of its timeouts may end the statements that change it. */
    private boolean mayTimeOut() {
        for (String timeout : TIMEOUTS) {
            if (isShort(timeout)) {
                return true;
            }
        }
        return false;
    }

    private boolean isShort(String timeout) {
        String value = get(timeout);
        return value != null && !LONG_TIMEOUT.matcher(value).matches();
    }

    private boolean isSafe() {
        for (String name : names) {
            if (isCustom(name) || CATALOG_DEPENDENT.contains(name.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        return true;
    }

    /**
     * The SQL that changes the parameters of a connection from {@code this} to {@code target}; null
     * if there is nothing to do. Pure ASCII, so that it is the same in every client_encoding.
     */
    public @Nullable String statementsTo(ParameterSet target) {
        if (equals(target)) {
            return null;
        }
        var sql = new StringBuilder();
        ParameterSet now = withoutIdentity(sql, withoutTimeouts(sql, target), target);
        for (String name : now.names) {
            if (!isIdentity(name)) {
                now.reset(sql, name, target);
            }
        }
        for (String name : target.names) {
            if (!isIdentity(name) && !isTimeout(name)) {
                now.set(sql, name, target);
            }
        }
        TIMEOUTS.forEach(name -> now.set(sql, name, target));
        now.set(sql, SESSION_AUTHORIZATION, target);
        now.set(sql, ROLE, target);
        return sql.isEmpty() ? null : sql.toString();
    }

    /** Resets the timeouts that change or might end what follows; returns what is left. */
    private ParameterSet withoutTimeouts(StringBuilder sql, ParameterSet target) {
        ParameterSet left = this;
        for (String name : TIMEOUTS) {
            String value = get(name);
            if (value != null && (isShort(name) || !value.equals(target.get(name)))) {
                if (target.has(name)) {
                    sql.append("SET ").append(name).append("=0;"); // RESET may not switch it off
                } else {
                    reset(sql, name, EMPTY);
                }
                left = left.without(name);
            }
        }
        return left;
    }

    /**
     * Resets the role and the user if they change, or anything else does: only the user of the
     * connection has the right to reset what it has set; returns what is left.
     */
    private static ParameterSet withoutIdentity(
            StringBuilder sql, ParameterSet now, ParameterSet target) {
        boolean isOthersSame = now.others().equals(target.others());
        ParameterSet left = now;
        for (String name : List.of(ROLE, SESSION_AUTHORIZATION)) {
            if (!isOthersSame || !target.has(name)) {
                left.reset(sql, name, EMPTY);
                left = left.without(name);
            }
        }
        return left;
    }

    /** The part that the rights of the role and the user concern, apart from timeouts. */
    private ParameterSet others() {
        return where(name -> !isIdentity(name) && !isTimeout(name));
    }

    private static boolean isTimeout(String name) {
        return TIMEOUTS.contains(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isIdentity(String name) {
        return name.equalsIgnoreCase(ROLE) || name.equalsIgnoreCase(SESSION_AUTHORIZATION);
    }

    private void reset(StringBuilder sql, String name, ParameterSet target) {
        if (has(name) && !target.has(name)) {
            sql.append("RESET ").append(identifier(name)).append(';');
        }
    }

    private void set(StringBuilder sql, String name, ParameterSet target) {
        String value = target.get(name);
        if (value != null && !value.equals(get(name))) {
            sql.append("SELECT pg_catalog.set_config(");
            literal(sql, name);
            sql.append(',');
            literal(sql, value);
            sql.append(",false);");
        }
    }

    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"").replace(".", "\".\"") + '"';
    }

    /** Appends an escape string constant for {@code value}, in ASCII. */
    public static void literal(StringBuilder sql, String value) {
        sql.append("E'");
        for (int i = 0; i < value.length(); ) {
            int point = value.codePointAt(i);
            i += Character.charCount(point);
            if (point == '\'' || point == '\\') {
                sql.append((char) point).append((char) point);
            } else if (point < 0x80) {
                sql.append((char) point);
            } else {
                sql.append(String.format("\\U%08x", point));
            }
        }
        sql.append('\'');
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || other instanceof ParameterSet that
                        && hash == that.hash
                        && Arrays.equals(values, that.values)
                        && hasSameNames(that);
    }

    private boolean hasSameNames(ParameterSet that) {
        if (names == that.names) {
            return true;
        }
        for (int i = 0; i < names.length; i++) { // both have as many names as values
            if (!names[i].equalsIgnoreCase(that.names[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(names); // values may be confidential
    }
}
