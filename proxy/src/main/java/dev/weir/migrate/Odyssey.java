package dev.weir.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts odyssey.conf: databases that contain users, each with the storage it connects to.
 *
 * @see <a href="https://github.com/yandex/odyssey/tree/master/docs">Odyssey's configuration</a>
 */
final class Odyssey {
    private static final String DEFAULT = "default";

    /** {@code host}, with brackets or without, then perhaps {@code :port} and {@code :zone}. */
    private static final Pattern SERVER =
            Pattern.compile("(?:\\[([^\\[\\]]+)]|([^\\[\\]:]+))(?::([0-9]+))?(?::([^:]+))?");

    private final Draft draft;
    private final Keys file;

    /** Whether a client logs in by its certificate. */
    private boolean byCertificate;

    Odyssey(Draft draft, Keys file) {
        this.draft = draft;
        this.file = file;
    }

    void convert() {
        global();
        for (String name : file.tables()) {
            if (name.startsWith("listen")) {
                listen(file.table(name));
            }
        }
        for (String name : file.tables()) {
            if (name.startsWith("database ")) {
                database(second(name), file.table(name));
            }
        }
        if (byCertificate) {
            draft.verifiesClients();
        }
        draft.left(file);
    }

    private static String second(String title) {
        return title.split(" ", 3)[1];
    }

    private void global() {
        draft.setPositive("max_client_conn", file.number("client_max"));
        if (!file.text("workers", "auto").matches("auto|\"auto\"")) {
            draft.setPositive("worker_loops", file.number("workers"));
        }
        draft.set("unix_socket_dir", file.text("unix_socket_dir"));
        draft.set("unix_socket_mode", file.text("unix_socket_mode"));
        draft.set("pidfile", file.text("pid_file"));
        draft.set("logfile", file.text("log_file"));
        draft.setPositive("tcp_keepidle", file.number("keepalive"));
        draft.setPositive("tcp_keepintvl", file.number("keepalive_keep_interval"));
        draft.setPositive("tcp_keepcnt", file.number("keepalive_probes"));
        draft.setPositive("tcp_user_timeout", file.number("keepalive_usr_timeout"));
        draft.setPositive("stats_period", file.number("stats_interval"));
        draft.setSwitch("log_connections", file, "log_session");
        draft.setSwitch("log_disconnections", file, "log_session");
        file.ignoreIf("daemonize", "no");
        file.ignoreIf("log_to_stdout", "yes");
        file.ignoreIf("log_query", "no");
        file.ignoreIf("log_debug", "no");
        file.ignoreIf("nodelay", "yes");
    }

    private void listen(Keys listen) {
        String host = listen.text("host", "*");
        draft.set("listen_addr", host.isEmpty() ? "*" : host);
        draft.set("listen_port", listen.text("port"));
        draft.set("listen_backlog", listen.text("backlog"));
        String tls = mode(listen.text("tls", "disable"));
        if (!tls.equals("disable")) {
            draft.set("client_tls_sslmode", tls);
            draft.set("client_tls_ca_file", listen.text("tls_ca_file"));
            draft.set("client_tls_cert_file", listen.text("tls_cert_file"));
            draft.set("client_tls_key_file", listen.text("tls_key_file"));
        }
        if (listen.number("client_login_timeout") > 0) {
            draft.setMillis("client_login_timeout", listen.number("client_login_timeout"));
        }
    }

    private static String mode(String tls) {
        return tls.replace('_', '-').toLowerCase(Locale.ROOT);
    }

    private void database(String name, Keys database) {
        List<String> users = new ArrayList<>();
        for (String title : database.tables()) {
            if (title.startsWith("user ")) {
                users.add(title);
            }
        }
        for (String title : users) {
            user(name, second(title), database.table(title), users.size() == 1);
        }
    }

    private void user(String database, String user, Keys keys, boolean single) {
        String named = "storage " + keys.text("storage", "");
        if (!file.hasTable(named)) {
            draft.note(keys.path() + ": there is no " + named + "; set the host of its database");
        }
        Keys storage = file.table(named);
        if (storage.choice("type", "remote", "remote", "local").equals("local")) {
            console(user, keys);
            return;
        }
        String entry = database.equals(DEFAULT) ? Draft.ANY : database;
        storage(entry, storage);
        authentication(user, keys);
        draft.ofDatabase(entry, "dbname", keys.text("storage_db"));
        server(entry, keys, single);
        sizes(entry, user, keys, single);
        askers(entry, storage, keys);
        keys.ignoreIf("log_debug", "no");
        keys.ignoreIf("pool_cancel", "yes");
        keys.ignoreIf("pool_rollback", "yes");
        keys.ignoreIf("client_fwd_error", "yes");
        keys.ignoreIf("pool_reserve_prepared_statement", "yes");
        if (!user.equals(DEFAULT)) {
            draft.mayAsk(entry, user);
        }
    }

    private void console(String user, Keys keys) {
        switch (keys.text("role", "admin")) {
            case "admin" -> draft.set("admin_users", user);
            case "stat" -> draft.set("stats_users", user);
            case String role -> draft.note(keys.path() + ".role: " + role + " may not log in");
        }
        authentication(user, keys);
        keys.ignore("pool", "log_debug");
        if (!user.equals(DEFAULT)) {
            draft.note("console: its database is called pgbouncer, or weir");
        }
    }

    private void storage(String entry, Keys storage) {
        draft.servers(entry, hosts(storage));
        String tls = mode(storage.text("tls", ""));
        if (!tls.isEmpty()) {
            draft.set("server_tls_sslmode", tls);
            draft.set("server_tls_ca_file", storage.text("tls_ca_file"));
            draft.set("server_tls_cert_file", storage.text("tls_cert_file"));
            draft.set("server_tls_key_file", storage.text("tls_key_file"));
        }
    }

    /** The servers of a storage: {@code host}, {@code host:port} or {@code [host]:port} each. */
    private List<String> hosts(Keys storage) {
        String port = storage.text("port", "5432");
        List<String> hosts = new ArrayList<>();
        for (String one : storage.text("host", "localhost").split(",", -1)) {
            Matcher server = SERVER.matcher(one.strip());
            if (!server.matches()) {
                draft.note(
                        storage.path()
                                + ".host: "
                                + one.strip()
                                + " (expected: host, host:port or [host]:port)");
                continue;
            }
            String host = server.group(1) == null ? server.group(2) : server.group(1);
            hosts.add(Draft.address(host, server.group(3) == null ? port : server.group(3)));
            if (server.group(4) != null) {
                draft.note(
                        storage.path()
                                + ".host: the zone \""
                                + server.group(4)
                                + "\" of "
                                + host
                                + " has no counterpart");
            }
        }
        return hosts;
    }

    private void authentication(String user, Keys keys) {
        String method = keys.text("authentication", "none");
        String type =
                switch (method) {
                    case "none" -> "trust";
                    case "clear_text" -> "plain";
                    case "scram-sha-256", "md5", "cert", "pam", "ldap" -> method;
                    default -> "";
                };
        if (type.isEmpty()) {
            draft.note(keys.path() + ".authentication: " + method + " has no counterpart");
        } else {
            draft.authentication(type);
            byCertificate |= type.equals("cert");
        }
        if (!user.equals(DEFAULT)) {
            draft.user(user, keys.text("password", ""));
        }
    }

    private void server(String entry, Keys keys, boolean single) {
        String user = keys.text("storage_user");
        if (user != null && single) {
            draft.ofDatabase(entry, "user", user);
            draft.ofDatabase(entry, "password", keys.text("storage_password"));
        } else if (user != null) {
            draft.note(keys.path() + ".storage_user: a database has one user for all its clients");
        }
    }

    private void sizes(String entry, String user, Keys keys, boolean single) {
        String mode = keys.text("pool");
        String size = keys.text("pool_size");
        if (single || user.equals(DEFAULT)) {
            draft.ofDatabase(entry, "pool_mode", mode);
            draft.ofDatabase(entry, "pool_size", size);
        } else {
            draft.ofUser(user, "pool_mode", mode);
            draft.ofUser(user, "pool_size", size);
        }
        draft.ofDatabase(entry, "min_pool_size", keys.text("min_pool_size"));
        draft.setMillis("query_wait_timeout", keys.number("pool_timeout"));
        draft.setPositive("server_idle_timeout", keys.number("pool_ttl"));
        draft.setPositive(
                "idle_transaction_timeout", keys.number("pool_idle_in_transaction_timeout"));
        draft.setPositive("client_idle_timeout", keys.number("pool_client_idle_timeout"));
        draft.ofDatabase(entry, "server_lifetime", keys.text("server_lifetime"));
        if (keys.isOn("application_name_add_host")) {
            draft.set("application_name_add_host", "1");
        }
        if (!user.equals(DEFAULT)) {
            draft.ofUser(user, "max_user_client_connections", keys.text("client_max"));
        } else {
            draft.ofDatabase(entry, "max_db_client_connections", keys.text("client_max"));
        }
        keys.ignoreIf("pool_discard", "no");
    }

    private void askers(String entry, Keys storage, Keys keys) {
        String asker = keys.text("auth_query_user");
        if (asker != null) {
            draft.ofDatabase(entry, "auth_user", asker);
            String query = keys.text("auth_query");
            draft.ofDatabase(entry, "auth_query", query == null ? null : query.replace("%u", "$1"));
            String database = keys.text("auth_query_db");
            if (database != null) {
                draft.servers(database, hosts(storage));
                draft.mayAsk(database, asker);
                draft.ofDatabase(entry, "auth_dbname", database);
            }
        }
    }
}
