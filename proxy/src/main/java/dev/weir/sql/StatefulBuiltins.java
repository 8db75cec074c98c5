package dev.weir.sql;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What built-in functions, and a few of extensions that are known by name, may leave in a session:
 * every function of pg_catalog that is volatile or not parallel safe, and any other that may run
 * what its arguments name.
 *
 * <p>All others are immutable or stable, and parallel safe, and compute from their arguments and
 * the database. A new version may have more functions: one that is not listed counts as {@link
 * StateEffects#SESSION}, see {@link #isKnown}.
 */
public final class StatefulBuiltins {
    /*
     * effect # why # names, or the first letters of names and a star
     *
     * What lasts until the end of the transaction, such as a transaction-level lock, an exported
     * snapshot, a large object descriptor or a pending notification, is not an effect. Neither is
     * what happens to other sessions, to the server or to stored data.
     */
    private static final String TABLE =
            """
            OWN # sets a parameter, perhaps only for the transaction # set_config
            OWN # a lock that outlives the transaction, or its end # pg_advisory_lock pg_advisory_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_shared pg_advisory_unlock_all
            OWN # the session's temporary objects # pg_temp
            SEQUENCES # what currval and lastval answer # nextval setval
            SESSION # what random answers from now on # setseed
            SESSION # runs a text, or reads a table, that its arguments name # query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml cursor_to_xmlschema table_to_xml table_to_xmlschema table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema database_to_xml_and_xmlschema ts_stat ts_rewrite
            SESSION # reads a value of a type that its arguments name: a domain's checks run # pg_input_is_valid pg_input_error_info domain_in domain_recv record_in array_in range_in multirange_in
            SESSION # runs the expressions of an index that its arguments name # brin_summarize_new_values brin_summarize_range brin_desummarize_range gin_clean_pending_list
            SESSION # compiles or loads the function that its arguments name # fmgr_c_validator fmgr_internal_validator fmgr_sql_validator plpgsql_validator plpgsql_call_handler plpgsql_inline_handler amvalidate
            SESSION # ends what a tainted session has begun # pg_backup_stop pg_stop_backup pg_replication_origin_session_reset pg_replication_origin_xact_reset
            SESSION # of initdb and pg_upgrade # pg_stop_making_pinned_objects pg_import_system_collations pg_extension_config_dump pg_nextoid
            SESSION # takes over slots of the primary, on a standby # pg_sync_replication_slots
            TAINTS # a backup that lasts as long as the session # pg_backup_start pg_start_backup
            TAINTS # whose changes the session replays # pg_replication_origin_session_setup pg_replication_origin_xact_setup
            TAINTS # a slot that is dropped with the session, if it is temporary # pg_create_logical_replication_slot pg_create_physical_replication_slot pg_copy_logical_replication_slot pg_copy_physical_replication_slot
            TAINTS # a connection to another server # dblink_connect dblink_connect_u
            TAINTS # variables of an extension in C # hll_set_output_version hll_set_max_sparse hll_set_defaults hypopg hypopg_create_index hypopg_hide_index http_set_curlopt isn_weak
            SESSION # runs a text on another server # dblink dblink_exec dblink_open dblink_fetch dblink_close dblink_disconnect dblink_send_query dblink_get_result dblink_cancel_query dblink_get_notify
            SESSION # runs a text # crosstab crosstab2 crosstab3 crosstab4 crosstabn connectby xpath_table
            NONE # reads what the session knows # currval lastval current_query current_schema current_schemas inet_client_addr inet_client_port inet_server_addr inet_server_port pg_backend_pid pg_cursor pg_prepared_statement pg_listening_channels pg_my_temp_schema pg_trigger_depth pg_sequence_last_value pg_get_sequence_data pg_replication_origin_session_is_setup pg_replication_origin_session_progress pg_event_trigger_ddl_commands pg_event_trigger_dropped_objects pg_event_trigger_table_rewrite_oid pg_event_trigger_table_rewrite_reason
            NONE # chance: leaves the generator where any other call would leave it # random random_normal array_sample array_shuffle gen_random_uuid uuidv4 uuidv7
            NONE # the time # clock_timestamp timeofday pg_sleep pg_sleep_for pg_sleep_until age
            NONE # locks of the transaction # pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
            NONE # the transaction's number, snapshot, messages # pg_current_xact_id pg_current_xact_id_if_assigned txid_current txid_current_if_assigned txid_status pg_xact_status pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_last_committed_xact pg_get_multixact_members pg_export_snapshot pg_notify pg_notification_queue_usage pg_logical_emit_message
            NONE # large objects: stored; descriptors end with the transaction # lo_* loread lowrite
            NONE # of triggers: what they read, other rows of the dictionary show # RI_FKey_* suppress_redundant_updates_trigger tsvector_update_trigger tsvector_update_trigger_column unique_key_recheck
            NONE # other sessions and the server # pg_cancel_backend pg_terminate_backend pg_reload_conf pg_rotate_logfile pg_rotate_logfile_old pg_promote pg_switch_wal pg_create_restore_point pg_wal_replay_pause pg_wal_replay_resume pg_log_backend_memory_contexts pg_log_standby_snapshot
            NONE # statistics: of the transaction, shared or stored # pg_stat_* pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats pg_set_attribute_stats pg_set_relation_stats
            NONE # slots and origins of the server, used within the statement # pg_drop_replication_slot pg_replication_slot_advance pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_progress pg_show_replication_origin_status
            NONE # refused unless the server runs for pg_upgrade # binary_upgrade_*
            NONE # sizes and places of what is stored # pg_database_size pg_indexes_size pg_relation_size pg_table_size pg_tablespace_size pg_total_relation_size currtid currtid2 pg_partition_ancestors pg_partition_tree pg_collation_actual_version pg_database_collation_actual_version pg_get_viewdef
            NONE # the state of the server, its files and settings # pg_available_wal_summaries pg_wal_summary_contents pg_blocking_pids pg_safe_snapshot_blocking_pids pg_isolation_test_session_is_blocked pg_conf_load_time pg_config pg_control_* pg_current_logfile pg_current_wal_* pg_get_aios pg_get_backend_memory_contexts pg_get_loaded_modules pg_get_shmem_allocations pg_get_shmem_allocations_numa pg_get_wait_events pg_get_wal_replay_pause_state pg_get_wal_resource_managers pg_get_wal_summarizer_state pg_hba_file_rules pg_ident_file_mappings pg_show_all_file_settings pg_is_in_recovery pg_is_wal_replay_paused pg_jit_available pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status pg_prepared_xact pg_ls_* pg_read_binary_file pg_read_file pg_read_file_old pg_is_in_backup pg_backup_start_time
            """;

    private static final int SET_CONFIG = 2078;

    /** A line of the table. */
    record Row(int effects, String why, List<String> names) {}

    private static final List<Row> ROWS = TABLE.lines().map(StatefulBuiltins::row).toList();
    private static final Map<String, Integer> EFFECTS = new HashMap<>();
    private static final Map<String, String> REASONS = new HashMap<>();
    private static final Set<String> HARMLESS = new HashSet<>();

    static {
        for (Row row : ROWS) {
            for (String name : row.names) {
                if (row.effects == 0) {
                    HARMLESS.add(name);
                } else {
                    EFFECTS.merge(name, row.effects, (a, b) -> a | b);
                    REASONS.put(name, row.why);
                }
            }
        }
        /* A rule makes an UPDATE of this view set_config. */
        EFFECTS.put("pg_settings", StateEffects.on(StateEffects.OWN, StateEffects.UPDATES));
        REASONS.put("pg_settings", "an UPDATE of it sets parameters");
    }

    private StatefulBuiltins() {}

    private static Row row(String line) {
        String[] cells = line.split(" # ", -1);
        int effects =
                switch (cells[0]) {
                    case "OWN" -> StateEffects.OWN;
                    case "SEQUENCES" -> StateEffects.SEQUENCES;
                    case "SESSION" -> StateEffects.SESSION;
                    case "TAINTS" -> StateEffects.TAINTS;
                    case "NONE" -> 0;
                    default -> throw new IllegalArgumentException(line);
                };
        return new Row(effects, cells[1], List.of(cells[2].split(" ")));
    }

    /**
     * What a FunctionCall of the function with this OID may do to state that is kept for the
     * client, as flags of {@link StatementFacts}. The OIDs of built-in functions never change.
     */
    public static long flags(int oid) {
        return switch (oid) {
            case SET_CONFIG -> StatementFacts.SETS_UNKNOWN_PARAMETERS | StatementFacts.MEANS;
            case 2880, 2881, 2882, 2883, 2886, 2887, 2888, 2889 -> StatementFacts.SESSION_LOCK;
            case 2884, 2885, 2890, 2891, 2892 -> StatementFacts.SESSION_UNLOCK;
            default -> 0;
        };
    }

    static List<Row> rows() {
        return ROWS;
    }

    /** The effects of the names that have any. */
    public static Map<String, Integer> effects() {
        return EFFECTS;
    }

    /** Why a name has effects; empty if it has none. */
    public static String reason(String name) {
        return REASONS.getOrDefault(name, "");
    }

    /** Whether a built-in function that is volatile or parallel unsafe is listed. */
    public static boolean isKnown(String name) {
        if (EFFECTS.containsKey(name) || HARMLESS.contains(name)) {
            return true;
        }
        for (String one : HARMLESS) {
            if (one.endsWith("*") && name.startsWith(one.substring(0, one.length() - 1))) {
                return true;
            }
        }
        return false;
    }
}
