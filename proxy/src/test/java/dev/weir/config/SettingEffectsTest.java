package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Every key of the table does something, and a test shows it; or it says why it cannot. */
@NullMarked
final class SettingEffectsTest {
    /** Those that cannot have an effect here, with a word of the reason that an operator reads. */
    private static final Map<String, String> REASONS =
            Map.of(
                    "dns_zone_check_period", "serial numbers of zones",
                    "job_name", "Windows");

    /**
     * Whatever a server reports, and all else that a client sets, is kept for it without a list.
     */
    private static final Set<String> WITHOUT_A_READER = Set.of("track_extra_parameters");

    /** The class whose tests show the effect, or that prepares for them, and the settings. */
    private static final String TESTS =
            """
            AdminIT: stats_users
            AuthQueryIT: auth_dbname auth_query auth_query_pool_size auth_query_timeout auth_user
            AwayServerIT: hold hold_max_clients
            CancelIT: cancel_wait_timeout
            CertificateIT: auth_ident_file
            ClientTlsIT: client_tls_ca_file client_tls_cert_file client_tls_ciphers
            ClientTlsIT: client_tls_crl_file client_tls_ecdhcurve client_tls_key_file
            ClientTlsIT: client_tls_key_passphrase client_tls_protocols client_tls_sslmode tls_provider
            ColumnsIT: stats_period
            CommandLineIT: pidfile user
            CommandsIT: verbose
            CustomSettingsIT: custom_settings
            CutOffReplicaIT: lag_check_interval
            DeadProcessIT: loop_stall loop_stall_exit
            DifferentialIT: startup_parameters
            DisguiseTest: scram_iterations
            FreshReadsIT: causal_reads causal_wait max_replica_lag
            HostBasedAccessIT: auth_hba_file
            HostNamesIT: dns_max_ttl dns_nxdomain_ttl resolv_conf
            AuditIT: audit audit_file audit_literals
            AuditOverflowIT: audit_overflow audit_queue
            AuditTargetsTest: audit_syslog
            ConsoleLockoutIT: max_console_conn
            EventStreamIT: max_event_streams
            HostileAuthenticationIT: server_allow_cleartext server_scram_iterations_max
            InterleavedIT: max_prepared_statements
            LagInBytesIT: max_replica_lag_bytes
            LostPrimaryIT: primary_lost_grace stale_reads_during_failover
            OldPrimaryIT: state_file
            SwitchoverIT: switchover_timeout
            LdapIT: auth_ldap_ca_file auth_ldap_options
            LimitsIT: max_buffer_memory max_client_parameter_memory max_client_parameters
            LimitsIT: max_client_requests max_client_statement_memory max_client_statements
            LimitsIT: max_statement_memory
            ListenIT: listen max_client_channels max_client_notification_memory
            LogTargetsTest: log_format logfile syslog
            LoginLimitsIT: auth_failure_delay max_failed_logins max_login_conn
            LoginLogIT: log_connections log_disconnections log_pooler_errors
            LoginMatrixIT: auth_type
            LoginSettingsIT: application_name_add_host login_notify_message max_packet_size
            LoginSettingsIT: ignore_startup_parameters tcp_defer_accept
            ManyParametersIT: max_server_parameters
            HealthIT: ops_addr ops_port
            MetricsIT: metrics_auth metrics_compat metrics_max_series ops_tls ops_tokens_file
            MetricsPushIT: otlp_attributes otlp_ca_file otlp_headers otlp_interval otlp_service_name
            MetricsPushIT: otlp_url
            MonitorTlsIT: server_tls_protocols
            MonitorsIT: monitor_dbname monitor_user
            PoolFairnessIT: worker_loops
            PoolLimitsIT: default_pool_size max_client_conn max_db_client_connections
            PoolLimitsIT: max_db_connections max_user_client_connections max_user_connections
            PoolLimitsIT: min_pool_size reserve_pool_size reserve_pool_timeout
            PoolNamesTest: max_pools
            PoolServersIT: server_check_delay server_check_query
            ProxyProtocolIT: proxy_protocol trusted_networks
            ReloadIT: conffile listen_backlog pool_mode
            Routes: defer_begin no_replica
            SequencesIT: pin_sequences
            ServerReuseIT: admin_users disable_pqexec server_fast_close server_reset_query
            ServerReuseIT: server_reset_query_always server_round_robin
            ServerTlsIT: server_tls_ca_file server_tls_cert_file server_tls_crl_file
            ServerTlsIT: server_tls_key_file server_tls_sslmode
            SessionStateIT: max_pinned
            SeveralProcessesIT: peer_id so_reuseport
            SignalsIT: shutdown_timeout
            SocketOptionsTest: pkt_buf sbuf_loopcnt tcp_keepalive tcp_keepcnt tcp_keepidle
            SocketOptionsTest: tcp_keepintvl tcp_socket_buffer tcp_user_timeout
            StatementsIT: log_duration_sample log_min_duration statements_max
            StatsLogIT: log_stats
            SyslogTest: syslog_facility syslog_ident
            TimeoutsIT: autodb_idle_timeout client_idle_timeout client_login_timeout
            TimeoutsIT: client_write_timeout idle_transaction_timeout pool_idle_timeout query_timeout
            TimeoutsIT: query_wait_notify query_wait_timeout server_connect_timeout
            TimeoutsIT: server_idle_timeout server_lifetime server_login_retry suspend_timeout
            TimeoutsIT: transaction_timeout
            TlsKeysTest: server_tls_key_passphrase
            TlsMoveIT: transport
            TlsSuitesTest: client_tls13_ciphers client_tls_dheparams server_tls13_ciphers
            TlsSuitesTest: server_tls_ciphers
            UnixSocketIT: listen_addr listen_port unix_socket_dir unix_socket_group unix_socket_mode
            UsersTest: auth_file
            WipeIT: state_check
            DoubtfulCommitIT: commit_certainty
            WorkersTest: auth_external_workers auth_queue auth_workers tls_queue tls_workers
            """;

    @Test
    void everySettingHasAnEffectOrAReason() {
        Map<String, String> without = new TreeMap<>();
        for (Setting<?> setting : Settings.ALL) {
            if (setting.support() instanceof Support.Ignored<?>(String warning)) {
                without.put(setting.name(), warning);
            }
        }
        REASONS.forEach((name, word) -> assertThat(without.remove(name)).contains(word));
        assertThat(without).isEmpty();
    }

    @Test
    void everySettingIsReadSomewhere() throws IllegalAccessException {
        JavaClasses classes =
                new ClassFileImporter()
                        .withImportOption(new DoNotIncludeTests())
                        .importPackages("dev.weir");
        Set<String> read = new TreeSet<>();
        for (JavaFieldAccess access : classes.get(Settings.class).getFieldAccessesToSelf()) {
            if (!access.getOriginOwner().isEquivalentTo(Settings.class)
                    && !access.getOriginOwner().isEquivalentTo(EntrySettings.class)
                    && !access.getOriginOwner().getPackageName().endsWith(".environment")) {
                read.add(access.getTarget().getName());
            }
        }
        Set<String> unread = new TreeSet<>();
        for (Field field : Settings.class.getFields()) {
            if (field.get(null) instanceof Setting<?> setting && !read.contains(field.getName())) {
                unread.add(setting.name());
            }
        }
        unread.removeAll(REASONS.keySet());
        unread.removeAll(WITHOUT_A_READER);
        assertThat(unread).isEmpty();
    }

    @Test
    void everyEffectHasATestThatNamesItsSetting() throws IOException {
        Map<String, String> sources = sources();
        Set<String> shown = new TreeSet<>(REASONS.keySet());
        shown.addAll(WITHOUT_A_READER);
        for (String line : TESTS.lines().toList()) {
            List<String> names = List.of(line.split(":? ", -1));
            String source = sources.getOrDefault(names.getFirst(), "");
            for (String setting : names.subList(1, names.size())) {
                assertThat(Pattern.compile("(\\b|\\\\n)" + setting + "\\b").matcher(source).find())
                        .as("%s names %s", names.getFirst(), setting)
                        .isTrue();
                assertThat(shown.add(setting)).as("%s is there once", setting).isTrue();
            }
        }
        Set<String> all = new TreeSet<>();
        Settings.ALL.forEach(setting -> all.add(setting.name()));
        assertThat(shown).isEqualTo(all);
    }

    /** The texts of the tests, by the simple name of their class. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String folder : List.of("src/test/java", "src/it/java", "../bench/src/it/java")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file));
                }
            }
        }
        return sources;
    }
}
