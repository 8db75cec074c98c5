package dev.weir.catalog;

import dev.weir.sql.StatefulBuiltins;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Extensions whose C functions keep nothing in the session, except for a few named here.
 *
 * <p>Their SQL and PL/pgSQL functions are read like all others. An extension that is not listed may
 * do anything.
 */
final class KnownExtensions {
    private static final Set<String> NAMES =
            Set.of(
                    ("address_standardizer adminpack autoinc bloom bool_plperl btree_gin btree_gist"
                         + " citext cube dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch h3"
                         + " hstore insert_username intagg intarray ip4r isn jsonb_plperl lo ltree"
                         + " moddatetime pageinspect pg_buffercache pg_freespacemap"
                         + " pg_logicalinspect pg_prewarm pg_stat_statements pg_surgery pg_trgm"
                         + " pg_uuidv7 pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple"
                         + " plpgsql postgis postgis_raster postgis_sfcgal postgis_topology prefix"
                         + " roaringbitmap rum seg semver sslinfo tablefunc tcn tsm_system_rows"
                         + " tsm_system_time unaccent uuid-ossp vector xml2")
                            .split(" "));

    /** The functions that do something, and what. */
    private static final Map<String, String> EXCEPTIONS = new HashMap<>();

    static {
        except("a trigger that calls nextval", "autoinc");
        except("runs a text", "crosstab crosstab_hash connectby connectby_text");
        except("runs a text", "xpath_table");
        except("has settings of its own", "set_limit");
    }

    private KnownExtensions() {}

    private static void except(String why, String names) {
        Arrays.stream(names.split(" ")).forEach(name -> EXCEPTIONS.put(name, why));
    }

    static boolean has(String extension) {
        return NAMES.contains(extension);
    }

    /** Why a C function may do something; empty if it does nothing. */
    static String reason(String extension, String function) {
        if (!NAMES.contains(extension)) {
            return extension.isEmpty()
                    ? "is in C and of no extension"
                    : "is in C and of the extension " + extension;
        }
        String own = StatefulBuiltins.reason(function);
        return own.isEmpty() ? EXCEPTIONS.getOrDefault(function, "") : own;
    }
}
