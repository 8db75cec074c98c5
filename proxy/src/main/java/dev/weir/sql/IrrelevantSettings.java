package dev.weir.sql;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings on which neither the meaning of a Parse nor the result of its plan depends, grouped
 * by the reason. Every other setting of PostgreSQL counts as relevant, including those of later
 * versions.
 *
 * <p>A name with a dot belongs to an extension or an application. The parser does not know it, and
 * what reads it while a statement runs reads its value at that time.
 */
public enum IrrelevantSettings {
    PLANNING(
            "how a plan is found, and which one; all of them return the same",
            "enable_*",
            "geqo*",
            "jit*",
            "constraint_exclusion",
            "cpu_index_tuple_cost",
            "cpu_operator_cost",
            "cpu_tuple_cost",
            "cursor_tuple_fraction",
            "default_statistics_target",
            "effective_cache_size",
            "force_parallel_mode",
            "debug_parallel_query",
            "from_collapse_limit",
            "join_collapse_limit",
            "max_parallel_workers",
            "max_parallel_workers_per_gather",
            "min_parallel_index_scan_size",
            "min_parallel_table_scan_size",
            "parallel_leader_participation",
            "parallel_setup_cost",
            "parallel_tuple_cost",
            "plan_cache_mode",
            "random_page_cost",
            "recursive_worktable_factor",
            "seq_page_cost"),
    RESOURCES(
            "how much memory, disk and time a run may take",
            "backend_flush_after",
            "client_connection_check_interval",
            "effective_io_concurrency",
            "gin_fuzzy_search_limit",
            "gin_pending_list_limit",
            "hash_mem_multiplier",
            "idle_in_transaction_session_timeout",
            "idle_session_timeout",
            "io_combine_limit",
            "lock_timeout",
            "logical_decoding_work_mem",
            "maintenance_io_concurrency",
            "maintenance_work_mem",
            "max_parallel_maintenance_workers",
            "max_stack_depth",
            "statement_timeout",
            "temp_buffers",
            "temp_file_limit",
            "transaction_timeout",
            "work_mem"),
    TRANSACTIONS(
            "how a transaction runs and commits",
            "commit_delay",
            "commit_siblings",
            "deadlock_timeout",
            "default_transaction_deferrable",
            "default_transaction_isolation",
            "default_transaction_read_only",
            "stats_fetch_consistency",
            "synchronize_seqscans",
            "synchronous_commit",
            "transaction_deferrable",
            "transaction_isolation",
            "transaction_read_only",
            "wal_compression",
            "wal_init_zero",
            "wal_recycle",
            "wal_sender_timeout",
            "wal_skip_threshold"),
    UTILITIES(
            "what commands do that have no plan: they read it when they run",
            "vacuum_*",
            "check_function_bodies",
            "createrole_self_grant",
            "default_table_access_method",
            "default_tablespace",
            "default_toast_compression",
            "event_triggers",
            "file_copy_method",
            "icu_validation_level",
            "lo_compat_privileges",
            "password_encryption",
            "scram_iterations",
            "temp_tablespaces"),
    REPORTS(
            "what is written to logs and statistics, and in which words",
            "debug_pretty_print",
            "debug_print_*",
            "log_*",
            "tcp_*",
            "track_*",
            "application_name",
            "compute_query_id",
            "exit_on_error",
            "lc_messages",
            "md5_password_warnings",
            "update_process_title"),
    FACTS(
            "reported, but nobody can set it",
            "in_hot_standby",
            "integer_datetimes",
            "is_superuser",
            "server_encoding",
            "server_version",
            "server_version_num"),
    LIBRARIES(
            "where libraries and extensions are found",
            "dynamic_library_path",
            "extension_control_path",
            "local_preload_libraries",
            "output_plugin_libraries",
            "session_preload_libraries");

    private static final Map<String, IrrelevantSettings> BY_NAME = new HashMap<>();
    private static final Map<String, IrrelevantSettings> BY_PREFIX = new HashMap<>();

    static {
        for (IrrelevantSettings group : values()) {
            for (String name : group.names()) {
                if (name.endsWith("*")) {
                    BY_PREFIX.put(name.substring(0, name.length() - 1), group);
                } else {
                    BY_NAME.put(name, group);
                }
            }
        }
    }

    private final String because;

    /** Separated by blanks. */
    private final String names;

    IrrelevantSettings(String because, String... names) {
        this.because = because;
        this.names = String.join(" ", names);
    }

    /** The reason: what they are about. */
    public String because() {
        return because;
    }

    /** Their names; one that ends with {@code *} stands for all names that begin with the rest. */
    public List<String> names() {
        return List.of(names.split(" ", -1));
    }

    /** Whether the meaning of a Parse may depend on a setting; the name may be in any case. */
    public static boolean isRelevant(String name) {
        if (name.indexOf('.') >= 0) {
            return false;
        }
        String folded = name.toLowerCase(Locale.ROOT);
        if (BY_NAME.containsKey(folded)) {
            return false;
        }
        for (String prefix : BY_PREFIX.keySet()) {
            if (folded.startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }

    /** The flags of {@link StatementFacts} for a change of the setting. */
    static long flags(String folded) {
        return switch (folded) {
            case "client_encoding",
                    "datestyle",
                    "intervalstyle",
                    "timezone",
                    "standard_conforming_strings" ->
                    StatementFacts.MEANS_REPORTED;
            case "session_authorization" -> // and the role, which is not reported
                    StatementFacts.MEANS_REPORTED | StatementFacts.MEANS_OTHER;
            case "search_path" -> StatementFacts.MEANS_PATH;
            default -> isRelevant(folded) ? StatementFacts.MEANS_OTHER : 0;
        };
    }
}
