package dev.weir.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Setting.Reload;
import dev.weir.config.Setting.Scope;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The table as a whole. */
@NullMarked
final class SettingsTest {
    /** SHOW CONFIG of PgBouncer on Linux. */
    private static final String PGBOUNCERS_ORDER =
            """
            admin_users application_name_add_host auth_dbname auth_file
            auth_hba_file auth_ident_file auth_ldap_options auth_query auth_type
            auth_user autodb_idle_timeout cancel_wait_timeout client_idle_timeout
            client_login_timeout client_tls13_ciphers client_tls_ca_file
            client_tls_cert_file client_tls_ciphers client_tls_dheparams
            client_tls_ecdhcurve client_tls_key_file client_tls_protocols
            client_tls_sslmode conffile default_pool_size disable_pqexec dns_max_ttl
            dns_nxdomain_ttl dns_zone_check_period idle_transaction_timeout
            ignore_startup_parameters job_name listen_addr listen_backlog
            listen_port log_connections log_disconnections log_pooler_errors
            log_stats logfile login_notify_message max_client_conn
            max_db_client_connections max_db_connections max_packet_size
            max_prepared_statements max_user_client_connections max_user_connections
            min_pool_size peer_id pidfile pkt_buf pool_mode pool_idle_timeout
            query_timeout query_wait_notify query_wait_timeout reserve_pool_size
            reserve_pool_timeout resolv_conf sbuf_loopcnt scram_iterations
            server_check_delay server_check_query server_connect_timeout
            server_fast_close server_idle_timeout server_lifetime server_login_retry
            server_reset_query server_reset_query_always server_round_robin
            server_tls13_ciphers server_tls_ca_file server_tls_cert_file
            server_tls_ciphers server_tls_key_file server_tls_protocols
            server_tls_sslmode so_reuseport stats_period stats_users suspend_timeout
            syslog syslog_facility syslog_ident tcp_defer_accept tcp_keepalive
            tcp_keepcnt tcp_keepidle tcp_keepintvl tcp_socket_buffer
            tcp_user_timeout track_extra_parameters transaction_timeout
            unix_socket_dir unix_socket_group unix_socket_mode user verbose
            """;

    private static final Set<String> BOOT_ONLY =
            Set.of(
                    "disable_pqexec",
                    "job_name",
                    "listen_addr",
                    "listen_backlog",
                    "listen_port",
                    "pidfile",
                    "pkt_buf",
                    "resolv_conf",
                    "so_reuseport",
                    "track_extra_parameters",
                    "unix_socket_dir",
                    "unix_socket_group",
                    "unix_socket_mode",
                    "user");

    @Test
    void listsPgBouncersKeysInItsOrder() {
        assertThat(Settings.PGBOUNCER)
                .extracting(Setting::name)
                .containsExactly(PGBOUNCERS_ORDER.strip().split("\\s+"));
    }

    @Test
    void refusesToChangeWhatPgBouncerReadsOnlyAtBoot() {
        assertThat(Settings.PGBOUNCER.stream().filter(setting -> !setting.changeable()))
                .extracting(Setting::name)
                .containsExactlyInAnyOrderElementsOf(BOOT_ONLY);
    }

    @Test
    void hasDefaultsThatAreAllowed() {
        everySetting().forEach(SettingsTest::assertDefault);
    }

    private static <T> void assertDefault(Setting<T> setting) {
        // An entry's limit has no default: -1 says so.
        if (!setting.equals(EntrySettings.POOL_SIZE)) {
            String printed = setting.print(setting.defaultValue());
            assertThat(setting.parse(printed)).as(setting.name()).isEqualTo(setting.defaultValue());
        }
    }

    @Test
    void holdsEachKeyOnceAndDocumentsIt() {
        for (Section section : Section.values()) {
            Set<String> names = new HashSet<>();
            for (Setting<?> setting : section.settings()) {
                assertThat(names.add(setting.name())).as(setting.name()).isTrue();
                assertThat(setting.doc()).as(setting.name()).endsWith(".");
                assertThat(setting.reload()).isNotNull().isInstanceOf(Reload.class);
            }
        }
    }

    @Test
    void agreesWithTheSectionsOnTheScopes() {
        assertScope(Scope.GLOBAL, Settings.ALL);
        assertScope(Scope.DATABASE, EntrySettings.DATABASES);
        assertScope(Scope.USER, EntrySettings.USERS);
    }

    private static void assertScope(Scope scope, List<Setting<?>> expected) {
        assertThat(everySetting().filter(setting -> setting.scopes().contains(scope)).distinct())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static Stream<Setting<?>> everySetting() {
        return Stream.of(Section.values()).flatMap(section -> section.settings().stream());
    }
}
