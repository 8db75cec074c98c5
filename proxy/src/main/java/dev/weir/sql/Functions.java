package dev.weir.sql;

import java.util.HashMap;
import java.util.Map;

/**
 * The functions of one database: which of them may be called by a read. A snapshot of {@code
 * pg_proc}; by name only, since a text does not say which of several is meant: the worst counts.
 */
public final class Functions {
    /** Asks a database for its functions; rows are the arguments of {@link Builder#add}. */
    public static final String QUERY =
            """
            SELECT p.proname, pg_catalog.bool_or(p.provolatile = 'v'),
                   pg_catalog.bool_and(n.nspname = 'pg_catalog')
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            GROUP BY p.proname\
            """;

    private final Map<String, Boolean> mayRead;

    private Functions(Map<String, Boolean> mayRead) {
        this.mayRead = mayRead;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the rows of {@link #QUERY}. */
    public static final class Builder {
        private final Map<String, Boolean> mayRead = new HashMap<>(4_096);

        private Builder() {}

        /**
         * Adds all functions of a name.
         *
         * @param isVolatile whether one of them is volatile
         * @param isSystem whether all of them are PostgreSQL's own
         */
        public Builder add(String name, boolean isVolatile, boolean isSystem) {
            boolean harmless = !isVolatile || FunctionNames.isHarmless(name, isSystem);
            mayRead.merge(name, harmless, Boolean::logicalAnd);
            return this;
        }

        public Functions build() {
            return new Functions(Map.copyOf(mayRead));
        }
    }

    /** Whether a name before a parenthesis is no function, or one that only reads. */
    boolean mayRead(String name) {
        Boolean known = mayRead.get(name);
        return known == null ? FunctionNames.isSyntax(name) : known;
    }

    public int size() {
        return mayRead.size();
    }
}
