package dev.weir.sql;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions of one database that a read may call, and the other names by which a read reaches a
 * function, or something that differs between nodes. A snapshot of the catalog, by name only: a
 * text does not tell which of several functions of a name it means, so the worst of them counts.
 */
public final class Functions {
    /** Asks a database for its functions; rows are the arguments of {@link Builder#add}. */
    public static final String QUERY =
            """
            SELECT p.proname, pg_catalog.bool_or(p.provolatile = 'v'),
                   pg_catalog.bool_and(n.nspname = 'pg_catalog' OR p.prolang IN (12, 13))
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            GROUP BY p.proname\
            """;

    /**
     * Asks which names reach something that a read must not: views (also through others), tables
     * with policies, operators, types by casts and domains by checks, functions that look like
     * columns, aggregates; sequences, whose logged value runs ahead; unlogged relations, which a
     * standby does not have. Rows are the arguments of {@link Builder#addName}; a row without a
     * name means that any text may. The stored trees are searched, because pg_depend does not
     * record built-in functions.
     */
    public static final String NAMES =
            """
            WITH RECURSIVE bad (oid, name, writes, system) AS MATERIALIZED (
                SELECT p.oid, p.proname::pg_catalog.text, p.provolatile = 'v',
                       n.nspname = 'pg_catalog' OR p.prolang IN (12, 13)
                FROM pg_catalog.pg_proc p
                JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                WHERE p.provolatile = 'v' OR p.provolatile = 's' AND n.nspname = 'pg_catalog'
                UNION
                SELECT a.aggfnoid::pg_catalog.oid, p.proname::pg_catalog.text, true, false
                FROM pg_catalog.pg_aggregate a
                JOIN pg_catalog.pg_proc p ON p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn,
                    a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
                WHERE p.provolatile = 'v' AND p.oid >= 16384
            ), tree (class, oid, text) AS MATERIALIZED (
                SELECT 'r', c.oid, w.ev_action::pg_catalog.text
                FROM pg_catalog.pg_rewrite w
                JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relkind = 'v'
                WHERE c.relnamespace NOT IN ('pg_catalog'::pg_catalog.regnamespace,
                                             'information_schema'::pg_catalog.regnamespace)
                UNION ALL
                SELECT 'r', polrelid, polqual::pg_catalog.text FROM pg_catalog.pg_policy
                UNION ALL
                SELECT 't', contypid, conbin::pg_catalog.text FROM pg_catalog.pg_constraint
                WHERE contypid >= 16384 AND conbin IS NOT NULL
            ), uses (class, oid, used, used_oid) AS MATERIALIZED (
                SELECT DISTINCT class, oid,
                       CASE m[1] WHEN 'relid' THEN 'r' WHEN 'resulttype' THEN 't' ELSE 'f' END,
                       m[2]::pg_catalog.oid
                FROM tree, pg_catalog.regexp_matches(text,
                    ':(relid|resulttype|funcid|opfuncid|aggfnoid|winfnoid|eqfuncid) (\\d+)', 'g') m
                UNION
                SELECT 'o', oid, 'f', oprcode::pg_catalog.oid FROM pg_catalog.pg_operator
                WHERE oid >= 16384
                UNION
                SELECT CASE WHEN t >= 16384 THEN 't' ELSE 'every text' END, t, 'f', c.castfunc
                FROM pg_catalog.pg_cast c, LATERAL (VALUES (c.castsource), (c.casttarget)) v (t)
                WHERE c.oid >= 16384 AND c.castfunc <> 0
                      AND (t >= 16384 OR GREATEST(c.castsource, c.casttarget) < 16384)
                UNION
                SELECT 't', oid, 'f', f
                FROM pg_catalog.pg_type, LATERAL (VALUES (typinput::pg_catalog.oid),
                    (typoutput::pg_catalog.oid), (typreceive::pg_catalog.oid),
                    (typsend::pg_catalog.oid)) v (f)
                WHERE oid >= 16384 AND f >= 16384
                UNION
                SELECT 't', oid, 't', u
                FROM pg_catalog.pg_type, LATERAL (VALUES (typbasetype), (typelem)) v (u)
                WHERE oid >= 16384 AND u >= 16384
                UNION
                SELECT 'r', attrelid, 't', atttypid FROM pg_catalog.pg_attribute
                WHERE attnum > 0 AND atttypid >= 16384 AND attrelid >= 16384
                UNION
                SELECT 'f', p.oid, 't', t FROM pg_catalog.pg_proc p,
                    LATERAL pg_catalog.unnest(p.proargtypes::pg_catalog.oid[] || p.prorettype) t
                WHERE p.oid >= 16384 AND t >= 16384
            ), reach (class, oid, cause, writes, system) AS (
                SELECT 'f', oid, name, writes, system FROM bad
                UNION
                SELECT 'r', oid, '', NULL, relpersistence = 'u' FROM pg_catalog.pg_class
                WHERE relkind = 'S' OR relpersistence = 'u' AND relkind IN ('r', 'p', 'm')
                UNION
                SELECT u.class, u.oid, r.cause, r.writes, r.system
                FROM reach r JOIN uses u ON u.used = r.class AND u.used_oid = r.oid
            )
            SELECT COALESCE(c.relname, t.typname, o.oprname, p.proname)::pg_catalog.text,
                   r.cause, r.writes, r.system
            FROM reach r
            LEFT JOIN pg_catalog.pg_class c ON r.class = 'r' AND c.oid = r.oid
            LEFT JOIN pg_catalog.pg_type t ON r.class = 't' AND t.oid = r.oid
            LEFT JOIN pg_catalog.pg_operator o ON r.class = 'o' AND o.oid = r.oid
            LEFT JOIN pg_catalog.pg_proc p ON r.class = 'f' AND p.oid = r.oid
            LEFT JOIN pg_catalog.pg_type a ON a.oid = p.proargtypes[0]
            WHERE r.class <> 'f' OR p.oid >= 16384 AND (r.cause <> p.proname
                  OR p.pronargs - p.pronargdefaults <= 1 AND a.typtype IN ('c', 'd', 'p'))\
            """;

    /** The meaning of a name that reads must not have. */
    private record Meaning(String name, boolean isMissing) {}

    private final Map<String, Boolean> mayRead;
    private final Map<Integer, Meaning> names;
    private final String everyText;

    private Functions(Map<String, Boolean> mayRead, Map<Integer, Meaning> names, String everyText) {
        this.mayRead = mayRead;
        this.names = names;
        this.everyText = everyText;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the rows of {@link #QUERY} and {@link #NAMES}. */
    public static final class Builder {
        private final Map<String, Boolean> mayRead = new HashMap<>(4_096);
        private final Map<Integer, Meaning> names = new HashMap<>();
        private String everyText = "";

        private Builder() {}

        /**
         * Adds all functions of a name.
         *
         * @param isVolatile whether one of them is volatile
         * @param isSystem whether all of them are built in, or in C (language 12 or 13)
         */
        public Builder add(String name, boolean isVolatile, boolean isSystem) {
            boolean harmless = !isVolatile || FunctionNames.isHarmless(name, isSystem);
            mayRead.merge(name, harmless, Boolean::logicalAnd);
            return this;
        }

        /**
         * Adds a name that reaches a function when it is read.
         *
         * @param name of a relation, type, function or operator; null if any text reaches it
         * @param function the function that it reaches
         * @param isVolatile whether that is volatile
         * @param isSystem whether that is built in, or in C
         */
        public Builder addName(
                @Nullable String name, String function, boolean isVolatile, boolean isSystem) {
            if (isVolatile && !FunctionNames.isHarmless(function, isSystem)
                    || FunctionNames.isDenied(function)
                    || FunctionNames.isOfANode(function)) {
                put(name, function, FunctionNames.isDenied(function));
            }
            return this;
        }

        /**
         * Adds a relation that differs between nodes, or a name that reaches one.
         *
         * @param isMissing whether standbys do not have it at all
         */
        public Builder addRelation(String name, boolean isMissing) {
            put(name, name, isMissing);
            return this;
        }

        private void put(@Nullable String name, String cause, boolean isMissing) {
            if (name == null) {
                everyText = cause;
                return;
            }
            var meaning = new Meaning(name, isMissing);
            for (String word : OperatorWords.of(name)) {
                for (int number : StateNames.numbers(word)) {
                    names.merge(number, meaning, (a, b) -> a.isMissing ? a : b);
                }
            }
        }

        public Functions build() {
            return new Functions(Map.copyOf(mayRead), Map.copyOf(names), everyText);
        }
    }

    /** Whether a name before a parenthesis is not a function, or is one that only reads. */
    boolean mayRead(String name) {
        Boolean known = mayRead.get(name);
        return known == null ? FunctionNames.isSyntax(name) : known;
    }

    /** The first of these names that a read must not have; empty if there is none. */
    String forbidden(int[] found) {
        Meaning first = first(found, false);
        return first == null ? everyText : first.name;
    }

    /**
     * The first of these names whose meaning does not work on a standby; empty if there is none.
     */
    String missing(int[] found) {
        Meaning first = found.length > Access.NAMES_MAX ? null : first(found, true);
        return first == null ? "" : first.name;
    }

    private @Nullable Meaning first(int[] found, boolean mustBeMissing) {
        if (names.isEmpty()) {
            return null;
        } else if (found.length > Access.NAMES_MAX) {
            return names.values().iterator().next();
        }
        for (int number : found) {
            Meaning meaning = names.get(number);
            if (meaning != null && (meaning.isMissing || !mustBeMissing)) {
                return meaning;
            }
        }
        return null;
    }

    public int size() {
        return mayRead.size();
    }
}
