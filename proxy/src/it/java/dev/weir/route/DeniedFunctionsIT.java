package dev.weir.route;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.sql.DenyList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What a standby does with each function of the deny list, and that Weir lets none of them get
 * there; and the reverse: which functions a standby runs that are not on it.
 */
final class DeniedFunctionsIT {
    /** It runs there, and so what it is for does not happen where it should: why it is denied. */
    private static final String RUNS = "runs";

    private static final Duration PATIENCE = Duration.ofMillis(100);

    /*
     * call # what a standby says of it in a READ ONLY transaction # why it is on the list
     *
     * Those that a standby refuses could do without the list: the primary would run them after the
     * refusal. That they are on it saves the attempt, and a READ ONLY transaction that begins with
     * one. Those that only fail for what they are given here (a slot of that name, a descriptor)
     * belong on it. 42883: PostgreSQL 18 has no such function, but another version or an extension.
     */
    static final List<Row> ROWS =
            rows(
                    """
                    set_config('application_name', 'a', false) # runs # a setting of one session
                    setseed(0.5) # runs # random() of one session
                    pg_export_snapshot() # runs # can be imported on that node only
                    pg_listening_channels() # runs # LISTEN is on the primary
                    currval('s') # 55000 # only where nextval ran
                    lastval() # 55000 # only where nextval ran
                    nextval('s') # 25006 # writes
                    setval('s', 1) # 25006 # writes
                    pg_notify('a', 'b') # 25006 # writes
                    txid_current() # 25006 # writes
                    txid_current_if_assigned() # runs # NULL there, whatever the primary would say
                    pg_current_xact_id() # 25006 # writes
                    pg_current_xact_id_if_assigned() # runs # as txid_current_if_assigned
                    lowrite(0, 'a') # 25006 # writes
                    loread(0, 1) # 42704 # a descriptor of that transaction
                    pg_nextoid('pg_class', 'oid', 'pg_class_oid_index') # XX000 # writes
                    pg_import_system_collations('pg_catalog') # 55000 # writes
                    gin_clean_pending_list('g_a') # 55000 # writes
                    pg_logical_emit_message(true, 'a', 'b') # XX000 # writes
                    pg_terminate_backend(0) # runs # a backend of that node
                    pg_cancel_backend(0) # runs # a backend of that node
                    pg_log_backend_memory_contexts(0) # runs # a backend of that node
                    pg_log_query_plan(0) # 42883 # a backend of that node
                    pg_reload_conf() # runs # the settings of that node
                    pg_switch_wal() # 55000 # writes
                    pg_switch_xlog() # 42883 # writes
                    pg_create_restore_point('a') # 55000 # writes
                    pg_backup_start('a', true) # runs # a backup of that node
                    pg_backup_stop() # 55000 # ends it, in the session that began it
                    pg_start_backup('a') # 42883 # a backup of that node
                    pg_stop_backup() # 42883 # ends it
                    pg_drop_replication_slot('a') # 42704 # a slot of that node
                    pg_create_physical_replication_slot('b') # runs # a slot of that node
                    pg_create_logical_replication_slot('c', 'pgoutput') # runs # a slot of that node
                    pg_sync_replication_slots() # 22023 # a standby's; so that it is run by intent
                    pg_prewarm('t') # runs # the cache of that node
                    autoprewarm_start_worker() # runs # a process of that node
                    autoprewarm_dump_now() # runs # a file of that node
                    pg_stat_statements_reset() # runs # the statistics of that node
                    pg_stat_clear_snapshot() # runs # statistics as one session sees them
                    pg_stat_force_next_flush() # runs # statistics of one session
                    pg_advisory_lock(1) # runs # nobody on the primary sees it
                    pg_advisory_xact_lock(1) # runs # nobody on the primary sees it
                    pg_advisory_lock_shared(1, 2) # runs # nobody on the primary sees it
                    pg_advisory_unlock(1) # runs # a lock of that node
                    pg_advisory_unlock_all() # runs # locks of that node
                    pg_try_advisory_lock(1) # runs # nobody on the primary sees it
                    pg_try_advisory_xact_lock_shared(1, 2) # runs # nobody on the primary sees it
                    pg_stat_reset() # runs # the statistics of that node
                    pg_stat_reset_shared('bgwriter') # runs # the statistics of that node
                    pg_stat_reset_single_table_counters(1) # runs # the statistics of that node
                    pg_stat_statements_reset(0, 0, 0, false) # runs # the statistics of that node
                    pg_rotate_logfile() # runs # the log of that node
                    pg_wal_replay_pause() # runs # the replay of that node
                    pg_wal_replay_resume() # runs # the replay of that node
                    pg_xlog_replay_pause() # 42883 # the replay of that node
                    pg_copy_logical_replication_slot('x', 'y') # 42704 # slots of that node
                    pg_copy_physical_replication_slot('x', 'y') # 42704 # slots of that node
                    pg_replication_slot_advance('x', '0/1') # 42704 # a slot of that node
                    pg_replication_origin_session_is_setup() # 25006 # a session of the primary
                    pg_logical_slot_get_changes('x', NULL, NULL) # 42704 # takes them from a slot
                    pg_file_sync('a') # 42883 # files of that node
                    pg_buffercache_evict(1) # runs # the cache of that node
                    pg_buffercache_mark_dirty(1) # 42883 # the cache of that node
                    pg_set_attribute_stats('t') # 42883 # writes
                    pg_clear_relation_stats('public', 't') # 55000 # writes
                    pg_restore_relation_stats('schemaname', 'public', 'relname', 't') # 55000 # writes
                    binary_upgrade_set_next_pg_type_oid(1) # 55P02 # pg_upgrade's
                    brin_summarize_new_values('b_a') # 55000 # writes
                    brin_desummarize_range('b_a', 1) # 55000 # writes
                    lo_open(4711, 262144) # runs # a descriptor of that transaction
                    lo_open(4711, 131072) # 25006 # writes
                    lo_export(4711, '/dev/null') # runs # a file of that node
                    lo_close(0) # 42704 # a descriptor of that transaction
                    pg_promote(false) # runs # it becomes a primary
                    """);

    /**
     * Volatile functions of PostgreSQL 18 that a standby runs and that are not on the list, seen
     * through one by one: they have no effect. Where they say something about a node, a READ ONLY
     * transaction may ask any.
     */
    private static final Set<String> WITHOUT_EFFECT =
            words(
                    """
                    array_sample array_shuffle clock_timestamp current_query gen_random_uuid lo_get
                    pg_available_wal_summaries pg_blocking_pids pg_control_checkpoint
                    pg_control_init pg_control_recovery pg_control_system pg_current_logfile
                    pg_get_aios pg_get_backend_memory_contexts pg_get_loaded_modules
                    pg_get_sequence_data pg_get_shmem_allocations pg_get_shmem_allocations_numa
                    pg_get_wait_events pg_get_wal_replay_pause_state pg_get_wal_resource_managers
                    pg_get_wal_summarizer_state pg_hba_file_rules pg_ident_file_mappings
                    pg_indexes_size pg_is_in_recovery pg_is_wal_replay_paused
                    pg_isolation_test_session_is_blocked pg_jit_available pg_last_wal_receive_lsn
                    pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status
                    pg_ls_archive_statusdir pg_ls_dir pg_ls_logicalmapdir pg_ls_logicalsnapdir
                    pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir
                    pg_notification_queue_usage pg_partition_ancestors pg_partition_tree
                    pg_prepared_xact pg_read_binary_file pg_read_file pg_relation_size
                    pg_safe_snapshot_blocking_pids pg_show_all_file_settings
                    pg_show_replication_origin_status pg_sleep pg_sleep_for pg_sleep_until
                    pg_stat_file pg_stat_get_backend_io pg_stat_get_backend_wal pg_stat_get_io
                    pg_stat_get_recovery_prefetch pg_stat_get_xact_blocks_fetched
                    pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls
                    pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time
                    pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted
                    pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated
                    pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_newpage_updated
                    pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated pg_table_size
                    pg_total_relation_size pg_xact_commit_timestamp
                    pg_xact_commit_timestamp_origin pg_xact_status random random_normal timeofday
                    txid_status uuidv4 uuidv7
                    """);

    /** Of these, with {@code route=auto} a replica may run: they say the same wherever they run. */
    private static final Set<String> ANYWHERE =
            words(
                    """
                    clock_timestamp gen_random_uuid pg_database_size pg_indexes_size
                    pg_relation_size pg_sleep
                    pg_sleep_for pg_sleep_until pg_table_size pg_tablespace_size
                    pg_total_relation_size random
                    random_normal timeofday uuidv4 uuidv7
                    """);

    /** A call of each volatile function that SQL can call, with some value of each type. */
    private static final String CALLS =
            """
            SELECT p.proname, format('%I(%s)', p.proname, (
                SELECT string_agg(
                    CASE WHEN t.typname = 'anyarray' THEN '''{1}''::int4[]'
                         WHEN t.typname = 'bool' THEN 'true'
                         WHEN t.typname IN ('oid', 'regclass') THEN '''t''::regclass'
                         WHEN t.typname = 'tid' THEN '''(0,1)'''
                         WHEN t.typname = 'pg_lsn' THEN '''0/1'''
                         WHEN t.typname = 'regnamespace' THEN '''pg_catalog'''
                         WHEN t.typcategory = 'A' THEN '''{}'''
                         WHEN t.typcategory = 'D' THEN '''now'''
                         WHEN t.typcategory = 'N' THEN '1'
                         WHEN t.typcategory = 'S' THEN '''a'''
                         WHEN t.typcategory = 'T' THEN '''0'''
                         ELSE '''1''' END
                    || CASE WHEN t.typtype = 'p' THEN '' ELSE '::' || format_type(t.oid, NULL) END,
                    ', ' ORDER BY a.place)
                FROM unnest(p.proargtypes) WITH ORDINALITY a (type, place)
                JOIN pg_type t ON t.oid = a.type))
            FROM pg_proc p JOIN pg_type r ON r.oid = p.prorettype
            WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.provolatile = 'v'
            AND p.prokind = 'f'
            AND (r.typtype <> 'p' OR r.typname IN ('void', 'record', 'anyarray'))
            AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) type WHERE type = 'internal'::regtype)
            ORDER BY 1\
            """;

    private static PgCluster cluster;
    private static Routes routes;

    record Row(String call, String onStandby, String why) {
        String function() {
            return call.substring(0, call.indexOf('('));
        }
    }

    private static List<Row> rows(String table) {
        return table.lines()
                .map(line -> line.split(" # "))
                .map(cells -> new Row(cells[0], cells[1], cells[2]))
                .toList();
    }

    private static Set<String> words(String text) {
        return Stream.of(text.strip().split("\\s+")).collect(toSet());
    }

    @BeforeAll
    static void start(@TempDir Path directory) {
        String schema =
                """
                CREATE TABLE g (a int[]);
                CREATE INDEX g_a ON g USING gin (a);
                CREATE INDEX b_a ON t USING brin (a);
                SELECT lo_create(4711);
                CREATE EXTENSION pg_prewarm;
                CREATE EXTENSION pg_buffercache;
                CREATE EXTENSION pg_stat_statements;
                """;
        cluster =
                PgCluster.builder()
                        .replicas(2)
                        .setting("wal_level", "logical")
                        .setting("shared_preload_libraries", "pg_stat_statements")
                        .start();
        cluster.primary().execute("CREATE SEQUENCE s; CREATE TABLE t (a int);" + schema);
        cluster.awaitReplicas();
        // A replica that is late now and then would hide what keeps a text from it.
        String patient =
                "patient = user=postgres password=postgres route=auto max_replica_lag=1min";
        routes = Routes.start(directory, 1, schema, List.of(patient));
    }

    @AfterAll
    static void stop() {
        routes.close();
        cluster.close();
    }

    // --- the list -------------------------------------------------------------------------------

    @Test
    void everyNameOfTheListHasItsRow() {
        Set<String> rows = ROWS.stream().map(Row::function).collect(toSet());
        assertThat(rows).containsAll(DenyList.names()).allMatch(DenyList::has);
        assertThat(DenyList.prefixes())
                .allMatch(prefix -> rows.stream().anyMatch(row -> row.startsWith(prefix)));
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void saysWhatAStandbyDoes(Row row) {
        assertThat(onStandby(row.call)).as(row.why).isEqualTo(row.onStandby);
    }

    /** Runs it in a READ ONLY transaction of a session of its own. */
    private static String onStandby(String call) {
        PgNode standby = cluster.replica(call.startsWith("pg_promote") ? 1 : 0);
        try (WireClient client = standby.wire()) {
            client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            client.query("BEGIN READ ONLY");
            client.send(Wire.query("SELECT " + call));
            Message first = client.tryRead(PATIENCE);
            while (first == null) { // a logical slot waits for news of the primary's transactions
                cluster.primary().execute("SELECT pg_log_standby_snapshot()");
                first = client.tryRead(PATIENCE);
            }
            return Stream.concat(Stream.of(first), client.readUntilReady().stream())
                    .filter(message -> message.tag() == 'E')
                    .map(Message::sqlState)
                    .findFirst()
                    .orElse(RUNS);
        }
    }

    /** Whatever the primary says of it: it was the primary that was asked. */
    @ParameterizedTest
    @FieldSource("ROWS")
    void runsOnThePrimary(Row row) {
        String text = "SELECT " + row.call;
        try (WireClient client = routes.client("patient")) {
            client.query("SET weir.explain = on");
            assertThat(explained(client.query(text))).isEqualTo(denied());
        }
        try (WireClient client = routes.client("patient")) {
            client.query("SET weir.explain = on");
            client.query("BEGIN READ ONLY");
            assertThat(explained(client.query(text))).isEqualTo(denied());
        }
    }

    private static String denied() {
        PgNode primary = routes.primary();
        return "route: %s:%d (primary): denied: %s"
                .formatted(primary.host(), primary.port(), Reason.DENIED.sentence());
    }

    private static String explained(List<Message> answer) {
        return answer.stream()
                .filter(message -> message.tag() == 'N')
                .map(Message::errorMessage)
                .filter(notice -> notice.startsWith("route:"))
                .map(notice -> notice.replaceFirst(" \\[.*", ""))
                .findFirst()
                .orElseThrow(() -> new AssertionError(answer.toString()));
    }

    // --- what is not on it ----------------------------------------------------------------------

    @Test
    void whatAStandbyRunsIsOnTheListOrWithoutEffect() {
        List<String> unknown = new ArrayList<>();
        int calls = 0;
        for (List<String> one : calls()) {
            String function = one.getFirst();
            String call = one.getLast();
            if (DenyList.has(function)) {
                continue;
            }
            calls++;
            if (onStandby(call).equals(RUNS) && !WITHOUT_EFFECT.contains(function)) {
                unknown.add(call);
            }
        }
        assertThat(calls).isGreaterThan(100);
        assertThat(unknown).isEmpty();
    }

    private static List<List<String>> calls() {
        try (WireClient client = routes.primary().wire()) {
            client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
            return rowsOf(client.query(CALLS));
        }
    }

    private static List<List<String>> rowsOf(List<Message> answer) {
        Routes.assertFine(answer);
        return answer.stream()
                .filter(message -> message.tag() == 'D')
                .map(message ->
                        message.row().stream().map(cell -> cell == null ? "" : cell).toList())
                .toList();
    }

    /** Each goes to the primary unless it is known to say the same anywhere. */
    @Test
    void volatileFunctionsAreNoReads() {
        Set<String> routed = new HashSet<>();
        try (WireClient console = routes.console()) {
            for (List<String> one : calls()) {
                rowsOf(console.query("EXPLAIN ROUTE SELECT " + one.getLast())).stream()
                        .filter(row -> row.getFirst().equals("patient"))
                        .filter(row -> row.get(1).equals("decision"))
                        .filter(row -> row.get(2).equals("replica"))
                        .forEach(row -> routed.add(one.getFirst()));
            }
        }
        assertThat(routed).isEqualTo(ANYWHERE);
    }
}
