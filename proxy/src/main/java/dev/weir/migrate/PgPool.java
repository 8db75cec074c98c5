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
        monitoring();
        file.ignoreIf("backend_clustering_mode", "streaming_replication");
        file.ignoreIf("connection_cache", "on");
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
            Tls.ofClients(draft, file.text("ssl_cert"), file.text("ssl_key"), false);
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
            if (isSocket && file.text("backend_hostname1") != null) {
                draft.note("backend_hostname" + i + ": a node must be reached over TCP");
            }
            String address = Draft.address(host, file.text("backend_port" + i, "5432"));
            servers.add(address + weight("backend_weight" + i));
        }
        draft.servers(Draft.ANY, servers);
        draft.route(Draft.ANY, file.isOn("load_balance_mode") ? "auto" : "primary");
    }

    /** The weight of a node in Weir's form; empty if it is 1. */
    private String weight(String key) {
        String weight = file.text(key, "1");
        if (weight.matches("[1-9][0-9]{0,2}|1000")) {
            return weight.equals("1") ? "" : "*" + weight;
        }
        draft.note(key + ": is " + weight + " (expected: a weight of 1..1000)");
        return "";
    }

    private void monitoring() {
        String user = file.text("sr_check_user");
        draft.set("monitor_user", user);
        String password = file.text("sr_check_password", "");
        if (password.startsWith("AES")) {
            draft.note("sr_check_password: has to be decrypted, and written to the users file");
        } else if (user != null) {
            draft.user(user, password.replaceFirst("^TEXT", ""));
        }
        draft.set("monitor_dbname", file.text("sr_check_database"));
        if (file.text("sr_check_period") != null) {
            draft.note(
                    "sr_check_period: left out; lag_check_interval = 200ms suits most, and at least"
                            + " max_replica_lag has to be longer");
        }
        draft.setPositive("max_replica_lag_bytes", file.number("delay_threshold"));
        String unit = file.text("delay_threshold_by_time", "").matches("[0-9]+") ? "ms" : "";
        String lag = file.duration("delay_threshold_by_time");
        if (!lag.isEmpty()) {
            draft.set("max_replica_lag", lag + unit);
        }
        if (!unit.isEmpty() && !lag.isEmpty()) {
            draft.note(
                    "delay_threshold_by_time: in milliseconds; in Pgpool-II 4.4 it is in seconds");
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
        draft.ofDatabase(Draft.ANY, "max_db_connections", String.valueOf(children * perChild));
        draft.set("client_idle_timeout", file.duration("client_idle_limit"));
        draft.set("client_login_timeout", file.duration("authentication_timeout"));
        draft.set("server_lifetime", file.duration("connection_life_time"));
        draft.setMillis("server_connect_timeout", file.number("connect_timeout"));
        draft.set("server_reset_query", reset(file.text("reset_query_list", "")));
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
    }

    private void logs() {
        draft.set("pidfile", file.text("pid_file_name"));
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
