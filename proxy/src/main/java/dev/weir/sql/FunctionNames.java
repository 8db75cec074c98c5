package dev.weir.sql;

import java.util.List;
import java.util.Set;

/** What is known of functions from their names alone: three lists, and two lists of key words. */
final class FunctionNames {
    /*
     * DENIED    a standby would run it, but without its effect: the lock, setting or statistics
     *           would stay on that node. Or it always fails there. Such a call never goes to a
     *           standby, not even from a READ ONLY transaction.
     * OF A NODE the answer is about the node that gives it. A READ ONLY transaction may ask; a text
     * that Weir itself routes may not. HARMLESS  volatile, but without effect.
     */

    static final Set<String> DENIED =
            Set.of(
                    // settings and state of the session
                    "set_config",
                    "setseed",
                    "pg_export_snapshot",
                    "pg_listening_channels",
                    "currval",
                    "lastval",
                    // writes that a standby refuses
                    "nextval",
                    "setval",
                    "pg_notify",
                    "txid_current",
                    "txid_current_if_assigned",
                    "pg_current_xact_id",
                    "pg_current_xact_id_if_assigned",
                    "lowrite",
                    "loread",
                    "pg_nextoid",
                    "pg_import_system_collations",
                    "gin_clean_pending_list",
                    "pg_logical_emit_message",
                    // other backends, and the server itself
                    "pg_terminate_backend",
                    "pg_cancel_backend",
                    "pg_log_backend_memory_contexts",
                    "pg_log_query_plan",
                    "pg_reload_conf",
                    "pg_promote",
                    "pg_switch_wal",
                    "pg_switch_xlog",
                    "pg_create_restore_point",
                    "pg_backup_start",
                    "pg_backup_stop",
                    "pg_start_backup",
                    "pg_stop_backup",
                    "pg_drop_replication_slot",
                    "pg_create_physical_replication_slot",
                    "pg_create_logical_replication_slot",
                    "pg_sync_replication_slots",
                    "pg_prewarm",
                    "autoprewarm_start_worker",
                    "autoprewarm_dump_now",
                    "pg_stat_statements_reset",
                    "pg_stat_clear_snapshot",
                    "pg_stat_force_next_flush");

    static final List<String> DENIED_PREFIXES =
            List.of(
                    "pg_advisory_",
                    "pg_try_advisory_",
                    "pg_stat_reset",
                    "pg_stat_statements_reset",
                    "pg_rotate_logfile",
                    "pg_wal_replay_",
                    "pg_xlog_replay_",
                    "pg_copy_logical_replication_slot",
                    "pg_copy_physical_replication_slot",
                    "pg_replication_slot_",
                    "pg_replication_origin_",
                    "pg_logical_slot_",
                    "pg_file_",
                    "pg_buffercache_evict",
                    "pg_buffercache_mark",
                    "pg_set_",
                    "pg_clear_",
                    "pg_restore_",
                    "binary_upgrade_",
                    "brin_summarize_",
                    "brin_desummarize_",
                    "lo_");

    /** Functions {@code pg_…} that give the same answer on every node. */
    private static final Set<String> ANYWHERE =
            Set.of(
                    "pg_typeof",
                    "pg_basetype",
                    "pg_sleep",
                    "pg_sleep_for",
                    "pg_sleep_until",
                    "pg_size_pretty",
                    "pg_size_bytes",
                    "pg_column_size",
                    "pg_column_compression",
                    "pg_client_encoding",
                    "pg_char_to_encoding",
                    "pg_encoding_to_char",
                    "pg_encoding_max_length",
                    "pg_input_is_valid",
                    "pg_input_error_info",
                    "pg_lsn_larger",
                    "pg_lsn_smaller",
                    "pg_collation_for",
                    "pg_get_keywords",
                    "pg_timezone_names",
                    "pg_timezone_abbrevs",
                    "pg_rng_normal");

    private static final Set<String> OF_A_NODE =
            Set.of(
                    "current_setting",
                    "inet_server_addr",
                    "inet_server_port",
                    "txid_status",
                    "txid_current_snapshot",
                    "getdatabaseencoding",
                    "system_user");

    private static final Set<String> HARMLESS =
            Set.of(
                    "random",
                    "random_normal",
                    "clock_timestamp",
                    "timeofday",
                    "gen_random_uuid",
                    "uuidv4",
                    "uuidv7",
                    "pg_sleep",
                    "pg_sleep_for",
                    "pg_sleep_until",
                    "pg_rng_normal");

    /** Reserved and other words that cannot name a function: a parenthesis after one is no call. */
    private static final Set<String> RESERVED =
            Set.of(
                    ("all analyse analyze and any array as asc asymmetric between bigint bit"
                         + " boolean both case cast char character check coalesce collate column"
                         + " constraint create current_catalog current_date current_role"
                         + " current_time current_timestamp current_user dec decimal default"
                         + " deferrable desc distinct do else end except exists extract false fetch"
                         + " float for foreign from grant greatest group grouping having in"
                         + " initially inout int integer intersect interval into lateral leading"
                         + " least limit localtime localtimestamp national nchar none normalize not"
                         + " null nullif numeric offset on only or order out overlay placing"
                         + " position precision primary real references returning row select"
                         + " session_user setof smallint some substring symmetric table then time"
                         + " timestamp to trailing treat trim true union unique user using values"
                         + " varchar variadic when where window with xmlattributes xmlconcat"
                         + " xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot"
                         + " xmlserialize xmltable")
                            .split(" "));

    /** Words that are not a function unless the database has one of that name. */
    private static final Set<String> SYNTAX =
            Set.of(
                    ("by columns conditional cube csv cross cycle escape exclude explicit filter"
                         + " force_quote format freeze full group header ilike include inner is"
                         + " join json json_array json_arrayagg json_exists json_object"
                         + " json_objectagg json_query json_scalar json_serialize json_table"
                         + " json_value like materialized merge_action natural nested nulls of"
                         + " operator ordinality outer over partition passing path plan quotes"
                         + " range recursive repeatable rollup rows search sets similar tablesample"
                         + " unconditional varying within without wrapper zone")
                            .split(" "));

    private FunctionNames() {}

    static boolean isDenied(String name) {
        return DENIED.contains(name)
                || startsWithOne(name, DENIED_PREFIXES) && !name.equals("lo_get");
    }

    static boolean isOfANode(String name) {
        return OF_A_NODE.contains(name)
                || name.startsWith("pg_")
                        && !ANYWHERE.contains(name)
                        && !name.startsWith("pg_get_")
                        && !name.endsWith("_is_visible")
                        && !name.endsWith("_size");
    }

    /** Whether a volatile function of this name has no effect. */
    static boolean isHarmless(String name, boolean isSystem) {
        return isSystem
                && (HARMLESS.contains(name)
                        || name.endsWith("_size")
                        || name.startsWith("uuid_generate_"));
    }

    /** Whether an unquoted word cannot be called. */
    static boolean isReserved(String word) {
        return RESERVED.contains(word);
    }

    static boolean isSyntax(String word) {
        return SYNTAX.contains(word);
    }

    private static boolean startsWithOne(String name, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
