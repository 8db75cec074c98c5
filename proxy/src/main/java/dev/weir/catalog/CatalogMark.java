package dev.weir.catalog;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How to find out whether a catalog has changed since a {@link Closure} was made of it: the
 * questions are asked before it is read and again later; the answers are equal if nothing has
 * changed.
 */
public final class CatalogMark {
    /*
     * A change creates a row version with an xmin that is higher than all earlier ones, or removes
     * rows. So if the number of rows is the same, the sum of their xmin is not. Counting it back
     * from now (age) and then from transaction 3 only changes the type. A change that is rolled
     * back, and an ANALYZE, which writes in place, leave no trace; a temporary table does.
     */

    /** The catalogs that a closure depends on. */
    private static final List<String> CATALOGS =
            List.of(
                    "pg_proc",
                    "pg_type",
                    "pg_class",
                    "pg_attribute",
                    "pg_attrdef",
                    "pg_constraint",
                    "pg_index",
                    "pg_trigger",
                    "pg_rewrite",
                    "pg_policy",
                    "pg_inherits",
                    "pg_operator",
                    "pg_opclass",
                    "pg_amop",
                    "pg_amproc",
                    "pg_aggregate",
                    "pg_cast",
                    "pg_range",
                    "pg_event_trigger",
                    "pg_foreign_table",
                    "pg_conversion",
                    "pg_ts_template",
                    "pg_ts_parser",
                    "pg_extension",
                    "pg_partitioned_table");

    /** The settings of roles in this database, and of the database. */
    private static final String DEFAULTS =
            "pg_db_role_setting c WHERE c.setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY[0,"
                    + " (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname"
                    + " OPERATOR(pg_catalog.=) pg_catalog.current_database())])";

    private static final int VERSION_OF_SNAPSHOTS = 13;

    private CatalogMark() {}

    /**
     * A question that costs next to nothing: if its answer is the same as before, no transaction
     * that could have changed anything has ended.
     */
    public static String gate(int majorVersion) {
        return majorVersion >= VERSION_OF_SNAPSHOTS
                ? "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"
                : "SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())";
    }

    /**
     * The question itself, which reads these catalogs completely. The second value of its answer
     * changes if the defaults of new connections do, by ALTER ROLE … SET or ALTER DATABASE … SET.
     */
    public static String question() {
        return CATALOGS.stream()
                .map(catalog -> of(catalog + " c"))
                .collect(
                        Collectors.joining(
                                ", ", "SELECT pg_catalog.concat_ws(' ', ", "), " + of(DEFAULTS)));
    }

    private static String of(String rows) {
        return """
        (SELECT pg_catalog.concat_ws('/', pg_catalog.count(*), pg_catalog.sum(
                CASE WHEN pg_catalog.age(c.xmin) OPERATOR(pg_catalog.<) 2147483647
                     THEN pg_catalog.age(c.xmin)::pg_catalog.int8 OPERATOR(pg_catalog.-)
                          pg_catalog.age('3'::pg_catalog.xid) END))
         FROM pg_catalog.%s)\
        """
                .formatted(rows);
    }
}
