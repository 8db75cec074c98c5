package dev.weir.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Converts pgpool.conf. Pgpool-II has no list of databases: its backends serve every database that
 * a client asks for.
 *
 * @see <a href="https://www.pgpool.net/docs/latest/en/html/">Pgpool-II's manual</a>
 */
final class PgPool {
    private static final String ANY = "*";

    private final Draft draft;
    private final Keys file;

    PgPool(Draft draft, Keys file) {
        this.draft = draft;
        this.file = file;
    }

    void convert() {
        listen();
        backends();
        pools();
        access();
        logs();
        file.ignore(
                "backend_clustering_mode",
                "pcp_port",
                "pcp_listen_addresses",
                "pcp_socket_dir",
                "socket_dir",
                "num_init_children",
                "max_pool",
                "process_management_mode",
                "connection_cache",
                "logdir",
                "pid_file_name",
                "log_line_prefix",
                "sr_check_period",
                "sr_check_user",
                "sr_check_password",
                "sr_check_database",
                "health_check_period",
                "health_check_timeout",
                "health_check_user",
                "health_check_password",
                "health_check_database",
                "health_check_max_retries",
                "health_check_retry_delay",
                "disable_load_balance_on_write",
                "delay_threshold");
        draft.left(file);
    }

    private void listen() {
        String addresses = file.text("listen_addresses", "localhost");
        draft.set("listen_addr", addresses);
        draft.set("listen_port", file.text("port", "9999"));
        String sockets = file.text("unix_socket_directories", file.text("socket_dir", ""));
        draft.set("unix_socket_dir", sockets.split(",", -1)[0]);
        draft.setPositive("listen_backlog", file.number("listen_backlog_multiplier") * children());
        if (file.isOn("ssl")) {
            Tls.ofClients(draft, file.text("ssl_cert"), file.text("ssl_key"));
            draft.set("client_tls_ca_file", file.text("ssl_ca_cert"));
        } else {
            file.ignore("ssl_cert", "ssl_key", "ssl_ca_cert");
        }
    }

    private long children() {
        long children = file.number("num_init_children");
        return children == 0 ? 32 : children;
    }

    private void backends() {
        List<String> servers = new ArrayList<>();
        String host = file.text("backend_hostname0");
        for (int i = 0; host != null; host = file.text("backend_hostname" + ++i)) {
            boolean isSocket = host.startsWith("/");
            servers.add(host + ":" + file.text("backend_port" + i, "5432"));
            if (isSocket && i > 0) {
                draft.note("backend_hostname" + i + ": a node must be reached over TCP");
            }
            file.ignore(
                    "backend_data_directory" + i,
                    "backend_flag" + i,
                    "backend_application_name" + i);
            if (!file.text("backend_weight" + i, "1").equals("1")) {
                draft.note(
                        "backend_weight" + i + ": Weir has no weights; it looks at lag and load");
            }
        }
        draft.servers(ANY, servers);
        if (file.isOn("load_balance_mode")) {
            draft.route(ANY, "auto");
        } else {
            draft.route(ANY, "primary");
        }
    }

    private void pools() {
        long children = children();
        long perChild = Math.max(1, file.number("max_pool"));
        draft.set("pool_mode", "session");
        draft.note(
                "pool_mode: session, as Pgpool-II does it; transaction serves many more clients"
                        + " with as many connections");
        draft.set("max_client_conn", String.valueOf(children));
        draft.set("default_pool_size", String.valueOf(children));
        draft.ofDatabase(ANY, "max_db_connections", String.valueOf(children * perChild));
        draft.set("client_idle_timeout", file.duration("client_idle_limit"));
        draft.set("client_login_timeout", file.duration("authentication_timeout"));
        draft.set("server_lifetime", file.duration("connection_life_time"));
        draft.setMillis("server_connect_timeout", file.number("connect_timeout"));
        draft.set("server_reset_query", reset(file.text("reset_query_list", "")));
        file.ignore("child_life_time", "child_max_connections"); // Weir has no processes to replace
    }

    /** Removes ABORT, because Weir takes care of open transactions itself. */
    private static String reset(String list) {
        List<String> queries = new ArrayList<>();
        for (String one : list.split(";", -1)) {
            if (!one.isBlank() && !one.strip().equalsIgnoreCase("ABORT")) {
                queries.add(one.strip());
            }
        }
        return String.join("; ", queries);
    }

    private void access() {
        if (file.isOn("enable_pool_hba")) {
            draft.note(
                    "enable_pool_hba: set auth_type = hba and auth_hba_file = pool_hba.conf, after"
                            + " a look at its rules");
        }
        draft.authentication("scram-sha-256");
        String users = file.text("pool_passwd", "pool_passwd");
        if (!users.isEmpty()) {
            draft.note(
                    "pool_passwd: write its users to a users file, as \"name\" \"secret\"; entries"
                            + " that start with AES have to be decrypted first");
        }
        if (file.isOn("allow_clear_text_frontend_auth")) {
            draft.note("allow_clear_text_frontend_auth: has no counterpart");
        }
    }

    private void logs() {
        draft.setSwitch("log_connections", file, "log_connections");
        draft.setSwitch("log_disconnections", file, "log_disconnections");
        if (file.text("log_destination", "stderr").contains("syslog")) {
            draft.set("syslog", "1");
            draft.set(
                    "syslog_facility",
                    file.text("syslog_facility", "daemon").toLowerCase(Locale.ROOT));
            draft.set("syslog_ident", file.text("syslog_ident"));
        }
    }
}
