package dev.weir.migrate;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What servers say of themselves, as far as a configuration depends on it.
 *
 * @param addresses as {@link Draft#address} makes them, the primary first
 * @param connections how many the server with the fewest accepts from other than superusers
 * @param hasPrimary whether one of them is no standby
 * @param standbys how many standbys follow the primary
 * @param databases those that can be connected to, with their limits; -1 = none
 * @param roles those that can log in, and their secrets as far as these can be read
 */
public record Survey(
        String asker,
        List<String> addresses,
        int connections,
        boolean hasPrimary,
        int standbys,
        Map<String, Integer> databases,
        Map<String, @Nullable String> roles) {

    private static final Pattern SERVER =
            Pattern.compile("(?:\\[([^]]+)]|([^:\\[\\]]+))(?::([0-9]{1,5}))?");

    private static final String PORT = "5432";
    private static final String SECONDS_MAX = "10";

    /** What is left for administrators, monitoring and jobs that do not come through Weir. */
    private static final double SHARE = 0.9;

    private static final int PERCENT = 100;
    private static final int POOL_SIZE_MAX = 20;

    private static final String LIMIT =
            """
            select current_setting('max_connections')::int
              - current_setting('superuser_reserved_connections')::int
              - coalesce(current_setting('reserved_connections', true), '0')::int
            """;

    private static final String DATABASES =
            """
            select datname, datconnlimit from pg_database
            where datallowconn and not datistemplate order by datname
            """;

    private static final String ROLES =
            """
            select rolname, %s from %s
            where rolcanlogin and rolname !~ '^pg_' order by rolname
            """;

    /**
     * Asks the servers; blocks.
     *
     * @param password null = as in {@code ~/.pgpass}
     * @throws IllegalArgumentException if an address is none; says which
     * @throws SQLException if one cannot be asked; says which
     */
    public static Survey of(
            List<String> servers, String user, @Nullable String password, String database)
            throws SQLException {
        var login = new Properties();
        login.setProperty("user", user);
        login.setProperty("connectTimeout", SECONDS_MAX);
        login.setProperty("socketTimeout", SECONDS_MAX);
        login.setProperty("ApplicationName", "weir generate");
        if (password != null) {
            login.setProperty("password", password);
        }
        var found = new Findings();
        for (String server : servers) {
            String address = address(server);
            try (Connection to =
                            DriverManager.getConnection(
                                    "jdbc:postgresql://" + address + "/" + database, login);
                    Statement asking = to.createStatement()) {
                found.ask(asking, address);
            } catch (SQLException e) {
                throw new SQLException(address + ": " + e.getMessage(), e.getSQLState(), e);
            }
        }
        return new Survey(
                user,
                found.addresses,
                found.connections,
                found.hasPrimary,
                found.standbys,
                found.databases,
                found.roles);
    }

    private static String address(String server) {
        Matcher matcher = SERVER.matcher(server);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "server: \"" + server + "\" (expected: host, host:port or [IPv6]:port)");
        }
        return Draft.address(
                matcher.group(1) != null ? matcher.group(1) : matcher.group(2),
                matcher.group(3) == null ? PORT : matcher.group(3));
    }

    /** What has been found so far. */
    private static final class Findings {
        private final List<String> addresses = new ArrayList<>();
        private final Map<String, Integer> databases = new LinkedHashMap<>();
        private final Map<String, @Nullable String> roles = new LinkedHashMap<>();
        private int connections = Integer.MAX_VALUE;
        private boolean hasPrimary;
        private int standbys;

        void ask(Statement asking, String address) throws SQLException {
            connections = Math.min(connections, number(asking, LIMIT));
            boolean isStandby = number(asking, "select pg_is_in_recovery()::int") == 1;
            addresses.add(isStandby ? addresses.size() : 0, address);
            if (!isStandby) {
                hasPrimary = true;
                standbys = number(asking, "select count(*) from pg_stat_replication");
            }
            if (!isStandby || databases.isEmpty()) { // a standby may not have the last ones yet
                databases.clear();
                roles.clear();
                try (ResultSet rows = asking.executeQuery(DATABASES)) {
                    while (rows.next()) {
                        databases.put(rows.getString(1), rows.getInt(2));
                    }
                }
                roles(asking);
            }
        }

        private void roles(Statement asking) throws SQLException {
            boolean isSuper =
                    number(
                                    asking,
                                    "select rolsuper::int from pg_roles where rolname ="
                                            + " current_user")
                            == 1;
            String query =
                    isSuper
                            ? ROLES.formatted("rolpassword", "pg_authid")
                            : ROLES.formatted("null", "pg_roles");
            try (ResultSet rows = asking.executeQuery(query)) {
                while (rows.next()) {
                    roles.put(rows.getString(1), rows.getString(2));
                }
            }
        }

        private static int number(Statement asking, String query) throws SQLException {
            try (ResultSet row = asking.executeQuery(query)) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** A configuration that fits. */
    public Draft draft() {
        var draft =
                new Draft(
                        ";; Made by weir generate from %s, which accept %d connections."
                                .formatted(String.join(", ", addresses), connections));
        int most = ofEach();
        databases.forEach((name, limit) -> {
            draft.servers(name, addresses);
            if (limit >= 0 && limit < most) {
                draft.ofDatabase(name, "max_db_connections", String.valueOf(Math.max(1, limit)));
            }
        });
        if (addresses.size() > 1) {
            draft.set("monitor_user", asker);
            draft.note(
                    "monitor_user: is "
                            + asker
                            + "; a role with pg_monitor and nothing else would do, and its password"
                            + " has to be in the users file");
            draft.note(
                    "route: is explicit, so only transactions that say READ ONLY go to replicas;"
                            + " route=auto in [databases] sends single statements there, too");
        }
        draft.set("listen_addr", "127.0.0.1");
        draft.set("listen_port", "6432");
        draft.set("max_db_connections", String.valueOf(most));
        draft.set("default_pool_size", String.valueOf(Math.min(POOL_SIZE_MAX, most)));
        roles.forEach(draft::user);
        notes(draft);
        return draft;
    }

    /** How many connections each database may take. */
    private int ofEach() {
        return Math.max(1, (int) (connections * SHARE) / Math.max(1, databases.size()));
    }

    private void notes(Draft draft) {
        draft.note(
                "max_db_connections: %d for each of %d databases, together at most %d%% of what the"
                                .formatted(ofEach(), databases.size(), Math.round(SHARE * PERCENT))
                        + " server accepts; move them to where they are needed");
        if (!hasPrimary) {
            draft.note("none of the servers is a primary; name it, too");
        } else if (standbys >= addresses.size()) {
            draft.note(
                    "the primary has %d standbys; name them as further servers, and Weir can read"
                                    .formatted(standbys)
                            + " from them");
        }
        if (!draft.hasSecrets()) {
            draft.note(
                    "auth_file: missing, since only a superuser may read secrets; write one, or set"
                            + " auth_user and auth_query");
        }
        roles.forEach((name, secret) -> {
            if (secret != null && secret.startsWith("md5")) {
                draft.note(
                        "user \"" + name + "\": has an md5 password, which needs auth_type = md5");
            }
        });
    }
}
