package dev.weir.migrate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Converts pgdog.toml and users.toml, where every server of a database has its own entry.
 *
 * @see <a href="https://docs.pgdog.dev/configuration/">PgDog's configuration</a>
 */
final class PgDog {
    private final Draft draft;
    private final Keys file;
    private final Keys users;

    PgDog(Draft draft, Keys file, Keys users) {
        this.draft = draft;
        this.file = file;
        this.users = users;
    }

    void convert() {
        general(file.table("general"));
        admin(file.table("admin"));
        tcp(file.table("tcp"));
        databases();
        for (Keys user : users.tablesOf("users")) {
            user(user);
        }
        draft.left(file);
        draft.left(users);
    }

    private void general(Keys general) {
        draft.set("listen_addr", general.text("host", "0.0.0.0"));
        draft.set("listen_port", general.text("port"));
        String auth = general.text("auth_type", "scram");
        draft.set("auth_type", auth.equals("scram") ? "scram-sha-256" : auth);
        draft.set("pool_mode", general.text("pooler_mode", "transaction"));
        draft.set("default_pool_size", general.text("default_pool_size", "10"));
        draft.setPositive("min_pool_size", general.number("min_pool_size"));
        draft.setPositive("worker_loops", general.number("workers"));
        draft.setMillis("server_connect_timeout", general.number("connect_timeout"));
        draft.setMillis("query_wait_timeout", general.number("checkout_timeout"));
        draft.setMillis("server_idle_timeout", general.number("idle_timeout"));
        draft.setMillis("client_idle_timeout", general.number("client_idle_timeout"));
        draft.setMillis("query_timeout", general.number("query_timeout"));
        draft.setMillis("client_login_timeout", general.number("client_login_timeout"));
        draft.setMillis("server_lifetime", general.number("server_lifetime"));
        Tls.ofClients(
                draft,
                general.text("tls_certificate"),
                general.text("tls_private_key"),
                general.isOn("tls_client_required"));
        draft.setMillis("max_replica_lag", general.number("ban_replica_lag"));
        draft.setPositive("max_replica_lag_bytes", general.number("ban_replica_lag_bytes"));
        String verify = general.text("tls_verify");
        if (verify != null) {
            draft.set(
                    "server_tls_sslmode", verify.replace('_', '-').replace("disabled", "disable"));
        }
        draft.set("server_tls_ca_file", general.text("tls_server_ca_certificate"));
        for (String key : List.of("log_connections", "log_disconnections")) {
            draft.setSwitch(key, general, key);
        }
        if (!general.text("passthrough_auth", "disabled").equals("disabled")) {
            draft.note(
                    "general.passthrough_auth: set auth_user and auth_query, so that PostgreSQL"
                            + " says who may come in");
        }
        String prepared =
                general.choice(
                        "prepared_statements",
                        "extended",
                        "extended",
                        "extended_anonymous",
                        "full",
                        "disabled");
        if (prepared.equals("disabled")) {
            draft.set("max_prepared_statements", "0");
        } else {
            draft.setPositive(
                    "max_prepared_statements", general.number("prepared_statements_limit"));
        }
    }

    private void admin(Keys admin) {
        String user = admin.text("user");
        if (user != null) {
            draft.set("admin_users", user);
            draft.user(user, admin.text("password"));
        }
        if (!admin.text("name", "admin").equals("pgbouncer")) {
            draft.note("admin.name: the database of the console is called pgbouncer, or weir");
        }
    }

    private void tcp(Keys tcp) {
        draft.setSwitch("tcp_keepalive", tcp, "keepalive");
        draft.setPositive("tcp_keepidle", tcp.number("time") / 1_000);
        draft.setPositive("tcp_keepintvl", tcp.number("interval") / 1_000);
        draft.setPositive("tcp_keepcnt", tcp.number("retries"));
        draft.setPositive("tcp_user_timeout", tcp.number("user_timeout"));
    }

    private void databases() {
        Map<String, List<String>> servers = new LinkedHashMap<>();
        Set<String> withPrimary = new HashSet<>();
        for (Keys database : file.tablesOf("databases")) {
            String name = database.text("name", "");
            if (database.number("shard") > 0) {
                draft.note(database.path() + ": Weir does not shard; shard 0 is used alone");
                database.ignore("host", "port", "role", "database_name", "user", "password");
                continue;
            }
            List<String> all = servers.computeIfAbsent(name, _ -> new ArrayList<>());
            String address =
                    Draft.address(
                            database.text("host", "127.0.0.1"), database.text("port", "5432"));
            boolean isReplica =
                    database.choice("role", "primary", "primary", "replica", "auto")
                            .equals("replica");
            if (!isReplica) {
                withPrimary.add(name);
            }
            all.add(isReplica ? all.size() : 0, address);
            draft.ofDatabase(name, "dbname", database.text("database_name"));
            draft.ofDatabase(name, "user", database.text("user"));
            draft.ofDatabase(name, "password", database.text("password"));
            draft.ofDatabase(name, "pool_size", database.text("pool_size"));
            draft.ofDatabase(name, "min_pool_size", database.text("min_pool_size"));
            draft.ofDatabase(name, "pool_mode", database.text("pooler_mode"));
            if (database.number("statement_timeout") > 0) {
                draft.ofDatabase(
                        name, "query_timeout", Draft.millis(database.number("statement_timeout")));
            }
        }
        servers.forEach((name, all) -> {
            draft.servers(name, all);
            if (all.size() > 1) {
                draft.route(name, withPrimary.contains(name) ? "auto" : "replica");
            }
        });
    }

    private void user(Keys user) {
        String name = user.text("name", "");
        String password = user.text("password");
        draft.user(name, password);
        String database = user.text("database");
        if (password != null && database != null) {
            draft.mayAsk(database, name);
        }
        draft.ofUser(name, "pool_size", user.text("pool_size"));
        draft.ofUser(name, "pool_mode", user.text("pooler_mode"));
        if (user.number("statement_timeout") > 0) {
            draft.ofUser(name, "query_timeout", Draft.millis(user.number("statement_timeout")));
        }
        String server = user.text("server_user");
        if (server != null && database != null) {
            draft.ofDatabase(database, "user", server);
            draft.ofDatabase(database, "password", user.text("server_password"));
            draft.note(
                    user.path()
                            + ".server_user: it is now the user of every client of \""
                            + database
                            + "\"");
        }
        if (user.number("min_pool_size") > 0) {
            draft.note(
                    user.path()
                            + ".min_pool_size: a minimum can be set for a database, not for a"
                            + " user");
        }
    }
}
