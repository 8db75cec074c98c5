package dev.weir.migrate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Converts pgcat.toml. A pool becomes a database of Weir; its users log in with the passwords in
 * the file.
 *
 * @see <a href="https://github.com/postgresml/pgcat/blob/main/CONFIG.md">PgCat's configuration</a>
 */
final class PgCat {
    private final Draft draft;
    private final Keys file;

    PgCat(Draft draft, Keys file) {
        this.draft = draft;
        this.file = file;
    }

    void convert() {
        general(file.table("general"));
        Keys pools = file.table("pools");
        for (String name : pools.tables()) {
            pool(name, pools.table(name));
        }
        draft.left(file);
    }

    private void general(Keys general) {
        draft.set("listen_addr", general.text("host", "127.0.0.1"));
        draft.set("listen_port", general.text("port"));
        draft.set("auth_type", "scram-sha-256");
        String admin = general.text("admin_username");
        if (admin != null) {
            draft.set("admin_users", admin);
            draft.user(admin, general.text("admin_password"));
        }
        draft.setMillis("server_connect_timeout", general.number("connect_timeout"));
        draft.setMillis("server_idle_timeout", general.number("idle_timeout"));
        draft.setMillis("server_lifetime", general.number("server_lifetime"));
        draft.setMillis("server_check_delay", general.number("healthcheck_delay"));
        draft.setMillis(
                "idle_transaction_timeout", general.number("idle_client_in_transaction_timeout"));
        draft.setPositive("worker_loops", general.number("worker_threads"));
        draft.setPositive("tcp_keepidle", general.number("tcp_keepalives_idle"));
        draft.setPositive("tcp_keepcnt", general.number("tcp_keepalives_count"));
        draft.setPositive("tcp_keepintvl", general.number("tcp_keepalives_interval"));
        draft.setPositive("tcp_user_timeout", general.number("tcp_user_timeout"));
        draft.setSwitch("log_connections", general, "log_client_connections");
        draft.setSwitch("log_disconnections", general, "log_client_disconnections");
        draft.set("server_round_robin", general.isOn("server_round_robin") ? "1" : "0");
        Tls.ofClients(
                draft, general.text("tls_certificate"), general.text("tls_private_key"), false);
        if (general.isOn("server_tls")) {
            draft.set(
                    "server_tls_sslmode",
                    general.isOn("verify_server_certificate") ? "verify-full" : "require");
        }
        askers(general, null);
    }

    private void askers(Keys keys, @Nullable String database) {
        String user = keys.text("auth_query_user");
        if (user == null) {
            return;
        }
        String query = keys.text("auth_query");
        draft.user(user, keys.text("auth_query_password"));
        if (database == null) {
            draft.set("auth_user", user);
            draft.set("auth_query", query);
        } else {
            draft.ofDatabase(database, "auth_user", user);
            draft.ofDatabase(database, "auth_query", query);
        }
    }

    private void pool(String name, Keys pool) {
        Keys shards = pool.table("shards");
        if (shards.tables().size() > 1) {
            draft.note(shards.path() + ": Weir does not shard; only the first is used");
        }
        for (String shard : shards.tables()) {
            Keys first = shards.table(shard);
            draft.servers(name, servers(first));
            draft.ofDatabase(name, "dbname", first.text("database"));
            break;
        }
        draft.ofDatabase(name, "pool_mode", pool.text("pool_mode"));
        route(name, pool);
        askers(pool, name);
        if (pool.number("idle_timeout") > 0) {
            draft.note(pool.path() + ".idle_timeout: server_idle_timeout is one for all databases");
        }
        if (pool.number("connect_timeout") > 0) {
            draft.note(
                    pool.path()
                            + ".connect_timeout: server_connect_timeout is one for all databases");
        }
        draft.setPositive("max_prepared_statements", pool.number("prepared_statements_cache_size"));
        // Weir itself decides what primary_reads_enabled and its like set: see ROUTING in the
        // manual.
        Keys users = pool.table("users");
        boolean single = users.tables().size() == 1;
        for (String user : users.tables()) {
            user(name, users.table(user), single);
        }
    }

    private void route(String name, Keys pool) {
        String role = pool.text("default_role", "any");
        pool.ignoreIf("query_parser_enabled", "false");
        pool.ignoreIf("query_parser_read_write_splitting", "false");
        boolean parses = pool.isOn("query_parser_enabled");
        if (parses && pool.isOn("query_parser_read_write_splitting")) {
            draft.route(name, "auto");
            return;
        }
        if (parses) {
            draft.note(
                    pool.path()
                            + ".query_parser_enabled: splits reads and writes before PgCat 1.2, and"
                            + " since then only with query_parser_read_write_splitting; route=auto"
                            + " does it here");
        }
        if (role.equals("replica")) {
            draft.route(name, "replica");
        } else if (role.equals("primary")) {
            draft.route(name, "primary");
        } else if (draft.isCluster(name)) {
            draft.note(
                    pool.path()
                            + ".default_role: "
                            + role
                            + " sends any query anywhere; only transactions that are READ ONLY go"
                            + " to replicas now, and with route = auto whatever only reads");
        }
    }

    /** The servers, the primary first: {@code [["10.0.0.1", 5432, "primary"], …]}. */
    private static List<String> servers(Keys shard) {
        List<String> all = new ArrayList<>();
        for (Object one : shard.list("servers")) {
            if (one instanceof List<?> server && server.size() >= 2) {
                String address =
                        Draft.address(String.valueOf(server.get(0)), String.valueOf(server.get(1)));
                boolean isPrimary = server.size() > 2 && "primary".equals(server.get(2));
                all.add(isPrimary ? 0 : all.size(), address);
            }
        }
        return all;
    }

    private void user(String database, Keys user, boolean single) {
        String name = user.text("username", "");
        String password = user.text("password");
        draft.user(name, password);
        if (password == null) {
            draft.note(user.path() + ": " + name + " has no password here; auth_query finds it");
        }
        draft.mayAsk(database, name);
        String server = user.text("server_username");
        if (server != null && single) {
            draft.ofDatabase(database, "user", server);
            draft.ofDatabase(database, "password", user.text("server_password"));
        } else if (server != null) {
            draft.note(
                    user.path() + ".server_username: a database has one user for all its clients");
        }
        String size = user.text("pool_size");
        String min = user.text("min_pool_size");
        String mode = user.text("pool_mode");
        if (single) {
            draft.ofDatabase(database, "pool_size", size);
        } else {
            draft.ofUser(name, "pool_size", size);
        }
        draft.ofDatabase(database, "min_pool_size", min);
        draft.ofUser(name, "pool_mode", mode);
        long timeout = user.number("statement_timeout");
        if (timeout > 0) {
            draft.ofUser(name, "query_timeout", Draft.millis(timeout));
        }
        long lifetime = user.number("server_lifetime");
        if (lifetime > 0) {
            draft.ofDatabase(database, "server_lifetime", Draft.millis(lifetime));
        }
    }
}
