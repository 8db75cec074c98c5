package dev.weir.catalog;

import dev.weir.sql.StatefulBuiltins;
import java.util.List;
import java.util.stream.Stream;

/**
 * The questions about a catalog, in the order in which they are asked. Any role that may log in can
 * ask them; only catalogs are locked, only built-in functions are called, and every name and
 * operator is qualified, so that the search path does not matter. All in ASCII, for servers from
 * version 12.
 */
public enum CatalogQuestion {
    /* [=] and the like stand for qualified operators, OID for the first OID of users' objects. */

    /** oid, name: built-in functions that may do something, or that are not known. */
    BUILTINS(
            """
            SELECT p.oid, p.proname FROM pg_catalog.pg_proc p
            WHERE OWN
            """),

    /** oid, name, language, extension, body, volatility. */
    FUNCTIONS(
            """
            SELECT p.oid, p.proname, l.lanname, e.extname,
                   CASE WHEN l.lanname [<>] 'c'::pg_catalog.name THEN p.prosrc END, p.provolatile
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid [=] p.prolang
            LEFT JOIN pg_catalog.pg_depend d ON d.classid [=] '1255'::pg_catalog.oid
                 AND d.objid [=] p.oid AND d.deptype [=] 'e'
            LEFT JOIN pg_catalog.pg_extension e ON e.oid [=] d.refobjid
            WHERE p.oid [>=] OID
            """),

    /** oid, name, kind, oid of its row type, oid and name of the array type of that. */
    RELATIONS(
            """
            SELECT c.oid, c.relname, c.relkind, t.oid, a.oid, a.typname
            FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_type t ON t.oid [=] c.reltype
            LEFT JOIN pg_catalog.pg_type a ON a.oid [=] t.typarray
            WHERE c.oid [>=] OID AND c.relkind [=] ANY ('{r,p,v,m,f,c}'::pg_catalog."char"[])
            """),

    /** relation with an identity column. */
    IDENTITIES(
            """
            SELECT DISTINCT d.refobjid FROM pg_catalog.pg_depend d
            WHERE d.classid [=] '1259'::pg_catalog.oid AND d.refclassid [=] '1259'::pg_catalog.oid
            AND d.deptype [=] 'i' AND d.refobjsubid [>] 0 AND d.refobjid [>=] OID
            """),

    /** child, parent: of partitions and of tables that inherit. */
    INHERITANCE(
            """
            SELECT i.inhrelid, i.inhparent FROM pg_catalog.pg_inherits i
            JOIN pg_catalog.pg_class c ON c.oid [=] i.inhparent
            WHERE c.relkind [=] ANY ('{r,p,f}'::pg_catalog."char"[])
            """),

    /** table, type bits of the trigger, function, name. */
    TRIGGERS(
            """
            SELECT t.tgrelid, t.tgtype, t.tgfoid, t.tgname FROM pg_catalog.pg_trigger t
            WHERE t.tgfoid [>=] OID
            """),

    /** table that refers, table referred to, action of a DELETE, of an UPDATE, name. */
    FOREIGN_KEYS(
            """
            SELECT c.conrelid, c.confrelid, c.confdeltype, c.confupdtype, c.conname
            FROM pg_catalog.pg_constraint c WHERE c.contype [=] 'f'
            AND (c.confdeltype [=] ANY ('{c,n,d}'::pg_catalog."char"[])
                 OR c.confupdtype [=] ANY ('{c,n,d}'::pg_catalog."char"[]))
            """),

    /** oid, name, kind, element type, base type of a domain; row types of tables are left out. */
    TYPES(
            """
            SELECT t.oid, t.typname, t.typtype, t.typelem, t.typbasetype
            FROM pg_catalog.pg_type t
            LEFT JOIN pg_catalog.pg_type r ON r.oid [=] t.typelem AND t.typcategory [=] 'A'
            WHERE t.oid [>=] OID AND t.typtype [<>] 'c'
            AND (r.oid IS NULL OR r.typtype [<>] 'c')
            """),

    /** type, function that supports it. */
    TYPE_FUNCTIONS(
            """
            SELECT t.oid, f.f FROM pg_catalog.pg_type t,
            LATERAL (VALUES (t.typinput::pg_catalog.oid), (t.typoutput), (t.typreceive),
                (t.typsend), (t.typmodin), (t.typmodout), (t.typanalyze)) f (f)
            WHERE t.oid [>=] OID AND f.f::pg_catalog.oid [>=] OID
            UNION ALL
            SELECT r.rngtypid, f.f FROM pg_catalog.pg_range r,
            LATERAL (VALUES (r.rngcanonical::pg_catalog.oid), (r.rngsubdiff)) f (f)
            WHERE r.rngtypid [>=] OID AND f.f::pg_catalog.oid [<>] '0'::pg_catalog.oid
            """),

    /** range type, type of its bounds, operator family of those. */
    RANGES(
            """
            SELECT r.rngtypid, r.rngsubtype, o.opcfamily FROM pg_catalog.pg_range r
            JOIN pg_catalog.pg_opclass o ON o.oid [=] r.rngsubopc WHERE r.rngtypid [>=] OID
            """),

    /** oid, symbol, function, commutator, negator, estimators. */
    OPERATORS(
            """
            SELECT o.oid, o.oprname, o.oprcode::pg_catalog.oid, o.oprcom, o.oprnegate,
                   o.oprrest::pg_catalog.oid, o.oprjoin::pg_catalog.oid
            FROM pg_catalog.pg_operator o WHERE o.oid [>=] OID
            """),

    /** aggregate, function that it calls. */
    AGGREGATES(
            """
            SELECT a.aggfnoid::pg_catalog.oid, f.f FROM pg_catalog.pg_aggregate a,
            LATERAL (VALUES (a.aggtransfn::pg_catalog.oid), (a.aggfinalfn), (a.aggcombinefn),
                (a.aggserialfn), (a.aggdeserialfn), (a.aggmtransfn), (a.aggminvtransfn),
                (a.aggmfinalfn)) f (f)
            WHERE a.aggfnoid::pg_catalog.oid [>=] OID
            AND f.f::pg_catalog.oid [<>] '0'::pg_catalog.oid
            """),

    /** source type, target type, function. */
    CASTS(
            """
            SELECT c.castsource, c.casttarget, c.castfunc FROM pg_catalog.pg_cast c
            WHERE c.oid [>=] OID AND c.castfunc [<>] '0'::pg_catalog.oid
            """),

    /** operator family, function or operator in it, which of the two. */
    FAMILY_MEMBERS(
            """
            SELECT a.amprocfamily, a.amproc::pg_catalog.oid, 'f' FROM pg_catalog.pg_amproc a
            WHERE a.oid [>=] OID
            UNION ALL
            SELECT a.amopfamily, a.amopopr, 'o' FROM pg_catalog.pg_amop a WHERE a.oid [>=] OID
            """),

    /** operator family, type that it is for, whether by default. */
    FAMILY_TYPES(
            """
            SELECT o.opcfamily, o.opcintype, o.opcdefault FROM pg_catalog.pg_opclass o
            WHERE o.oid [>=] OID
            """),

    /** operator family, relation with an index or partition key that uses it. */
    FAMILY_RELATIONS(
            """
            SELECT DISTINCT o.opcfamily, COALESCE(i.indrelid, d.objid) FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_opclass o ON o.oid [=] d.refobjid
            LEFT JOIN pg_catalog.pg_index i ON i.indexrelid [=] d.objid
            WHERE d.classid [=] '1259'::pg_catalog.oid AND d.refclassid [=] '2616'::pg_catalog.oid
            AND d.refobjid [>=] OID
            """),

    /** foreign table, its foreign-data wrapper, function that handles it. */
    FOREIGN_TABLES(
            """
            SELECT f.ftrelid, w.fdwname, w.fdwhandler FROM pg_catalog.pg_foreign_table f
            JOIN pg_catalog.pg_foreign_server s ON s.oid [=] f.ftserver
            JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid [=] s.srvfdw
            """),

    /** what, name, function that is called without a name in the text. */
    UNNAMED(
            """
            SELECT 'conversion', c.conname, c.conproc::pg_catalog.oid
            FROM pg_catalog.pg_conversion c WHERE c.oid [>=] OID
            UNION ALL
            SELECT 'text search template', t.tmplname, f.f FROM pg_catalog.pg_ts_template t,
            LATERAL (VALUES (t.tmplinit::pg_catalog.oid), (t.tmpllexize)) f (f)
            WHERE t.oid [>=] OID
            UNION ALL
            SELECT 'text search parser', t.prsname, f.f FROM pg_catalog.pg_ts_parser t,
            LATERAL (VALUES (t.prsstart::pg_catalog.oid), (t.prstoken), (t.prsend),
                (t.prslextype), (t.prsheadline)) f (f)
            WHERE t.oid [>=] OID
            """),

    /** relation, access method, function that handles it. */
    ACCESS_METHODS(
            """
            SELECT DISTINCT COALESCE(i.indrelid, c.oid), a.amname, a.amhandler::pg_catalog.oid
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid [=] c.relam
            LEFT JOIN pg_catalog.pg_index i ON i.indexrelid [=] c.oid WHERE a.oid [>=] OID
            """),

    /** event, name, function. */
    EVENT_TRIGGERS(
            """
            SELECT t.evtevent, t.evtname, t.evtfoid FROM pg_catalog.pg_event_trigger t
            """),

    /** what depends, its owner, when it counts, catalog and oid of what it depends on. */
    DEPENDENCIES(
            """
            SELECT 'default', a.adrelid, c.attgenerated::pg_catalog.text, d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef a ON a.oid [=] d.objid
            JOIN pg_catalog.pg_attribute c ON c.attrelid [=] a.adrelid AND c.attnum [=] a.adnum
            WHERE d.classid [=] '2604'::pg_catalog.oid AND d.refobjid [>=] OID AND CODE
            UNION ALL
            SELECT 'rule', w.ev_class, w.ev_type::pg_catalog.text, d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite w ON w.oid [=] d.objid
            WHERE d.classid [=] '2618'::pg_catalog.oid AND d.refobjid [<>] w.ev_class
            AND (d.refobjid [>=] OID AND (CODE OR d.refclassid [=] '1259'::pg_catalog.oid)
                 OR d.refclassid [=] '1259'::pg_catalog.oid AND d.refobjid [=] SETTINGS)
            UNION ALL
            SELECT 'policy', p.polrelid, '', d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_policy p ON p.oid [=] d.objid
            WHERE d.classid [=] '3256'::pg_catalog.oid AND d.refobjid [<>] p.polrelid
            AND d.refobjid [>=] OID AND (CODE OR d.refclassid [=] '1259'::pg_catalog.oid)
            UNION ALL
            SELECT CASE WHEN c.contypid [=] '0'::pg_catalog.oid THEN 'check' ELSE 'domain' END,
                   COALESCE(NULLIFOID, c.conrelid), '', d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_constraint c ON c.oid [=] d.objid
            WHERE d.classid [=] '2606'::pg_catalog.oid AND d.refobjid [>=] OID AND CODE
            AND d.refobjid [<>] c.contypid
            UNION ALL
            SELECT 'trigger', t.tgrelid, t.tgtype::pg_catalog.text, d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_trigger t ON t.oid [=] d.objid
            WHERE d.classid [=] '2620'::pg_catalog.oid AND d.refobjid [>=] OID AND CODE
            UNION ALL
            SELECT 'class', COALESCE(i.indrelid, d.objid), '', d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d
            LEFT JOIN pg_catalog.pg_index i ON i.indexrelid [=] d.objid
            WHERE d.classid [=] '1259'::pg_catalog.oid AND d.refobjid [>=] OID AND CODE
            AND d.deptype [<>] 'i'
            UNION ALL
            SELECT 'function', d.objid, '', d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d
            WHERE d.classid [=] '1255'::pg_catalog.oid AND d.refobjid [>=] OID
            AND (CODE OR d.refclassid [=] '1259'::pg_catalog.oid)
            UNION ALL
            SELECT 'type', t.oid, '', d.refclassid, d.refobjid
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_type t ON t.oid [=] d.objid
            WHERE d.classid [=] '1247'::pg_catalog.oid AND d.refobjid [>=] OID AND CODE
            AND (d.deptype [<>] 'i' OR t.typtype [=] 'm')
            """),

    /** what has a stored tree, its owner, when it counts, oid of a stateful function in it. */
    TREES(
            """
            WITH stateful AS STATEFUL, tree (what, owner, occasion, text) AS (
                SELECT 'default', a.adrelid, c.attgenerated::pg_catalog.text,
                       a.adbin::pg_catalog.text
                FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_attribute c
                     ON c.attrelid [=] a.adrelid AND c.attnum [=] a.adnum
                UNION ALL
                SELECT 'rule', w.ev_class, w.ev_type::pg_catalog.text,
                       COALESCE(w.ev_qual::pg_catalog.text, '')
                       [||] COALESCE(w.ev_action::pg_catalog.text, '')
                FROM pg_catalog.pg_rewrite w WHERE w.ev_class [>=] OID
                UNION ALL
                SELECT 'policy', p.polrelid, '', COALESCE(p.polqual::pg_catalog.text, '')
                       [||] COALESCE(p.polwithcheck::pg_catalog.text, '')
                FROM pg_catalog.pg_policy p
                UNION ALL
                SELECT CASE WHEN c.contypid [=] '0'::pg_catalog.oid THEN 'check' ELSE 'domain' END,
                       COALESCE(NULLIFOID, c.conrelid), '', c.conbin::pg_catalog.text
                FROM pg_catalog.pg_constraint c WHERE c.conbin IS NOT NULL AND c.oid [>=] OID
                UNION ALL
                SELECT 'trigger', t.tgrelid, t.tgtype::pg_catalog.text, t.tgqual::pg_catalog.text
                FROM pg_catalog.pg_trigger t WHERE t.tgqual IS NOT NULL
                UNION ALL
                SELECT 'class', i.indrelid, '', COALESCE(i.indexprs::pg_catalog.text, '')
                       [||] COALESCE(i.indpred::pg_catalog.text, '')
                FROM pg_catalog.pg_index i
                WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
                UNION ALL
                SELECT 'class', p.partrelid, '', p.partexprs::pg_catalog.text
                FROM pg_catalog.pg_partitioned_table p WHERE p.partexprs IS NOT NULL
                UNION ALL
                SELECT 'function', p.oid, '', p.proargdefaults::pg_catalog.text
                FROM pg_catalog.pg_proc p WHERE p.proargdefaults IS NOT NULL AND p.oid [>=] OID
                UNION ALL
                SELECT 'type', t.oid, '', t.typdefaultbin::pg_catalog.text
                FROM pg_catalog.pg_type t WHERE t.typdefaultbin IS NOT NULL AND t.oid [>=] OID
            )
            SELECT DISTINCT t.what, t.owner, t.occasion, s.oid
            FROM tree t, LATERAL CALLED(t.text) c (rest)
            JOIN stateful s ON s.oid [=] pg_catalog.split_part(c.rest, ' ', 1)
            """),

    /** The same for functions whose body is a tree, and the commands in it; since version 14. */
    BODIES(
            """
            SELECT DISTINCT 'function', p.oid, '', s.oid
            FROM pg_catalog.pg_proc p, LATERAL CALLED(p.prosqlbody::pg_catalog.text) c (rest)
            JOIN STATEFUL s ON s.oid [=] pg_catalog.split_part(c.rest, ' ', 1)
            WHERE p.prosqlbody IS NOT NULL AND p.oid [>=] OID
            UNION ALL
            SELECT DISTINCT 'command', p.oid, '', m.m[1]
            FROM pg_catalog.pg_proc p, LATERAL pg_catalog.regexp_matches(
                p.prosqlbody::pg_catalog.text, ':commandType ([0-9]+)', 'g') m (m)
            WHERE p.prosqlbody IS NOT NULL AND p.oid [>=] OID
            """);

    /** The oldest server version that has {@link #BODIES}. */
    private static final int VERSION_OF_BODIES = 14;

    private static final List<String> OPERATORS_USED = List.of("<>", ">=", "<", ">", "=", "||");

    /**
     * The calls of functions in a tree, by their OIDs. Operators, aggregates and the like call a
     * stateful built-in function only if a user has created them; then they are in pg_depend.
     * (Splitting the text takes half the time of a regular expression.)
     */
    private static final String CALLED =
            "pg_catalog.unnest(pg_catalog.string_to_array($1, ':funcid '))";

    /** Whether a function is built in and may do something, so far as its row tells. */
    private static final String OWN =
            """
            p.oid [<] OID AND (p.proname [=] ANY ('{EFFECTS}'::pg_catalog.name[])
                OR (p.provolatile [=] 'v' OR p.proparallel [<>] 's')
                    AND p.pronamespace [=] '11'::pg_catalog.oid
                    AND NOT '2281'::pg_catalog.oid [=] ANY (p.proargtypes))\
            """;

    private static final String STATEFUL =
            "(SELECT p.oid::pg_catalog.text AS oid FROM pg_catalog.pg_proc p WHERE OWN)";

    private static final String SETTINGS =
            """
            (SELECT s.oid FROM pg_catalog.pg_class s WHERE s.relname [=] 'pg_settings'
             AND s.relnamespace [=] '11'::pg_catalog.oid)\
            """;

    /** Whether the dependency is on something that can run: a function, a type or an operator. */
    private static final String CODE =
            "d.refclassid [=] ANY ('{1255,1247,2617}'::pg_catalog.oid[])";

    private final String template;

    CatalogQuestion(String template) {
        this.template = template;
    }

    /** The questions for a server of this major version, in the order in which they are asked. */
    public static List<CatalogQuestion> of(int majorVersion) {
        return Stream.of(values())
                .filter(question -> question != BODIES || majorVersion >= VERSION_OF_BODIES)
                .toList();
    }

    /** The statement to send. */
    public String sql() {
        String sql =
                template.replace("STATEFUL", STATEFUL)
                        .replaceAll("CALLED\\(([^)]*)\\)", CALLED)
                        .replace("OWN", OWN)
                        .replace("SETTINGS", SETTINGS)
                        .replace("CODE", CODE)
                        .replace(
                                "NULLIFOID",
                                "CASE WHEN c.contypid [<>] '0'::pg_catalog.oid THEN c.contypid END")
                        .replace(" OID", " '16384'::pg_catalog.oid")
                        .replace("EFFECTS", String.join(",", StatefulBuiltins.effects().keySet()));
        for (String operator : OPERATORS_USED) {
            sql = sql.replace('[' + operator + ']', "OPERATOR(pg_catalog." + operator + ")");
        }
        return sql.strip();
    }
}
