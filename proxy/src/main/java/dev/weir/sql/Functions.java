package dev.weir.sql;

import java.util.HashMap;
import java.util.Map;

/**
 * The functions of one database that a read may call, and the relations that call other functions
 * when they are read. A snapshot of the catalog, by name only: a text does not say which of several
 * functions of a name it means, so the worst of them counts.
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

    /**
     * Asks which functions a read of a relation calls: a view, also through the views that it
     * reads, and a table with policies. Rows are the arguments of {@link Builder#addRelation}. The
     * stored trees are searched, because pg_depend does not record PostgreSQL's own functions.
     */
    public static final String RELATIONS =
            """
            WITH RECURSIVE tree (relation, text) AS MATERIALIZED (
                SELECT c.oid, w.ev_action::pg_catalog.text
                FROM pg_catalog.pg_rewrite w
                JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relkind = 'v'
                WHERE c.relnamespace NOT IN ('pg_catalog'::pg_catalog.regnamespace,
                                             'information_schema'::pg_catalog.regnamespace)
                UNION ALL
                SELECT polrelid, polqual::pg_catalog.text FROM pg_catalog.pg_policy
            ), reads (relation, other) AS MATERIALIZED (
                SELECT DISTINCT relation, m[1]::pg_catalog.oid
                FROM tree, pg_catalog.regexp_matches(text, ':relid (\\d+)', 'g') m
            ), calls (relation, function, writes, system) AS (
                SELECT t.relation, p.proname, p.provolatile = 'v', n.nspname = 'pg_catalog'
                FROM tree t,
                     pg_catalog.regexp_matches(
                         t.text, ':(?:func|opfunc|aggfno|winfno)id (\\d+)', 'g') m
                JOIN pg_catalog.pg_proc p ON p.oid = m[1]::pg_catalog.oid
                JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                WHERE p.provolatile = 'v' OR p.provolatile = 's' AND n.nspname = 'pg_catalog'
                UNION
                SELECT r.relation, c.function, c.writes, c.system
                FROM calls c JOIN reads r ON r.other = c.relation
            )
            SELECT DISTINCT k.relname, c.function, c.writes, c.system
            FROM calls c JOIN pg_catalog.pg_class k ON k.oid = c.relation\
            """;

    private final Map<String, Boolean> mayRead;
    private final Map<Integer, String> relations;

    private Functions(Map<String, Boolean> mayRead, Map<Integer, String> relations) {
        this.mayRead = mayRead;
        this.relations = relations;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the rows of {@link #QUERY} and {@link #RELATIONS}. */
    public static final class Builder {
        private final Map<String, Boolean> mayRead = new HashMap<>(4_096);
        private final Map<Integer, String> relations = new HashMap<>();

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

        /**
         * Adds a relation that calls a function when it is read.
         *
         * @param isSystem whether that is PostgreSQL's own
         */
        public Builder addRelation(
                String name, String function, boolean isVolatile, boolean isSystem) {
            if (isVolatile && !FunctionNames.isHarmless(function, isSystem)
                    || FunctionNames.isDenied(function)
                    || FunctionNames.isOfANode(function)) {
                relations.put(Names.number(name), name);
            }
            return this;
        }

        public Functions build() {
            return new Functions(Map.copyOf(mayRead), Map.copyOf(relations));
        }
    }

    /** Whether a name before a parenthesis is not a function, or is one that only reads. */
    boolean mayRead(String name) {
        Boolean known = mayRead.get(name);
        return known == null ? FunctionNames.isSyntax(name) : known;
    }

    /**
     * The first of these names that is a relation which a read must not touch; empty if none is.
     */
    String forbidden(int[] names) {
        if (relations.isEmpty()) {
            return "";
        }
        if (names.length > Names.MAX) {
            return relations.values().iterator().next();
        }
        for (int name : names) {
            String relation = relations.get(name);
            if (relation != null) {
                return relation;
            }
        }
        return "";
    }

    public int size() {
        return mayRead.size();
    }
}
